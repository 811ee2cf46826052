package museum

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// What Python needs except* for, errors.AsType does.
func groupOfOneCure(opts ...loop.Option) error {
	fetch := func(*coro.Co) error {
		return py.ValueError("404")
	}

	main := func(co *coro.Co) error {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do(fetch))
			return nil
		})
		if wrong, ok := errors.AsType[py.ValueError](err); ok {
			fmt.Println("caught ValueError:", wrong)
			return nil
		}
		return err
	}

	return loop.Main(main, opts...)
}
