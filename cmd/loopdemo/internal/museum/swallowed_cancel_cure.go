package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// The worker returns a cancellation, and tries again after everything else.
func swallowedCancelCure(opts ...loop.Option) error {
	worker := func(co *coro.Co) error {
		for attempt := 1; attempt <= 3; attempt++ {
			err := coro.Sleep(co, 100*time.Millisecond)
			if future.IsCanceled(err) {
				return err
			}
			if err != nil {
				fmt.Println("attempt", attempt, "failed:", py.Repr(err))
				continue
			}
			fmt.Println("attempt", attempt, "succeeded")
		}
		return nil
	}

	main := func(co *coro.Co) error {
		err := coro.Timeout(co, 50*time.Millisecond, func(*coro.TimeoutScope) error {
			return worker(co)
		})
		if future.IsTimeout(err) {
			fmt.Println("stopped in time")
			err = nil
		}
		return err
	}

	return loop.Main(main, opts...)
}
