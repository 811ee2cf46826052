package demos

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// Wait can stop early: when the first is done, or after some time. It
// cancels none of those that are left.
func wait(random *rand.Rand, opts ...loop.Option) error {
	work := func(co *coro.Co, tag int) (int, error) {
		pause := py.Uniform(random, 500*time.Millisecond, 5*time.Second)
		return tag, coro.Sleep(co, pause)
	}

	type tasks = []*coro.Task[int]

	printResults := func(done tasks) {
		for _, t := range done {
			tag, _ := t.Result() // nobody cancels them
			fmt.Println(tag)
		}
	}

	main := func(co *coro.Co) error {
		var all tasks
		for tag := range 10 {
			all = append(all, coro.CreateTask(co, coro.Bind(work, tag+1)))
		}

		fmt.Println("Get first result:")
		done, rest, err := coro.Wait(co, all, coro.ReturnWhen(coro.FirstCompleted))
		if err != nil {
			return err
		}
		printResults(done)
		fmt.Println("unfinished:", len(rest))

		fmt.Println("Get more results in 2 seconds:")
		done, rest, err = coro.Wait(co, rest, coro.TimeLimit(2*time.Second))
		if err != nil {
			return err
		}
		printResults(done)
		fmt.Println("unfinished2:", len(rest))

		fmt.Println("Get all other results:")
		if len(rest) > 0 {
			if done, _, err = coro.Wait(co, rest); err != nil {
				return err
			}
			printResults(done)
		}
		return nil
	}

	return loop.Main(main, opts...)
}
