package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// One call of TaskDone for each item, whatever becomes of it.
func joinWithoutDoneCure(opts ...loop.Option) error {
	do := func(item string) {
		if item == "bad" {
			fmt.Println("skipped", item)
			return
		}
		fmt.Println("did", item)
	}

	worker := func(co *coro.Co, queue *queues.Queue[string]) error {
		for {
			item, err := queue.Get(co)
			if err != nil {
				return err
			}
			do(item)
			if err := queue.TaskDone(); err != nil {
				return err
			}
		}
	}

	main := func(co *coro.Co) error {
		var queue queues.Queue[string]
		for _, item := range []string{"good", "bad", "good"} {
			if err := queue.PutNowait(item); err != nil {
				return err
			}
		}
		task := coro.CreateTask(co, coro.Do1(worker, &queue))
		err := coro.Timeout(co, 100*time.Millisecond, func(*coro.TimeoutScope) error {
			return queue.Join(co)
		})
		switch {
		case err == nil:
			fmt.Println("all done")
		case future.IsTimeout(err):
			fmt.Println("still waiting; in the queue:", queue.Len())
			err = nil
		}
		task.Cancel()
		return err
	}

	return loop.Main(main, opts...)
}
