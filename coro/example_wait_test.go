package coro_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Wait says which tasks are done. Their results and errors are theirs to give.
func ExampleWait() {
	double := func(co *coro.Co, x int) (int, error) {
		return 2 * x, coro.Sleep(co, time.Duration(x)*time.Second)
	}
	main := func(co *coro.Co) error {
		var tasks []*coro.Task[int]
		for _, x := range []int{3, 1, 2} {
			tasks = append(tasks, coro.CreateTask(co, coro.Bind(double, x)))
		}
		done, pending, err := coro.Wait(co, tasks)
		if err != nil {
			return err
		}
		fmt.Println(len(done), "done,", len(pending), "pending")
		for _, t := range done {
			fmt.Println(t.Result())
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 3 done, 0 pending
	// 6 <nil>
	// 2 <nil>
	// 4 <nil>
}

// The first answer is enough; the other servers need not bother.
func ExampleWait_firstCompleted() {
	ask := func(co *coro.Co, server string, d time.Duration) (string, error) {
		return "answer of " + server, coro.Sleep(co, d)
	}
	main := func(co *coro.Co) error {
		tasks := []*coro.Task[string]{
			coro.CreateTask(co, coro.Bind2(ask, "Bergen", 3*time.Second)),
			coro.CreateTask(co, coro.Bind2(ask, "Lisbon", 1*time.Second)),
			coro.CreateTask(co, coro.Bind2(ask, "Naples", 2*time.Second)),
		}
		done, pending, err := coro.Wait(co, tasks, coro.ReturnWhen(coro.FirstCompleted))
		if err != nil {
			return err
		}
		for _, t := range pending {
			t.Cancel()
		}
		fmt.Println(done[0].Result())
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output: answer of Lisbon <nil>
}

// With FirstException everything is waited for, unless something fails.
func ExampleWait_firstException() {
	step := func(co *coro.Co, d time.Duration, outcome error) error {
		if err := coro.Sleep(co, d); err != nil {
			return err
		}
		return outcome
	}
	main := func(co *coro.Co) error {
		tasks := []*coro.Task[coro.None]{
			coro.CreateTask(co, coro.Do2(step, 1*time.Second, nil), coro.Name("read")),
			coro.CreateTask(co, coro.Do2(step, 2*time.Second, errors.New("bad input")), coro.Name("parse")),
			coro.CreateTask(co, coro.Do2(step, 3*time.Second, nil), coro.Name("write")),
		}
		done, pending, err := coro.Wait(co, tasks, coro.ReturnWhen(coro.FirstException))
		for _, t := range done {
			fmt.Println(t.Name(), t.Err())
		}
		for _, t := range pending {
			fmt.Println(t.Name(), "is not done yet")
		}
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// read <nil>
	// parse bad input
	// write is not done yet
}

// The end of the time is no error of Wait, and cancels nothing.
func ExampleWait_timeLimit() {
	main := func(co *coro.Co) error {
		tasks := []*coro.Task[coro.None]{
			coro.CreateTask(co, coro.Do1(coro.Sleep, time.Second), coro.Name("short")),
			coro.CreateTask(co, coro.Do1(coro.Sleep, time.Hour), coro.Name("long")),
		}
		for len(tasks) > 0 {
			done, pending, err := coro.Wait(co, tasks, coro.TimeLimit(30*time.Minute))
			if err != nil {
				return err
			}
			fmt.Println(loop.Of(co).Time(), len(done), "done,", len(pending), "pending")
			tasks = pending
		}
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 30m0s 1 done, 1 pending
	// 1h0m0s 1 done, 0 pending
}
