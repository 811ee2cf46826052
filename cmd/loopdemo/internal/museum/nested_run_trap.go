package museum

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A plain function runs a loop of its own. Where one runs already, that is
// refused.
func nestedRunTrap(opts ...loop.Option) error {
	fetch := func(co *coro.Co) (string, error) {
		return "data", coro.Sleep(co, 0)
	}

	load := func() (string, error) { // a plain function, used everywhere
		return loop.Run(fetch)
	}

	main := func(*coro.Co) error {
		data, err := load()
		switch {
		case err == nil:
			fmt.Println("loaded", data)
		case errors.Is(err, loop.ErrRunning):
			fmt.Println("ErrRunning:", err)
			err = nil
		}
		return err
	}

	return loop.Main(main, opts...)
}
