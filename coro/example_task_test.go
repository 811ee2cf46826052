package coro_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A task begins in the next iteration of the loop, and runs whenever its creator
// awaits something.
func ExampleCreateTask() {
	work := func(co *coro.Co) (string, error) {
		fmt.Println("working")
		return "the result", coro.Sleep(co, time.Second)
	}
	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, work)
		fmt.Println("created")
		v, err := task.Await(co)
		fmt.Println(v)
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// created
	// working
	// the result
}

// A task is the future of its function's result.
func ExampleTask() {
	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, func(*coro.Co) (int, error) { return 0, errors.New("out of luck") })
		task.AddDoneCallback(func() { fmt.Println("callback:", task.Err()) })
		fmt.Println("done:", task.Done())

		_, err := task.Await(co)
		fmt.Println("await:", err)
		fmt.Println("done:", task.Done())
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// done: false
	// callback: out of luck
	// await: out of luck
	// done: true
}

func ExampleName() {
	whoAmI := func(co *coro.Co) (string, error) { return co.Name(), nil }

	main := func(co *coro.Co) ([]string, error) {
		unnamed := coro.CreateTask(co, whoAmI)
		named := coro.CreateTask(co, whoAmI, coro.Name("fetch"))
		renamed := coro.CreateTask(co, whoAmI, coro.Name("old"))
		renamed.SetName("new")
		return coro.Gather(co, unnamed, named, renamed).Await(co)
	}
	fmt.Println(loop.Run(main))
	// Output: [Task-2 fetch new] <nil>
}

// An eager task runs inside CreateTask until it first suspends. With a result in
// the cache it never does.
func ExampleEager() {
	cache := map[string]string{"gopher": "a rodent"}
	lookUp := func(co *coro.Co, word string) (string, error) {
		if found, ok := cache[word]; ok {
			return found, nil
		}
		return "looked up", coro.Sleep(co, time.Second)
	}
	main := func(co *coro.Co) error {
		cached := coro.CreateTask(co, coro.Bind(lookUp, "gopher"), coro.Eager(true))
		missing := coro.CreateTask(co, coro.Bind(lookUp, "python"), coro.Eager(true))
		fmt.Println("done at once:", cached.Done(), missing.Done())
		fmt.Println(coro.Gather(co, cached, missing).Await(co))
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// done at once: true false
	// [a rodent looked up] <nil>
}

func ExampleCurrentTask() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		l.CallSoon(func() { fmt.Println("in a callback:", coro.CurrentTask(l)) })
		fmt.Println("in a coroutine:", coro.CurrentTask(l).Name())
		return coro.Sleep(co, 0)
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// in a coroutine: Task-1
	// in a callback: <nil>
}

func ExampleAllTasks() {
	main := func(co *coro.Co) error {
		co.Task().SetName("main")
		coro.CreateTask(co, coro.Do1(coro.Sleep, time.Second), coro.Name("short"))
		coro.CreateTask(co, coro.Do1(coro.Sleep, time.Hour), coro.Name("long"))
		if err := coro.Sleep(co, time.Minute); err != nil {
			return err
		}
		for _, t := range coro.AllTasks(co) {
			fmt.Println(t.Name())
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// main
	// long
}

// A function that spawns may leave it to its caller where: beside a coroutine, in
// a group, or on a loop that is yet to run.
func ExampleSpawner() {
	spawn := func(s coro.Spawner, name string) *coro.Task[string] {
		return coro.CreateTask(s, func(co *coro.Co) (string, error) { return co.Name(), nil }, coro.Name(name))
	}
	l := loop.New()
	defer l.Close()

	early := spawn(l, "early")
	main := func(co *coro.Co) error {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			spawn(g, "member")
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Println(coro.Gather(co, early, spawn(co, "late")).Await(co))
		return nil
	}
	if _, err := loop.RunUntilComplete(l, coro.Do(main)); err != nil {
		fmt.Println(err)
	}
	// Output: [early late] <nil>
}

// A framework decides by what a task waits for whether it can reach it with a
// cancellation.
func ExampleTask_WaitingOn() {
	main := func(co *coro.Co) error {
		f := coro.NewFuture[int](co)
		task := coro.CreateTask(co, func(co *coro.Co) (int, error) { return f.Await(co) })
		fmt.Println("begun:", task.WaitingOn() != nil)

		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		fmt.Println("waits for f:", task.WaitingOn() == f.Core())

		err := f.SetResult(1)
		fmt.Println("woken:", task.WaitingOn().Done())
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// begun: false
	// waits for f: true
	// woken: true
}

// A cancellation that nothing has taken yet is pending, and can be taken back.
func ExampleTask_CancelPending() {
	work := func(*coro.Co) (string, error) { return "worked", nil }
	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, work)
		task.Cancel()
		fmt.Println("pending:", task.CancelPending())
		task.Uncancel()
		fmt.Println("pending:", task.CancelPending())
		fmt.Println(task.Await(co))
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// pending: true
	// pending: false
	// worked <nil>
}

// Futures of any type can be awaited for their errors.
func ExampleAwait() {
	main := func(co *coro.Co) error {
		number := coro.CreateTask(co, func(*coro.Co) (int, error) { return 1, nil })
		text := coro.CreateTask(co, func(*coro.Co) (string, error) { return "", errors.New("no text") })
		for _, f := range []future.Any{number, text} {
			fmt.Println(coro.Await(co, f))
		}
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// no text
}

// A future of one's own is made by whoever has a Co.
func ExampleNewFuture() {
	main := func(co *coro.Co) (int, error) {
		answer := coro.NewFuture[int](co)
		loop.Of(co).CallLater(time.Second, func() { _ = answer.SetResult(42) })
		return answer.Await(co)
	}
	fmt.Println(loop.Run(main, loop.VirtualTime(true)))
	// Output: 42 <nil>
}

// A service is made of tasks of its own, which nobody awaits, and of which nothing is to be
// reported when the loop is closed under them.
func ExampleQuietTree() {
	forever := func(co *coro.Co) error { return coro.Sleep(co, coro.Forever) }
	service := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(forever), coro.Name("heartbeat"))
		return forever(co)
	}
	report := func(_ *loop.Loop, c future.ErrorContext) { fmt.Println(c.Message, c.Task) }
	l := loop.New(loop.VirtualTime(true), loop.OnException(report))
	coro.CreateTask(l, coro.Do(service), coro.QuietTree())
	coro.CreateTask(l, coro.Do(forever), coro.Name("forgotten"))
	if _, err := loop.RunUntilComplete(l, coro.Do1(coro.Sleep, time.Millisecond)); err != nil {
		fmt.Println(err)
	}
	if err := l.Close(); err != nil {
		fmt.Println(err)
	}
	// Output: Task was destroyed but it is pending! forgotten
}
