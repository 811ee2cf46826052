package museum

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// The task is kept, so the collector never finds it. The loop reports its
// error when it closes, which is before Main returns.
func silentFailureTrap(opts ...loop.Option) error {
	var tasks []*coro.Task[coro.None]

	charge := func(*coro.Co) error {
		return errors.New("card refused")
	}

	main := func(co *coro.Co) error {
		tasks = append(tasks, coro.CreateTask(co, coro.Do(charge)))
		if err := coro.Sleep(co, 10*time.Millisecond); err != nil {
			return err
		}
		fmt.Println("order confirmed")
		return nil
	}

	log := func(_ *loop.Loop, c future.ErrorContext) {
		fmt.Println("log:", c.Message)
	}
	err := loop.Main(main, append([]loop.Option{loop.OnException(log)}, opts...)...)
	fmt.Println("the loop is closed")
	clear(tasks)
	return err
}
