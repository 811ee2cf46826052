package demos

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// The queue has room for two items: whoever puts has to wait for those
// who get. Join waits until every item is done, not only taken out.
func producerConsumer(opts ...loop.Option) error {
	queue := queues.New[int](2)

	produce := func(co *coro.Co) error {
		for item := range 6 {
			if err := queue.Put(co, item); err != nil {
				return err
			}
			fmt.Println("put", item)
		}
		return nil
	}

	consume := func(co *coro.Co, name string, d time.Duration) error {
		for item, err := range queue.All(co) {
			if err != nil {
				return err
			}
			fmt.Println(name, "begins", item)
			if err := coro.Sleep(co, d); err != nil {
				return err
			}
			fmt.Println(name, "has done", item)
			if err := queue.TaskDone(); err != nil {
				return err
			}
		}
		fmt.Println(name, "goes home")
		return nil
	}

	main := func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do2(consume, "Ann", 100*time.Millisecond))
			coro.CreateTask(g, coro.Do2(consume, "Bob", 250*time.Millisecond))
			if err := produce(co); err != nil {
				return err
			}
			fmt.Println("All are put.")
			if err := queue.Join(co); err != nil {
				return err
			}
			fmt.Println("All are done.")
			queue.Shutdown(false) // ends the consumers' loops
			return nil
		})
	}

	return loop.Main(main, opts...)
}
