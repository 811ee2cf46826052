package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// The result and the cancellation come in the same iteration. The task is
// canceled, as it is in Python since 3.12.
func waitForRaceTrap(opts ...loop.Option) error {
	main := func(co *coro.Co) error {
		answer := coro.NewFuture[int](co)
		task := coro.CreateTask(co, func(co *coro.Co) (int, error) {
			return coro.WaitFor(co, answer, 10*time.Second)
		})
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		if err := answer.SetResult(42); err != nil {
			return err
		}
		task.Cancel() // both in the same iteration
		result, err := task.Await(co)
		switch {
		case err == nil:
			fmt.Println("went on with", result, "as if nobody had cancelled")
		case future.IsCanceled(err):
			fmt.Println("cancelled")
			err = nil
		}
		return err
	}

	return loop.Main(main, opts...)
}
