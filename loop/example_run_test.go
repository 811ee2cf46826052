package loop_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// With VirtualTime this takes no time; without it, it takes two seconds.
func Example() {
	say := func(co *coro.Co, what string, d time.Duration) error {
		if err := coro.Sleep(co, d); err != nil {
			return err
		}
		fmt.Println(what)
		return nil
	}
	main := func(co *coro.Co) error {
		_, err := coro.Gather(co,
			coro.Do2(say, "world", 2*time.Second),
			coro.Do2(say, "hello", 1*time.Second),
		).Await(co)
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello
	// world
}

// Run is for a main with a result.
func ExampleRun() {
	main := func(co *coro.Co) (string, error) {
		if err := coro.Sleep(co, time.Millisecond); err != nil {
			return "", err
		}
		return "well rested", nil
	}
	fmt.Println(loop.Run(main))
	// Output: well rested <nil>
}

// What main leaves behind is canceled, and gets to clean up.
func ExampleMain() {
	background := func(co *coro.Co) error {
		defer fmt.Println("background task: cleaned up")
		return coro.Sleep(co, time.Hour)
	}
	main := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(background))
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		fmt.Println("main: done")
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// main: done
	// background task: cleaned up
}

// There is one loop at a time on a goroutine. Inside, a coroutine is awaited.
func ExampleRun_inside() {
	inner := func(co *coro.Co) (int, error) { return 42, nil }

	main := func(co *coro.Co) error {
		_, err := loop.Run(inner)
		fmt.Println(errors.Is(err, loop.ErrRunning))
		fmt.Println(inner(co))
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// true
	// 42 <nil>
}

// The end of a context cancels main, as Ctrl-C does. Its values are there in the
// context of every task.
func ExampleContext() {
	type key struct{}
	ctx := context.WithValue(context.Background(), key{}, "request 7")
	ctx, end := context.WithCancelCause(ctx)

	main := func(co *coro.Co) error {
		fmt.Println("serving", co.Context().Value(key{}))
		go end(errors.New("the client went away"))
		err := coro.Sleep(co, time.Hour)
		fmt.Println("main:", err)
		return err
	}
	fmt.Println(loop.Main(main, loop.Context(ctx)))
	// Output:
	// serving request 7
	// main: canceled
	// the client went away
}

// With EagerTasks on, tasks begin inside CreateTask.
func ExampleEagerTasks() {
	main := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			fmt.Println("the task begins")
			return nil
		}))
		fmt.Println("main goes on")
		return nil
	}
	if err := loop.Main(main, loop.EagerTasks(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// the task begins
	// main goes on
}
