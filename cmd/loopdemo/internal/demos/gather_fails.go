package demos

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// The first child to fail ends the gather, with its error. The others are
// not canceled: they go on, and can be waited for.
func gatherFails(opts ...loop.Option) error {
	work := func(co *coro.Co, name string, d time.Duration) (string, error) {
		fmt.Println(name + ": started")
		if err := coro.Sleep(co, d); err != nil {
			return "", err
		}
		if name == "b" {
			return "", py.ValueError("boom")
		}
		fmt.Println(name + ": finished")
		return name, nil
	}

	main := func(co *coro.Co) error {
		tasks := []*coro.Task[string]{
			coro.CreateTask(co, coro.Bind2(work, "a", 200*time.Millisecond)),
			coro.CreateTask(co, coro.Bind2(work, "b", 100*time.Millisecond)),
			coro.CreateTask(co, coro.Bind2(work, "c", 300*time.Millisecond)),
		}
		_, err := coro.Gather(co, coro.Each(tasks)...).Await(co)
		fmt.Println("main: got", py.Repr(err))

		_, _, err = coro.Wait(co, tasks)
		fmt.Println("main: all have ended")
		return err
	}

	return loop.Main(main, opts...)
}
