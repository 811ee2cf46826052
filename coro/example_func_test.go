package coro_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A coroutine is a function. Called with the caller's own Co it runs inline, as
// "await load()" does; given to CreateTask it runs beside the caller.
func ExampleFunc() {
	load := func(co *coro.Co) (string, error) {
		if err := coro.Sleep(co, time.Second); err != nil {
			return "", err
		}
		return "data", nil
	}
	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, load)
		inline, err := load(co)
		if err != nil {
			return err
		}
		beside, err := task.Await(co)
		if err != nil {
			return err
		}
		fmt.Println(inline, beside, "after", loop.Of(co).Time())
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output: data data after 1s
}

// Bind gives a coroutine its argument, and leaves it to others to run it.
func ExampleBind() {
	upper := func(co *coro.Co, s string) (string, error) { return strings.ToUpper(s), nil }

	main := func(co *coro.Co) ([]string, error) {
		return coro.Gather(co, coro.Bind(upper, "a"), coro.Bind(upper, "b")).Await(co)
	}
	fmt.Println(loop.Run(main))
	// Output: [A B] <nil>
}

func ExampleBind2() {
	repeat := func(co *coro.Co, s string, n int) (string, error) { return strings.Repeat(s, n), nil }

	main := func(co *coro.Co) (string, error) {
		return coro.CreateTask(co, coro.Bind2(repeat, "ha", 3)).Await(co)
	}
	fmt.Println(loop.Run(main))
	// Output: hahaha <nil>
}

// A plain function becomes a Func by itself where a Func is asked for, as by
// CreateTask. Where any Awaitable will do, as in Gather, Bind0 says so.
func ExampleBind0() {
	ping := func(*coro.Co) (string, error) { return "ping", nil }

	main := func(co *coro.Co) ([]string, error) {
		task := coro.CreateTask(co, ping)
		return coro.Gather(co, task, coro.Bind0(ping)).Await(co)
	}
	fmt.Println(loop.Run(main))
	// Output: [ping ping] <nil>
}

// Do is for coroutines that have no result.
func ExampleDo() {
	greet := func(co *coro.Co) error {
		fmt.Println("hello")
		return nil
	}
	main := func(co *coro.Co) error {
		_, err := coro.CreateTask(co, coro.Do(greet)).Await(co)
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output: hello
}

func ExampleDo1() {
	main := func(co *coro.Co) error {
		_, err := coro.Gather(co,
			coro.Do1(coro.Sleep, 2*time.Second),
			coro.Do1(coro.Sleep, 3*time.Second),
		).Await(co)
		fmt.Println(loop.Of(co).Time())
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output: 3s
}

// Each makes a slice into arguments, be it of tasks, of futures or of Funcs.
func ExampleEach() {
	square := func(co *coro.Co, i int) (int, error) { return i * i, nil }

	main := func(co *coro.Co) ([]int, error) {
		var tasks []*coro.Task[int]
		for i := range 5 {
			tasks = append(tasks, coro.CreateTask(co, coro.Bind(square, i)))
		}
		return coro.Gather(co, coro.Each(tasks)...).Await(co)
	}
	fmt.Println(loop.Run(main))
	// Output: [0 1 4 9 16] <nil>
}

// EnsureFuture makes a task of a coroutine, and leaves what is a future already.
func ExampleEnsureFuture() {
	answer := func(*coro.Co) (int, error) { return 42, nil }

	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, answer)
		fmt.Println("the same:", coro.EnsureFuture(co, task) == task)

		f := coro.EnsureFuture(co, coro.Bind0(answer), coro.Name("answering"))
		fmt.Println("a new one, done:", f.Done())
		fmt.Println(f.Await(co))
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// the same: true
	// a new one, done: false
	// 42 <nil>
}

// BindEach is for one coroutine for each element of a slice: asyncio's
// gather(*(fetch(url) for url in urls)).
func ExampleBindEach() {
	fetch := func(co *coro.Co, url string) (int, error) { return len(url), coro.Sleep(co, time.Second) }

	main := func(co *coro.Co) ([]int, error) {
		urls := []string{"/", "/index", "/about"}
		return coro.Gather(co, coro.BindEach(fetch, urls)...).Await(co)
	}
	fmt.Println(loop.Run(main, loop.VirtualTime(true)))
	// Output: [1 6 6] <nil>
}

// DoEach is for those that have no result. In a group the first error stops the others.
func ExampleDoEach() {
	store := func(co *coro.Co, name string) error {
		fmt.Println("stored", name)
		return coro.Sleep(co, time.Second)
	}
	main := func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			_, err := coro.Gather(g, coro.DoEach(store, []string{"a", "b"})...).Await(co)
			return err
		})
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// stored a
	// stored b
}

func ExampleDo3() {
	transfer := func(co *coro.Co, from, to string, amount int) error {
		fmt.Println(amount, "from", from, "to", to)
		return nil
	}
	main := func(co *coro.Co) error {
		_, err := coro.CreateTask(co, coro.Do3(transfer, "ada", "bob", 5)).Await(co)
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output: 5 from ada to bob
}
