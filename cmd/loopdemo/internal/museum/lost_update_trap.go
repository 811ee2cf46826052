package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Both tasks read 0 before one of them writes: between the two there is an
// await.
func lostUpdateTrap(opts ...loop.Option) error {
	balance := 0

	deposit := func(co *coro.Co, amount int) error {
		before := balance
		if err := coro.Sleep(co, 0); err != nil { // ask the bank
			return err
		}
		balance = before + amount
		return nil
	}

	main := func(co *coro.Co) error {
		_, err := coro.Gather(co, coro.DoEach(deposit, []int{10, 10})...).Await(co)
		fmt.Println("balance:", balance)
		return err
	}

	return loop.Main(main, opts...)
}
