package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// The task has a copy of main's context. What it sets is set there.
func contextCopyTrap(opts ...loop.Option) error {
	user := coro.NewVar("user", "nobody")

	logIn := func(co *coro.Co) error {
		user.Set(co, "Ann")
		return nil
	}

	main := func(co *coro.Co) error {
		_, err := coro.CreateTask(co, coro.Do(logIn)).Await(co)
		fmt.Println("user:", user.Get(co))
		return err
	}

	return loop.Main(main, opts...)
}
