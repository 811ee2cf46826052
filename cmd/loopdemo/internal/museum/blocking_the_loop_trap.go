package museum

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// While main blocks, the loop is inside of main's step. Nothing else runs.
func blockingTheLoopTrap(opts ...loop.Option) error {
	beats := 0

	heart := func(co *coro.Co) error {
		for {
			beats++
			if err := coro.Sleep(co, 10*time.Millisecond); err != nil {
				return err
			}
		}
	}

	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(heart))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		before := beats
		time.Sleep(200 * time.Millisecond) //ouro:allow it is the trap
		py.Print("at least five beats meanwhile:", beats-before >= 5)
		task.Cancel()
		return nil
	}

	return loop.Main(main, opts...)
}
