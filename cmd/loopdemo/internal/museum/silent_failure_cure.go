package museum

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A callback looks at the error as soon as the task is done.
func silentFailureCure(opts ...loop.Option) error {
	tasks := map[*coro.Task[coro.None]]bool{}

	finished := func(task *coro.Task[coro.None]) {
		delete(tasks, task)
		if !task.Canceled() && task.Err() != nil {
			fmt.Println("charge failed:", task.Err())
		}
	}

	charge := func(*coro.Co) error {
		return errors.New("card refused")
	}

	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(charge))
		tasks[task] = true
		task.AddDoneCallback(func() { finished(task) })
		if err := coro.Sleep(co, 10*time.Millisecond); err != nil {
			return err
		}
		fmt.Println("order confirmed")
		return nil
	}

	err := loop.Main(main, opts...)
	fmt.Println("the loop is closed")
	return err
}
