package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A call with co is an await.
func forgottenAwaitCure(opts ...loop.Option) error {
	save := func(*coro.Co) error {
		fmt.Println("saved")
		return nil
	}

	main := func(co *coro.Co) error {
		if err := save(co); err != nil {
			return err
		}
		fmt.Println("end of main")
		return nil
	}

	return loop.Main(main, opts...)
}
