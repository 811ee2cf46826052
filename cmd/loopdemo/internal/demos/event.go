package demos

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// An event lets tasks wait until something has happened. Set wakes all
// who wait; who comes later need not wait at all.
func event(opts ...loop.Option) error {
	var start locks.Event

	run := func(co *coro.Co, name string) error {
		fmt.Println(name, "is ready")
		if err := start.Wait(co); err != nil {
			return err
		}
		fmt.Println(name, "runs")
		return nil
	}

	main := func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do1(run, "Ann"))
			coro.CreateTask(g, coro.Do1(run, "Bob"))
			if err := coro.Sleep(co, 100*time.Millisecond); err != nil {
				return err
			}
			fmt.Println("Go!")
			start.Set()
			return run(co, "the starter")
		})
	}

	return loop.Main(main, opts...)
}
