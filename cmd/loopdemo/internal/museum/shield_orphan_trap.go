package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// The shield keeps the handler's cancellation from the save. Nothing keeps
// that of Run, which cancels what is left when main returns.
func shieldOrphanTrap(opts ...loop.Option) error {
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
		_, err := coro.Shield(co, coro.Do(save)).Await(co)
		return err
	}

	main := func(co *coro.Co) error {
		handler := coro.CreateTask(co, coro.Do(handle))
		if err := coro.Sleep(co, 10*time.Millisecond); err != nil {
			return err
		}
		handler.Cancel()
		_, err := handler.Await(co)
		if future.IsCanceled(err) {
			fmt.Println("handler cancelled; the save goes on")
			err = nil
		}
		return err
	}

	return loop.Main(main, opts...)
}
