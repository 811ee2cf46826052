package coro_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func ExampleSleep() {
	main := func(co *coro.Co) error {
		fmt.Println("tick")
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		fmt.Println("tock")
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// tick
	// tock
}

// A sleep of zero lets everyone else who is ready have a turn: for long
// computations, which would keep the loop to themselves.
func ExampleSleep_zero() {
	compute := func(co *coro.Co, name string) error {
		for i := range 3 {
			fmt.Println(name, i)
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return nil
	}
	main := func(co *coro.Co) error {
		_, err := coro.Gather(co, coro.Do1(compute, "a"), coro.Do1(compute, "b")).Await(co)
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// a 0
	// b 0
	// a 1
	// b 1
	// a 2
	// b 2
}
