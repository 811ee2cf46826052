package museum

import (
	"context"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// ToThread blocks a goroutine, and the loop goes on. This needs the real
// clock: a virtual one stands still while work is out.
func blockingTheLoopCure(opts ...loop.Option) error {
	beats := 0

	heart := func(co *coro.Co) error {
		for {
			beats++
			if err := coro.Sleep(co, 10*time.Millisecond); err != nil {
				return err
			}
		}
	}

	work := func(context.Context) error {
		time.Sleep(200 * time.Millisecond)
		return nil
	}

	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(heart))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		before := beats
		if _, err := loop.ToThreadDo(work)(co); err != nil {
			return err
		}
		py.Print("at least five beats meanwhile:", beats-before >= 5)
		task.Cancel()
		return nil
	}

	return loop.Main(main, append(slices.Clip(opts), loop.VirtualTime(false))...)
}
