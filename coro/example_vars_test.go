package coro_test

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A context variable is a global variable of which each task has its own: nobody
// has to pass it on.
func ExampleVar() {
	user := coro.NewVar("user", "nobody")

	log := func(co *coro.Co, line string) { fmt.Printf("[%s] %s\n", user.Get(co), line) }
	request := func(co *coro.Co) error {
		log(co, "reading")
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		log(co, "answering")
		return nil
	}
	main := func(co *coro.Co) error {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			for _, name := range []string{"ada", "bob"} {
				user.Set(co, name) // a task copies what is set when it is created
				coro.CreateTask(g, coro.Do(request))
			}
			return nil
		})
		log(co, "closing")
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// [ada] reading
	// [bob] reading
	// [ada] answering
	// [bob] answering
	// [bob] closing
}

// Reset gives a variable back the value it had before a Set.
func ExampleVar_Reset() {
	precision := coro.NewVar("precision", 2)

	show := func(co *coro.Co, x float64) { fmt.Printf("%.*f\n", precision.Get(co), x) }
	main := func(co *coro.Co) error {
		token := precision.Set(co, 4)
		show(co, 1.0/3)
		if err := precision.Reset(co, token); err != nil {
			return err
		}
		show(co, 1.0/3)
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0.3333
	// 0.33
}

// A task sets variables in a copy of its creator's context, unless it is given
// another one: here the creator's own.
func ExampleInContext() {
	language := coro.NewVar("language", "Python")
	change := func(co *coro.Co) error {
		language.Set(co, "Go")
		return nil
	}
	main := func(co *coro.Co) error {
		if _, err := coro.CreateTask(co, coro.Do(change)).Await(co); err != nil {
			return err
		}
		fmt.Println(language.Get(co))

		_, err := coro.CreateTask(co, coro.Do(change), coro.InContext(co.Vars())).Await(co)
		fmt.Println(language.Get(co))
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Python
	// Go
}

// A copy of a context can be prepared for a task.
func ExampleVars_Copy() {
	user := coro.NewVar("user", "nobody")
	greet := func(co *coro.Co) (string, error) { return "hello " + user.Get(co), nil }

	main := func(co *coro.Co) error {
		vars := co.Vars().Copy()
		user.Set(vars, "ada")
		fmt.Println(coro.CreateTask(co, greet, coro.InContext(vars)).Await(co))

		_, ok := user.Lookup(co)
		fmt.Println("set here:", ok)
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello ada <nil>
	// set here: false
}

// What a framework knows about a task is not for those that the task creates.
func ExampleTaskLocal() {
	scope := coro.NewTaskLocal("scope", "none")

	child := func(co *coro.Co) error {
		fmt.Println("child:", scope.Get(co.Task()))
		return nil
	}
	main := func(co *coro.Co) error {
		scope.Set(co.Task(), "request 7")
		_, err := coro.CreateTask(co, coro.Do(child)).Await(co)
		fmt.Println("main:", scope.Get(co.Task()))
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// child: none
	// main: request 7
}
