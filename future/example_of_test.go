package future_test

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A function that takes an Of does not care whether it is given a future or a task.
func ExampleOf() {
	show := func(co *coro.Co, f future.Of[string]) error {
		v, err := f.Await(co)
		if err != nil {
			return err
		}
		fmt.Println(v)
		return nil
	}
	main := func(co *coro.Co) error {
		f := loop.CreateFuture[string](loop.Of(co))
		task := coro.CreateTask(co, func(*coro.Co) (string, error) {
			return "from a task", f.SetResult("from a future")
		})
		if err := show(co, f); err != nil {
			return err
		}
		return show(co, task)
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// from a future
	// from a task
}

// What does not need the results takes futures of all types.
func ExampleAny() {
	countDone := func(fs ...future.Any) int {
		n := 0
		for _, f := range fs {
			if f.Done() {
				n++
			}
		}
		return n
	}
	l := loop.New()
	defer l.Close()

	name := loop.CreateFuture[string](l)
	age := loop.CreateFuture[int](l)
	name.Cancel()
	fmt.Println(countDone(name, age), "of 2 are done")
	// Output: 1 of 2 are done
}
