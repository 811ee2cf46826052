package coro_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Whoever waits for the payment may be canceled; the payment itself goes on.
func ExampleShield() {
	pay := func(co *coro.Co) (string, error) { return "paid", coro.Sleep(co, time.Minute) }

	main := func(co *coro.Co) error {
		payment := coro.CreateTask(co, pay)
		_, err := coro.WaitFor(co, coro.Shield(co, payment), time.Second)
		fmt.Println(err)
		fmt.Println("payment canceled:", payment.Canceled())
		fmt.Println(payment.Await(co))
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// timed out after 1s, waiting for a shield of task "Task-2"
	// payment canceled: false
	// paid <nil>
}
