package coro_test

import (
	"fmt"
	"iter"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// An iterator that is given a Co may await between its elements, in the task of that: the
// simple form of what "async def" with yield, and "async for", are in Python. See Generator
// for what several tasks draw from. Its deferred functions run when the
// ranging ends, however that comes.
func Example_asyncGenerator() {
	readings := func(co *coro.Co) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			defer fmt.Println("sensor off")
			for i := 1; ; i++ {
				err := coro.Sleep(co, time.Second)
				if !yield(i*i, err) || err != nil {
					return
				}
			}
		}
	}
	main := func(co *coro.Co) error {
		for v, err := range readings(co) {
			if err != nil {
				return err
			}
			fmt.Println(loop.Of(co).Time(), v)
			if v > 5 {
				break
			}
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1s 1
	// 2s 4
	// 3s 9
	// sensor off
}

// Pulled, such an iterator awaits just the same: next is "await anext(it)", and
// stop is "await it.aclose()". Nobody else stops it: the loop does not know it, and its
// Close does not unwind it. A Generator it does.
func Example_asyncGeneratorPull() {
	every := func(co *coro.Co, d time.Duration) iter.Seq[time.Duration] {
		return func(yield func(time.Duration) bool) {
			for coro.Sleep(co, d) == nil && yield(loop.Of(co).Time()) {
			}
		}
	}
	main := func(co *coro.Co) error {
		next, stop := iter.Pull(every(co, time.Minute))
		defer stop()
		for _, what := range []string{"knead", "wait", "bake"} {
			now, ok := next()
			if !ok {
				break
			}
			fmt.Println(now, what)
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1m0s knead
	// 2m0s wait
	// 3m0s bake
}
