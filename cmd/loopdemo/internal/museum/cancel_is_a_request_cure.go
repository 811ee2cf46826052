package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// Cancel asks, and Wait waits until the task has cleaned up.
func cancelIsARequestCure(opts ...loop.Option) error {
	fileOpen := false

	writer := func(co *coro.Co) error {
		fileOpen = true
		defer func() {
			fileOpen = false
			fmt.Println("file closed")
		}()
		return coro.Sleep(co, 10*time.Second)
	}

	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(writer))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		task.Cancel()
		if _, _, err := coro.Wait(co, []future.Any{task}); err != nil {
			return err
		}
		py.Print("cancelled:", task.Canceled(), "- file still open:", fileOpen)
		return nil
	}

	return loop.Main(main, opts...)
}
