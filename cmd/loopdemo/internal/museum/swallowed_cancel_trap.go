package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// A time limit cancels the task, and the worker takes that for a failed
// attempt.
func swallowedCancelTrap(opts ...loop.Option) error {
	worker := func(co *coro.Co) error {
		for attempt := 1; attempt <= 3; attempt++ {
			err := coro.Sleep(co, 100*time.Millisecond)
			if err != nil { // whatever it is, try again
				fmt.Println("attempt", attempt, "failed:", py.Repr(err))
				continue
			}
			fmt.Println("attempt", attempt, "succeeded")
		}
		return nil
	}

	main := func(co *coro.Co) error {
		var limit *coro.TimeoutScope
		err := coro.Timeout(co, 50*time.Millisecond, func(t *coro.TimeoutScope) error {
			limit = t
			return worker(co)
		})
		switch {
		case err == nil:
			py.Print("no TimeoutError, but expired:", limit.Expired())
		case future.IsTimeout(err):
			fmt.Println("stopped in time")
			err = nil
		}
		return err
	}

	return loop.Main(main, opts...)
}
