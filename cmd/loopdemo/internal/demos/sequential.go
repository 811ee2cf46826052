package demos

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// To await a coroutine is to call it. It runs where it is called, to its
// end.
func sequential(opts ...loop.Option) error {
	hello := func(co *coro.Co) error {
		fmt.Println("hello")
		return nil
	}

	main := func(co *coro.Co) error {
		for range 3 {
			if err := hello(co); err != nil {
				return err
			}
		}
		return nil
	}

	return loop.Main(main, opts...)
}
