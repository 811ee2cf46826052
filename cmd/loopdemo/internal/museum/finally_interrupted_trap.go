package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// The deferred function awaits, and the second cancellation comes out of
// that await.
func finallyInterruptedTrap(opts ...loop.Option) error {
	useConnection := func(co *coro.Co) (err error) {
		defer func() {
			fmt.Println("closing")
			goodbye := coro.Sleep(co, 10*time.Millisecond) // say goodbye to the server
			if goodbye != nil {
				err = goodbye
				return
			}
			fmt.Println("closed")
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
		task.Cancel() // somebody is impatient
		if _, _, err := coro.Wait(co, []future.Any{task}); err != nil {
			return err
		}
		fmt.Println("the task is done")
		return nil
	}

	return loop.Main(main, opts...)
}
