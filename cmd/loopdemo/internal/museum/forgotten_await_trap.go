package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Do makes a coroutine, and does not run it.
func forgottenAwaitTrap(opts ...loop.Option) error {
	save := func(*coro.Co) error {
		fmt.Println("saved")
		return nil
	}

	main := func(*coro.Co) error {
		coro.Do(save)
		fmt.Println("end of main")
		return nil
	}

	return loop.Main(main, opts...)
}
