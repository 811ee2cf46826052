package demos

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// CreateTask starts a coroutine beside its caller. Both jobs sleep at the
// same time: the program takes 0.2 seconds, not 0.4.
func createTask(opts ...loop.Option) error {
	job := func(co *coro.Co, i int) (string, error) {
		if err := coro.Sleep(co, 200*time.Millisecond); err != nil {
			return "", err
		}
		return fmt.Sprintf("done %d", i), nil
	}

	main := func(co *coro.Co) error {
		t1 := coro.CreateTask(co, coro.Bind(job, 1))
		t2 := coro.CreateTask(co, coro.Bind(job, 2))

		for _, t := range []*coro.Task[string]{t1, t2} {
			text, err := t.Await(co)
			if err != nil {
				return err
			}
			fmt.Println(text)
		}
		return nil
	}

	return loop.Main(main, opts...)
}
