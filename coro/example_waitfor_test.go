package coro_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// What takes too long is canceled. Shield is for what should go on instead.
func ExampleWaitFor() {
	fetch := func(co *coro.Co, d time.Duration) (string, error) {
		if err := coro.Sleep(co, d); err != nil {
			fmt.Println("fetch:", err)
			return "", err
		}
		return "the page", nil
	}
	main := func(co *coro.Co) error {
		fmt.Println(coro.WaitFor(co, coro.Bind(fetch, time.Second), time.Minute))

		_, err := coro.WaitFor(co, coro.Bind(fetch, time.Hour), time.Minute)
		fmt.Println(err)
		fmt.Println("deadline exceeded:", errors.Is(err, context.DeadlineExceeded))
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// the page <nil>
	// fetch: canceled
	// timed out after 1m0s, waiting for sleep until 1h0m1s
	// deadline exceeded: true
}
