package coro_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A thousand simulations, each on a loop of its own, take turns with the goroutines of a few tasks.
func ExampleNewWorkers() {
	workers := coro.NewWorkers(100)
	defer workers.Close()
	visitor := func(co *coro.Co, i int) (int, error) { return 1, coro.Sleep(co, time.Duration(i)*time.Minute) }
	visitors := 0
	for day := range 1000 {
		n, err := loop.Run(func(co *coro.Co) (int, error) {
			came, err := coro.Gather(co, coro.BindEach(visitor, []int{10, 20}[:day%3])...).Await(co)
			return len(came), err
		}, loop.VirtualTime(true), loop.Interrupts(false), loop.Workers(workers))
		if err != nil {
			fmt.Println(err)
		}
		visitors += n
	}
	fmt.Println(visitors, "visitors")
	// Output: 999 visitors
}
