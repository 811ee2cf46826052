package museum

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// The group's error is an ExceptionGroup here, too. But errors.AsType looks
// into it, so the error that was returned is found.
func groupOfOneTrap(opts ...loop.Option) error {
	fetch := func(*coro.Co) error {
		return py.ValueError("404")
	}

	main := func(co *coro.Co) error {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do(fetch))
			return nil
		})
		if _, ok := errors.AsType[py.ValueError](err); ok {
			fmt.Println("caught ValueError")
			return nil
		}
		if group, ok := errors.AsType[*coro.ExceptionGroup](err); ok {
			py.Print("caught ExceptionGroup of", group.Errors)
			return nil
		}
		return err
	}

	return loop.Main(main, opts...)
}
