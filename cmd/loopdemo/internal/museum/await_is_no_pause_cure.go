package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// Sleep(co, 0) always suspends, and gives the other tasks their turn.
func awaitIsNoPauseCure(opts ...loop.Option) error {
	ticks := 0

	clock := func(co *coro.Co) error {
		for {
			ticks++
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
	}

	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(clock))
		var queue queues.Queue[int]
		for i := range 1000 {
			if err := queue.PutNowait(i); err != nil {
				return err
			}
		}
		for !queue.Empty() {
			item, err := queue.Get(co)
			if err != nil {
				return err
			}
			if item%100 == 0 {
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
			}
		}
		fmt.Println("1000 awaits, ticks of the clock meanwhile:", ticks)
		task.Cancel()
		return nil
	}

	return loop.Main(main, opts...)
}
