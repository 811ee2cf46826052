package museum

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Wait blocks the loop's goroutine, and the loop cannot run what it waits
// for.
//
//ouro:allow it is the trap
func waitingForOneselfTrap(opts ...loop.Option) error {
	answer := func(*coro.Co) (int, error) {
		return 42, nil
	}

	main := func(co *coro.Co) error {
		f, err := loop.Submit(loop.Of(co), answer)
		if err != nil {
			return err
		}
		patience, cancel := context.WithTimeout(co.Context(), 100*time.Millisecond)
		defer cancel()
		// without the limit: for ever
		result, err := f.Wait(patience)
		switch {
		case err == nil:
			fmt.Println("answer:", result)
		case errors.Is(err, context.DeadlineExceeded):
			fmt.Println("still waiting; the loop is blocked by who waits for it")
			err = nil
		}
		return err
	}

	return loop.Main(main, opts...)
}
