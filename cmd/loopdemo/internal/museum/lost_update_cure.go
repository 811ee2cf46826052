package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Without an await between reading and writing, nothing comes in between.
func lostUpdateCure(opts ...loop.Option) error {
	balance := 0

	deposit := func(co *coro.Co, amount int) error {
		if err := coro.Sleep(co, 0); err != nil { // ask the bank
			return err
		}
		balance += amount
		return nil
	}

	main := func(co *coro.Co) error {
		_, err := coro.Gather(co, coro.DoEach(deposit, []int{10, 10})...).Await(co)
		fmt.Println("balance:", balance)
		return err
	}

	return loop.Main(main, opts...)
}
