package demos

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// Gather runs coroutines side by side. They end in the order of their
// sleeps; the results stand in the order of the arguments.
func concurrent(opts ...loop.Option) error {
	work := func(co *coro.Co, name string, d time.Duration) (string, error) {
		fmt.Println(name + ": started")
		if err := coro.Sleep(co, d); err != nil {
			return "", err
		}
		fmt.Println(name + ": finished")
		return name, nil
	}

	main := func(co *coro.Co) error {
		result, err := coro.Gather(co,
			coro.Bind2(work, "a", 200*time.Millisecond),
			coro.Bind2(work, "b", 100*time.Millisecond),
			coro.Bind2(work, "c", 300*time.Millisecond),
		).Await(co)
		if err != nil {
			return err
		}
		py.Print("Result:", result)
		return nil
	}

	return loop.Main(main, opts...)
}
