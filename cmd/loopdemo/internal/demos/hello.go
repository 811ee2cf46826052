package demos

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// The smallest program: Run makes a loop, runs a coroutine, and closes
// the loop.
func hello(opts ...loop.Option) error {
	main := func(co *coro.Co) error {
		fmt.Println("hello")
		return nil
	}

	return loop.Main(main, opts...)
}
