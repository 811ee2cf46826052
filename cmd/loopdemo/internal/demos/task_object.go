package demos

import (
	"fmt"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// What CreateTask returns is a future of the coroutine's result: its type
// says which.
func taskObject(opts ...loop.Option) error {
	reverse := func(co *coro.Co, seq []int) ([]int, error) {
		seconds := time.Duration(slices.Max(seq))
		if err := coro.Sleep(co, seconds*time.Second); err != nil {
			return nil, err
		}
		reversed := slices.Clone(seq)
		slices.Reverse(reversed)
		return reversed, nil
	}

	main := func(co *coro.Co) error {
		t := coro.CreateTask(co, coro.Bind(reverse, []int{3, 2, 1}))
		if _, err := t.Await(co); err != nil {
			return err
		}
		fmt.Printf("t: type %T\n", t)
		py.Print("t done:", t.Done())
		return nil
	}

	return loop.Main(main, opts...)
}
