package museum

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// The cleanup is a task of its own, behind a shield. Whoever is canceled
// while waiting for it waits again.
func finallyInterruptedCure(opts ...loop.Option) error {
	closeConnection := func(co *coro.Co) error {
		fmt.Println("closing")
		if err := coro.Sleep(co, 10*time.Millisecond); err != nil {
			return err
		}
		fmt.Println("closed")
		return nil
	}

	useConnection := func(co *coro.Co) (err error) {
		defer func() {
			closing := coro.CreateTask(co, coro.Do(closeConnection))
			_, interrupted := coro.Shield(co, closing).Await(co)
			if !future.IsCanceled(interrupted) {
				err = errors.Join(err, interrupted)
				return
			}
			// canceled again: but this is finished first
			_, failed := closing.Await(co)
			err = errors.Join(interrupted, failed)
		}()
		return coro.Sleep(co, 10*time.Second)
	}

	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(useConnection))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		task.Cancel()
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		task.Cancel()
		if _, _, err := coro.Wait(co, []future.Any{task}); err != nil {
			return err
		}
		fmt.Println("the task is done")
		return nil
	}

	return loop.Main(main, opts...)
}
