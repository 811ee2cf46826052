package loop_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func square(co *coro.Co, i int) (int, error) {
	err := coro.Sleep(co, 100*time.Millisecond)
	return i * i, err
}

func Example_readme() {
	fmt.Println(loop.Run(func(co *coro.Co) ([]int, error) {
		t := coro.CreateTask(co, coro.Bind(square, 2), coro.Name("first"))
		return coro.Gather(co, t, coro.Bind(square, 3)).Await(co)
	}))
	// Output: [4 9] <nil>
}
