package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Each round of the loop has a variable i of its own, so each function
// prints another one.
func lateBindingTrap(opts ...loop.Option) error {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		for i := range 3 {
			l.CallSoon(func() { fmt.Println("call", i) })
		}
		return coro.Sleep(co, 0)
	}

	return loop.Main(main, opts...)
}
