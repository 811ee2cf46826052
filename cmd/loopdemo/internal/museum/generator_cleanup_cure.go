package museum

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Whoever made the generator closes it, however the range ends.
func generatorCleanupCure(opts ...loop.Option) error {
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

	printFirst := func(co *coro.Co) (err error) {
		all := rows()
		defer func() { err = errors.Join(err, all.Close(co)) }()
		for row, err := range all.All(co) {
			if err != nil {
				return err
			}
			fmt.Println("row", row)
			break
		}
		return nil
	}

	main := func(co *coro.Co) error {
		if err := printFirst(co); err != nil {
			return err
		}
		fmt.Println("after the loop")
		return coro.Sleep(co, 10*time.Millisecond)
	}

	return loop.Main(main, opts...)
}
