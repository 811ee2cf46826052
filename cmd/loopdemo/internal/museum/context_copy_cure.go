package museum

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A plain call sets it in main's own context, and a task in the one that it
// is given.
func contextCopyCure(opts ...loop.Option) error {
	user := coro.NewVar("user", "nobody")

	logIn := func(co *coro.Co) error {
		user.Set(co, "Ann")
		return nil
	}

	main := func(co *coro.Co) error {
		if err := logIn(co); err != nil { // in the same task
			return err
		}
		fmt.Println("user:", user.Get(co))
		user.Set(co, "nobody")
		vars := co.Vars().Copy()
		_, err := coro.CreateTask(co, coro.Do(logIn), coro.InContext(vars)).Await(co)
		fmt.Println("user:", user.Get(vars))
		return err
	}

	return loop.Main(main, opts...)
}
