package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// Cancel comes in the iteration in which the future is done, before the
// task's step. The step tells the task of the cancellation, and nobody has
// the ticket.
func lostResultTrap(opts ...loop.Option) error {
	main := func(co *coro.Co) error {
		ticket := coro.NewFuture[string](co)

		take := func(co *coro.Co) error {
			mine, err := ticket.Await(co)
			if err != nil {
				return err
			}
			fmt.Println("took", mine)
			return nil
		}

		task := coro.CreateTask(co, coro.Do(take))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		if err := ticket.SetResult("the last ticket"); err != nil {
			return err
		}
		task.Cancel() // in the same iteration, before the task runs
		if _, err := task.Await(co); !future.IsCanceled(err) {
			return err
		}
		lost, err := ticket.Result()
		fmt.Println("cancelled; who has", lost, "now?")
		return err
	}

	return loop.Main(main, opts...)
}
