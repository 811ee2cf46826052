package demos

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// GatherSettled waits for every child, and has errors among the results.
func gatherErrors(opts ...loop.Option) error {
	ok := func(co *coro.Co) (int, error) {
		return 1, nil
	}

	bad := func(co *coro.Co) (int, error) {
		return 0, py.ValueError("boom")
	}

	main := func(co *coro.Co) error {
		results, err := coro.GatherSettled(co, coro.Bind0(ok), coro.Bind0(bad)).Await(co)
		if err != nil {
			return err
		}
		py.Print(results)
		return nil
	}

	return loop.Main(main, opts...)
}
