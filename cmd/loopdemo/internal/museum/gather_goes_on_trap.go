package museum

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// The first error is the gather's. The other child is a task of its own,
// and goes on.
func gatherGoesOnTrap(opts ...loop.Option) error {
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
		_, err := coro.Gather(co, coro.Do(check), coro.Do(transfer)).Await(co)
		wrong, ok := errors.AsType[py.ValueError](err)
		if !ok {
			return err
		}
		fmt.Println("failed:", wrong)
		return coro.Sleep(co, 100*time.Millisecond) // the program goes on
	}

	return loop.Main(main, opts...)
}
