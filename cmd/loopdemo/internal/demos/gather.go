package demos

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// Ten jobs of 0.1 seconds each, done after 0.1 seconds.
func gather(opts ...loop.Option) error {
	square := func(co *coro.Co, i int) (int, error) {
		if err := coro.Sleep(co, 100*time.Millisecond); err != nil {
			return 0, err
		}
		return i * i, nil
	}

	main := func(co *coro.Co) error {
		var jobs []coro.Awaitable[int]
		for i := range 10 {
			jobs = append(jobs, coro.Bind(square, i))
		}
		squares, err := coro.Gather(co, jobs...).Await(co)
		if err != nil {
			return err
		}
		py.Print(squares)
		return nil
	}

	return loop.Main(main, opts...)
}
