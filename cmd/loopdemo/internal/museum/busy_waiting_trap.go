package museum

import (
	"errors"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// The task that looks again and again is always ready, so the loop never
// sleeps. A virtual clock moves only when nothing is ready: it never does,
// and the loop ends the run.
func busyWaitingTrap(opts ...loop.Option) error {
	ready := false
	looks := 0

	waitUntilReady := func(co *coro.Co) error {
		for !ready {
			looks++
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return nil
	}

	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(waitUntilReady))
		if err := coro.Sleep(co, 50*time.Millisecond); err != nil {
			return err
		}
		ready = true
		_, err := task.Await(co)
		return err
	}

	told := loop.OnException(func(*loop.Loop, future.ErrorContext) {}) // below
	err := loop.Main(main, append([]loop.Option{loop.StuckAfter(1000), told}, opts...)...)
	if _, stuck := errors.AsType[*loop.StuckError](err); err != nil && !stuck {
		return err
	}
	py.Print("looked more than 100 times:", looks > 100)
	return nil
}
