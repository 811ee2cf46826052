package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A call with co runs in this task. The second begins when the first has
// ended.
func oneAfterTheOtherTrap(opts ...loop.Option) error {
	prepare := func(co *coro.Co, what string) error {
		fmt.Println("begin", what)
		if err := coro.Sleep(co, 20*time.Millisecond); err != nil {
			return err
		}
		fmt.Println("end", what)
		return nil
	}

	main := func(co *coro.Co) error {
		if err := prepare(co, "coffee"); err != nil {
			return err
		}
		return prepare(co, "toast")
	}

	return loop.Main(main, opts...)
}
