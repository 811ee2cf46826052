package coro_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Three jobs, one of them as a task with a name, take as long as one.
func Example() {
	job := func(co *coro.Co, i int) (int, error) {
		if err := coro.Sleep(co, 100*time.Millisecond); err != nil {
			return 0, err
		}
		return i * i, nil
	}
	main := func(co *coro.Co) ([]int, error) {
		first := coro.CreateTask(co, coro.Bind(job, 1), coro.Name("first"))
		return coro.Gather(co, first, coro.Bind(job, 2), coro.Bind(job, 3)).Await(co)
	}
	fmt.Println(loop.Run(main, loop.VirtualTime(true)))
	// Output: [1 4 9] <nil>
}
