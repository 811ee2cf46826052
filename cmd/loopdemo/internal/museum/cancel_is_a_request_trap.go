package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// Cancel only asks. The task hears of it in its next step, and that is
// later.
func cancelIsARequestTrap(opts ...loop.Option) error {
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
		py.Print("cancelled:", task.Canceled(), "- file still open:", fileOpen)
		return coro.Sleep(co, 10*time.Millisecond)
	}

	return loop.Main(main, opts...)
}
