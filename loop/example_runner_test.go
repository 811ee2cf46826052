package loop_test

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A runner keeps its loop, its tasks and its context variables from one call to
// the next.
func ExampleRunner() {
	r := loop.NewRunner(loop.VirtualTime(true))
	defer func() {
		if err := r.Close(); err != nil {
			fmt.Println(err)
		}
	}()
	user := coro.NewVar("user", "nobody")
	login := func(co *coro.Co) (*coro.Task[coro.None], error) {
		user.Set(co, "ada")
		return coro.CreateTask(co, coro.Do1(coro.Sleep, time.Second)), nil
	}
	task, err := loop.RunIn(r, login)
	if err != nil {
		fmt.Println(err)
		return
	}
	work := func(co *coro.Co) (string, error) {
		_, err := task.Await(co)
		return user.Get(co) + " worked", err
	}
	fmt.Println(loop.RunIn(r, work))
	// Output: ada worked <nil>
}
