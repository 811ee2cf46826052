package coro_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// The n-th round of the loop is for the n-th result to be there.
func ExampleAsCompleted() {
	walk := func(co *coro.Co, name string, d time.Duration) (string, error) {
		return name, coro.Sleep(co, d)
	}
	main := func(co *coro.Co) error {
		arrivals := coro.AsCompleted(co, coro.Forever,
			coro.Bind2(walk, "tortoise", 30*time.Minute),
			coro.Bind2(walk, "hare", 40*time.Minute), // it took a nap
			coro.Bind2(walk, "Achilles", 35*time.Minute),
		)
		for next := range arrivals {
			name, err := next.Await(co)
			if err != nil {
				return err
			}
			fmt.Println(loop.Of(co).Time(), name)
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 30m0s tortoise
	// 35m0s Achilles
	// 40m0s hare
}

// With a time limit, the rounds of those that are late end with an error.
func ExampleAsCompleted_timeout() {
	main := func(co *coro.Co) error {
		fast := coro.CreateTask(co, coro.Do1(coro.Sleep, time.Second))
		slow := coro.CreateTask(co, coro.Do1(coro.Sleep, time.Hour))
		for next := range coro.AsCompleted(co, time.Minute, slow, fast) {
			_, err := next.Await(co)
			fmt.Println(loop.Of(co).Time(), err)
		}
		fmt.Println("canceled:", slow.Canceled())
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1s <nil>
	// 1m0s timed out after 1m0s, waiting for the next of AsCompleted (1 of 2 not done)
	// canceled: false
}

// AsCompletedFutures gives the tasks themselves, so one can see which it is.
func ExampleAsCompletedFutures() {
	ask := func(co *coro.Co, d time.Duration) (string, error) {
		return fmt.Sprintf("an answer after %v", d), coro.Sleep(co, d)
	}
	main := func(co *coro.Co) error {
		home := coro.CreateTask(co, coro.Bind(ask, 2*time.Second))
		office := coro.CreateTask(co, coro.Bind(ask, 1*time.Second))
		for f, err := range coro.AsCompletedFutures(co, coro.Forever, home, office) {
			if err != nil {
				return err
			}
			v, err := f.Result()
			switch f {
			case home:
				fmt.Println("home:", v, err)
			case office:
				fmt.Println("office:", v, err)
			}
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// office: an answer after 1s <nil>
	// home: an answer after 2s <nil>
}
