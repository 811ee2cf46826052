package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// A queue gives its item away when the getter runs, and not before. Whoever
// is canceled leaves it to the next.
func lostResultCure(opts ...loop.Option) error {
	main := func(co *coro.Co) error {
		var tickets queues.Queue[string]

		take := func(co *coro.Co) error {
			mine, err := tickets.Get(co)
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
		if err := tickets.PutNowait("the last ticket"); err != nil {
			return err
		}
		task.Cancel()
		if _, err := task.Await(co); !future.IsCanceled(err) {
			return err
		}
		left, err := tickets.GetNowait()
		fmt.Println("cancelled; still in the queue:", left)
		return err
	}

	return loop.Main(main, opts...)
}
