package museum

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// The first error of a group cancels its other tasks, and the group ends
// after they have.
func gatherGoesOnCure(opts ...loop.Option) error {
	check := func(*coro.Co) error {
		return py.ValueError("no such account")
	}

	transfer := func(co *coro.Co) error {
		if err := coro.Sleep(co, 50*time.Millisecond); err != nil {
			return err
		}
		fmt.Println("money sent")
		return nil
	}

	main := func(co *coro.Co) error {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do(check))
			coro.CreateTask(g, coro.Do(transfer))
			return nil
		})
		wrong, ok := errors.AsType[py.ValueError](err)
		if !ok {
			return err
		}
		fmt.Println("failed:", wrong)
		return coro.Sleep(co, 100*time.Millisecond)
	}

	return loop.Main(main, opts...)
}
