package coro_test

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// readings is an asynchronous generator: in Python, an async def with yield.
func readings(sensor string) *coro.Generator[int] {
	return coro.NewGenerator(func(y *coro.Yielder[int]) error {
		defer fmt.Println(sensor, "off")
		for i := 1; ; i++ {
			if err := coro.Sleep(y.Co(), time.Second); err != nil {
				return err
			}
			if err := y.Yield(i * i); err != nil {
				return err
			}
		}
	})
}

// Several tasks draw from one generator. Its function runs inside of whichever calls Next;
// the end of Run closes it.
func ExampleGenerator() {
	main := func(co *coro.Co) error {
		g := readings("thermometer")
		for _, name := range []string{"a", "b"} {
			v, err := coro.CreateTask(co, g.Next, coro.Name(name)).Await(co)
			if err != nil {
				return err
			}
			fmt.Println(loop.Of(co).Time(), name, v)
		}
		fmt.Println("main ends")
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1s a 1
	// 2s b 4
	// main ends
	// thermometer off
}

// A range that is left early does not end the generator. A deferred Close does: what
// contextlib.aclosing is for in Python.
func ExampleGenerator_All() {
	main := func(co *coro.Co) (err error) {
		g := readings("barometer")
		defer func() { err = errors.Join(err, g.Close(co)) }()
		for v, err := range g.All(co) {
			if err != nil {
				return err
			}
			fmt.Println(v)
			if v > 5 {
				break
			}
		}
		fmt.Println("enough")
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1
	// 4
	// 9
	// enough
	// barometer off
}

var errReset = errors.New("reset")

// What is given to Throw comes out of the Yield that the function is in.
func ExampleGenerator_Throw() {
	count := coro.NewGenerator(func(y *coro.Yielder[int]) error {
		for i := 0; ; i++ {
			switch err := y.Yield(i); {
			case errors.Is(err, errReset):
				i = -1
			case err != nil:
				return err
			}
		}
	})
	main := func(co *coro.Co) error {
		for range 3 {
			fmt.Println(count.Next(co))
		}
		fmt.Println(count.Throw(co, errReset))
		fmt.Println(count.Next(co))
		fmt.Println(count.Close(co))
		fmt.Println(count.Next(co))
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0 <nil>
	// 1 <nil>
	// 2 <nil>
	// 0 <nil>
	// 1 <nil>
	// <nil>
	// 0 coro: the asynchronous generator has ended
}

// An iterator of one's own that awaits. With now it can also be ranged over in the function
// of a generator, from which several tasks draw.
func ExampleRanging() {
	ticks := func(co *coro.Co, n int) iter.Seq2[time.Duration, error] {
		return func(yield func(time.Duration, error) bool) {
			now := coro.Ranging(co)
			for range n {
				err := coro.Sleep(now(), time.Minute)
				if !yield(loop.Of(now()).Time(), err) || err != nil {
					return
				}
			}
		}
	}
	main := func(co *coro.Co) error {
		g := coro.NewGenerator(func(y *coro.Yielder[string]) error {
			for t, err := range ticks(y.Co(), 3) {
				if err := errors.Join(err, y.Yield(fmt.Sprint("it is ", t))); err != nil {
					return err
				}
			}
			return nil
		})
		for range 3 {
			fmt.Println(coro.CreateTask(co, g.Next).Await(co))
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// it is 1m0s <nil>
	// it is 2m0s <nil>
	// it is 3m0s <nil>
}
