package loop_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// In virtual time, a week takes no time.
func ExampleVirtualTime() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		for range 2 {
			fmt.Println(l.Time(), "-", l.Now().Format(time.DateTime))
			if err := coro.Sleep(co, 7*24*time.Hour); err != nil {
				return err
			}
		}
		return nil
	}
	start := time.Now()
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	fmt.Println("less than a day:", time.Since(start) < 24*time.Hour)
	// Output:
	// 0s - 2000-01-01 00:00:00
	// 168h0m0s - 2000-01-08 00:00:00
	// less than a day: true
}

// With a virtual clock, a loop knows when nothing can happen any more, and who
// waits for what.
func ExampleDeadlockError() {
	trade := func(co *coro.Co, want, give *future.Future[string]) error {
		if _, err := want.Await(co); err != nil {
			return err
		}
		return give.SetResult("there you are")
	}
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		coin, drink := loop.CreateFuture[string](l), loop.CreateFuture[string](l)
		coro.CreateTask(co, coro.Do2(trade, coin, drink), coro.Name("machine"))
		guest := coro.CreateTask(co, coro.Do2(trade, drink, coin), coro.Name("guest"))
		_, err := guest.Await(co)
		return err
	}
	err := loop.Main(main, loop.VirtualTime(true))

	var deadlock *loop.DeadlockError
	if errors.As(err, &deadlock) {
		for _, t := range deadlock.Tasks {
			fmt.Println(t.Name, "waits for", t.On)
		}
	}
	// Output:
	// Task-1 waits for task "guest"
	// machine waits for a future
	// guest waits for a future
}
