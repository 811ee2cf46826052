package museum

import (
	"fmt"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// The task that was notified is canceled before it runs. It passes the
// notification on, as in Python since 3.13.
func lostNotifyTrap(opts ...loop.Option) error {
	var ready locks.Condition

	wait := func(co *coro.Co, name string) error {
		return ready.With(co, func() error {
			if err := ready.Wait(co); err != nil {
				return err
			}
			fmt.Println(name, "was notified")
			return nil
		})
	}

	main := func(co *coro.Co) error {
		a := coro.CreateTask(co, coro.Do1(wait, "a"))
		b := coro.CreateTask(co, coro.Do1(wait, "b"))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		if err := ready.With(co, func() error { return ready.Notify(1) }); err != nil {
			return err
		}
		a.Cancel() // before it has run
		both := []*coro.Task[coro.None]{a, b}
		_, pending, err := coro.Wait(co, both, coro.TimeLimit(100*time.Millisecond))
		if err != nil {
			return err
		}
		waiting := "nobody"
		if slices.Contains(pending, b) {
			waiting = "b"
		}
		fmt.Println("still waiting:", waiting)
		return nil
	}

	return loop.Main(main, opts...)
}
