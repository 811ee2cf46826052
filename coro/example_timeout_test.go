package coro_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A timeout limits a block of code, however many awaits are in it.
func ExampleTimeout() {
	main := func(co *coro.Co) error {
		err := coro.Timeout(co, 10*time.Second, func(*coro.TimeoutScope) error {
			for i := 1; ; i++ {
				if err := coro.Sleep(co, 4*time.Second); err != nil {
					return err
				}
				fmt.Println("step", i)
			}
		})
		var timeout *future.TimeoutError
		if errors.As(err, &timeout) {
			fmt.Println("given up after", loop.Of(co).Time())
			return nil
		}
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// step 1
	// step 2
	// given up after 10s
}

// One deadline for two blocks.
func ExampleTimeoutAt() {
	main := func(co *coro.Co) error {
		deadline := co.Deadline(10 * time.Second)
		for _, d := range []time.Duration{7 * time.Second, 5 * time.Second} {
			err := coro.TimeoutAt(co, deadline, func(*coro.TimeoutScope) error {
				return coro.Sleep(co, d)
			})
			fmt.Println(co.Time(), err)
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 7s <nil>
	// 10s timed out after 3s, waiting for sleep until 12s
}

// An idle timeout: whenever something happens, the limit moves on.
func ExampleTimeoutScope_Reschedule() {
	main := func(co *coro.Co) error {
		const idle = 5 * time.Second
		l := loop.Of(co)
		return coro.Timeout(co, idle, func(t *coro.TimeoutScope) error {
			for _, pause := range []time.Duration{4 * time.Second, 3 * time.Second, 9 * time.Second} {
				if err := coro.Sleep(co, pause); err != nil {
					return err
				}
				if err := t.Reschedule(l.Time() + idle); err != nil {
					return err
				}
				fmt.Println("data at", l.Time(), "and the limit is", t.When())
			}
			return nil
		})
	}
	fmt.Println(loop.Main(main, loop.VirtualTime(true)))
	// Output:
	// data at 4s and the limit is 9s
	// data at 7s and the limit is 12s
	// timed out after 12s, waiting for sleep until 16s
}

// A block may use the cancellation to come to a good end. Expired tells it from a
// cancellation that came from elsewhere.
func ExampleTimeoutScope_Expired() {
	main := func(co *coro.Co) error {
		return coro.Timeout(co, 10*time.Second, func(t *coro.TimeoutScope) error {
			for found := 0; ; found++ {
				err := coro.Sleep(co, 3*time.Second)
				if t.Expired() {
					fmt.Println("found", found, "in time")
					return nil
				}
				if err != nil {
					return err
				}
			}
		})
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output: found 3 in time
}

// A block with a result gives it back: no variable outside has to take it.
func ExampleTimeoutValue() {
	main := func(co *coro.Co) (string, error) {
		return coro.TimeoutValue(co, time.Minute, func(*coro.TimeoutScope) (string, error) {
			if err := coro.Sleep(co, time.Second); err != nil {
				return "", err
			}
			return "in time", nil
		})
	}
	fmt.Println(loop.Run(main, loop.VirtualTime(true)))
	// Output: in time <nil>
}

// A deadline that is computed may come from a limit that is none.
func ExampleCo_Deadline() {
	main := func(co *coro.Co) error {
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		fmt.Println(co.Time(), co.Deadline(time.Minute), co.Deadline(coro.Forever) == coro.Forever)
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output: 1s 1m1s true
}
