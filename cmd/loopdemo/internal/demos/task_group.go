package demos

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Group returns when all tasks that were created in it have ended. Into
// puts a result where it is wanted, whatever its type.
func taskGroup(opts ...loop.Option) error {
	count := func(co *coro.Co, to int) (int, error) {
		return to, coro.Sleep(co, 100*time.Millisecond)
	}

	greet := func(co *coro.Co, name string) (string, error) {
		return "hello, " + name, coro.Sleep(co, 200*time.Millisecond)
	}

	main := func(co *coro.Co) error {
		var number int
		var greeting string
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Into(&number, coro.Bind(count, 3)))
			coro.CreateTask(g, coro.Into(&greeting, coro.Bind(greet, "Ada")))
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Println(number)
		fmt.Println(greeting)
		fmt.Println("Both tasks have completed now.")
		return nil
	}

	return loop.Main(main, opts...)
}
