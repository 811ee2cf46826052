package loop_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A task waits for a channel as a goroutine does, and with it the whole loop. The watchdog
// tells while it blocks, and when it is over.
func ExampleWatch() {
	answer := make(chan int, 10)
	err := loop.Main(func(co *coro.Co) error {
		stop := loop.Watch(loop.Of(co), 100*time.Millisecond, func(s loop.Stall) {
			fmt.Printf("over: %v, task %q, in %s; use %s\n", s.Over, s.Task, s.In, s.Instead)
			if !s.Over {
				answer <- 42
			}
		})
		defer stop()
		_, err := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			fmt.Println(<-answer)
			return nil
		}), coro.Name("asks")).Await(co)
		return err
	})
	fmt.Println(err)
	// Unordered output:
	// over: false, task "asks", in chan receive; use loop.Receive
	// 42
	// over: true, task "asks", in chan receive; use loop.Receive
	// <nil>
}

// A server has a watchdog from its beginning to its end.
func ExampleWatchdog() {
	stalls := make(chan loop.Stall, 10)
	err := loop.Main(func(co *coro.Co) error {
		s := <-stalls // the stall that this very line makes
		fmt.Println(s.Over, s.Duration >= 100*time.Millisecond, len(s.Stack) > 0)
		return nil
	}, loop.Watchdog(100*time.Millisecond, func(s loop.Stall) { stalls <- s }))
	fmt.Println(err)
	// Output:
	// false true true
	// <nil>
}
