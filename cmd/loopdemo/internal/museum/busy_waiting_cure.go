package museum

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// The task waits for the event, which puts it into the ready queue once.
func busyWaitingCure(opts ...loop.Option) error {
	var ready locks.Event
	looks := 0

	waitUntilReady := func(co *coro.Co) error {
		looks++
		return ready.Wait(co)
	}

	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(waitUntilReady))
		if err := coro.Sleep(co, 50*time.Millisecond); err != nil {
			return err
		}
		ready.Set()
		_, err := task.Await(co)
		py.Print("looked more than 100 times:", looks > 100)
		return err
	}

	return loop.Main(main, opts...)
}
