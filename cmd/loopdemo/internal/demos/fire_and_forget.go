package demos

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A task begins when its creator first suspends, here for one turn of the
// loop. Nobody waits for this one: when main returns, Run cancels it.
func fireAndForget(opts ...loop.Option) error {
	child := func(co *coro.Co) error {
		fmt.Println("started child")
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		fmt.Println("finished child")
		return nil
	}

	main := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(child))
		fmt.Println("before sleep")
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		fmt.Println("after sleep")
		return nil
	}

	return loop.Main(main, opts...)
}
