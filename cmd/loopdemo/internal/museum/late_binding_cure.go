package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// The value is handed over when the callback is made.
func lateBindingCure(opts ...loop.Option) error {
	call := func(i int) func() {
		return func() { fmt.Println("call", i) }
	}

	main := func(co *coro.Co) error {
		l := loop.Of(co)
		for i := range 3 {
			l.CallSoon(call(i))
		}
		return coro.Sleep(co, 0)
	}

	return loop.Main(main, opts...)
}
