package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Two tasks run side by side.
func oneAfterTheOtherCure(opts ...loop.Option) error {
	prepare := func(co *coro.Co, what string) error {
		fmt.Println("begin", what)
		if err := coro.Sleep(co, 20*time.Millisecond); err != nil {
			return err
		}
		fmt.Println("end", what)
		return nil
	}

	main := func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do1(prepare, "coffee"))
			coro.CreateTask(g, coro.Do1(prepare, "toast"))
			return nil
		})
	}

	return loop.Main(main, opts...)
}
