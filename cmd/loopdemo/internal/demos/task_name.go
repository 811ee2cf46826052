package demos

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// A task has a name, and knows whether it is done.
func taskName(opts ...loop.Option) error {
	nap := func(co *coro.Co) error {
		return coro.Sleep(co, 100*time.Millisecond)
	}

	main := func(co *coro.Co) error {
		t := coro.CreateTask(co, coro.Do(nap), coro.Name("napper"))
		py.Print("before:", t.Name(), t.Done())
		if _, err := t.Await(co); err != nil {
			return err
		}
		py.Print("after:", t.Name(), t.Done())
		return nil
	}

	return loop.Main(main, opts...)
}
