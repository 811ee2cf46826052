package coro_test

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func ExampleErrAwaitSelf() {
	main := func(co *coro.Co) error {
		var task *coro.Task[int]
		task = coro.CreateTask(co, func(co *coro.Co) (int, error) { return task.Await(co) })
		_, err := task.Await(co)
		return err
	}
	err := loop.Main(main)
	fmt.Println(err)
	fmt.Println(errors.Is(err, coro.ErrAwaitSelf))
	// Output:
	// coro: a task cannot await itself (task "Task-2")
	// true
}

func ExampleErrOtherLoop() {
	other := loop.New()
	defer other.Close()

	f := loop.CreateFuture[int](other)
	err := loop.Main(func(co *coro.Co) error {
		_, err := f.Await(co)
		return err
	})
	fmt.Println(err)
	fmt.Println(errors.Is(err, coro.ErrOtherLoop))
	// Output:
	// coro: the future is attached to a different loop (task "Task-1")
	// true
}

// A group that has ended takes no more tasks. To try is a mistake, and a panic.
func ExampleErrGroupInactive() {
	err := loop.Main(func(co *coro.Co) error {
		var group *coro.TaskGroup
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			group = g
			return nil
		})
		if err != nil {
			return err
		}
		coro.CreateTask(group, coro.Do1(coro.Sleep, 0))
		return nil
	})
	fmt.Println(errors.Unwrap(err)) // what it was a panic of
	fmt.Println(errors.Is(err, coro.ErrGroupInactive))
	// Output:
	// coro: the task group takes no more tasks: it has ended
	// true
}
