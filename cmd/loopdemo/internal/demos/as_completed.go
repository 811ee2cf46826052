package demos

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// AsCompleted gives results as they come, the first to end first.
func asCompleted(opts ...loop.Option) error {
	work := func(co *coro.Co, name string, d time.Duration) (string, error) {
		fmt.Println(name + ": started")
		if err := coro.Sleep(co, d); err != nil {
			return "", err
		}
		fmt.Println(name + ": finished")
		return name, nil
	}

	main := func(co *coro.Co) error {
		results := coro.AsCompleted(co, coro.Forever,
			coro.Bind2(work, "a", 200*time.Millisecond),
			coro.Bind2(work, "b", 100*time.Millisecond),
			coro.Bind2(work, "c", 300*time.Millisecond),
		)
		for next := range results {
			name, err := next.Await(co)
			if err != nil {
				return err
			}
			fmt.Println(name)
		}
		return nil
	}

	return loop.Main(main, opts...)
}
