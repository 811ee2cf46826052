package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// The range leaves the generator where it is. Run closes it in the end, as
// nobody else does.
func generatorCleanupTrap(opts ...loop.Option) error {
	rows := func() *coro.Generator[int] {
		return coro.NewGenerator(func(y *coro.Yielder[int]) error {
			fmt.Println("connection opened")
			defer fmt.Println("connection closed")
			if err := y.Yield(1); err != nil {
				return err
			}
			return y.Yield(2)
		})
	}

	main := func(co *coro.Co) error {
		for row, err := range rows().All(co) {
			if err != nil {
				return err
			}
			fmt.Println("row", row)
			break
		}
		fmt.Println("after the loop")
		return coro.Sleep(co, 10*time.Millisecond)
	}

	return loop.Main(main, opts...)
}
