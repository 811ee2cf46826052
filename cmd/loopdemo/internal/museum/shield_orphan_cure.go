package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// Main waits for the saves that are still going on.
func shieldOrphanCure(opts ...loop.Option) error {
	var saves []*coro.Task[coro.None]

	save := func(co *coro.Co) error {
		err := coro.Sleep(co, 50*time.Millisecond)
		switch {
		case err == nil:
			fmt.Println("saved")
		case future.IsCanceled(err):
			fmt.Println("the save was cancelled after all")
		}
		return err
	}

	handle := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(save))
		saves = append(saves, task)
		_, err := coro.Shield(co, task).Await(co)
		return err
	}

	main := func(co *coro.Co) error {
		handler := coro.CreateTask(co, coro.Do(handle))
		if err := coro.Sleep(co, 10*time.Millisecond); err != nil {
			return err
		}
		handler.Cancel()
		if _, err := handler.Await(co); future.IsCanceled(err) {
			fmt.Println("handler cancelled; the save goes on")
		}
		_, err := coro.Gather(co, coro.Each(saves)...).Await(co)
		return err
	}

	return loop.Main(main, opts...)
}
