package coro_test

import (
	"context"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A task has a context for code that takes one: it ends when the task is canceled,
// and has the context variables as its values. Blocking code is given it by
// loop.ToThread and loop.Go.
func ExampleCo_Context() {
	user := coro.NewVar("user", "nobody")
	work := func(co *coro.Co) error {
		ctx := co.Context()
		fmt.Println("user:", ctx.Value(user))
		err := coro.Sleep(co, time.Hour)
		fmt.Println("cause:", context.Cause(ctx))
		return err
	}
	main := func(co *coro.Co) error {
		user.Set(co, "ada")
		task := coro.CreateTask(co, coro.Do(work))
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		task.Cancel("closing time")
		_, err := task.Await(co)
		fmt.Println("error:", err)
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// user: ada
	// cause: canceled: closing time
	// error: canceled: closing time
}
