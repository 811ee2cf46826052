package demos

import (
	"fmt"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// The first result is there after three seconds, when gather would still
// wait for the second.
func asCompletedTasks(opts ...loop.Option) error {
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
		clock := func() string { return loop.Of(co).Now().Format(time.TimeOnly) }

		t1 := coro.CreateTask(co, coro.Bind(reverse, []int{3, 2, 1}))
		t2 := coro.CreateTask(co, coro.Bind(reverse, []int{10, 5, 0}))
		fmt.Println("Start:", clock())
		for next := range coro.AsCompleted(co, coro.Forever, t1, t2) {
			res, err := next.Await(co)
			if err != nil {
				return err
			}
			py.Print("res:", res, "completed at", clock())
		}
		fmt.Println("End:", clock())
		py.Print("Both tasks done:", t1.Done() && t2.Done())
		return nil
	}

	return loop.Main(main, opts...)
}
