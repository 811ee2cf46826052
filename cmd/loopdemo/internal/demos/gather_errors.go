package demos

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// GatherSettled waits for every child, and has errors among the results.
func gatherErrors(opts ...loop.Option) error {
	var ok coro.Func[int] = func(co *coro.Co) (int, error) {
		return 1, nil
	}

	var bad coro.Func[int] = func(co *coro.Co) (int, error) {
		return 0, py.ValueError("boom")
	}

	main := func(co *coro.Co) error {
		results, err := coro.GatherSettled(co, ok, bad).Await(co)
		if err != nil {
			return err
		}
		py.Print(results)
		return nil
	}

	_, err := loop.Run(coro.Do(main), opts...)
	return err
}
