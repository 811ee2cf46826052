package coro_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// The results come in the order of the arguments, whoever is done first.
func ExampleGather() {
	work := func(co *coro.Co, name string, d time.Duration) (string, error) {
		if err := coro.Sleep(co, d); err != nil {
			return "", err
		}
		fmt.Println(name, "is done")
		return name, nil
	}
	main := func(co *coro.Co) ([]string, error) {
		return coro.Gather(co,
			coro.Bind2(work, "a", 2*time.Second),
			coro.Bind2(work, "b", 1*time.Second),
			coro.Bind2(work, "c", 3*time.Second),
		).Await(co)
	}
	fmt.Println(loop.Run(main, loop.VirtualTime(true)))
	// Output:
	// b is done
	// a is done
	// c is done
	// [a b c] <nil>
}

// The first error is the error of all. It does not cancel the others: a Group does.
func ExampleGather_error() {
	fail := func(co *coro.Co) (string, error) { return "", errors.New("boom") }
	work := func(co *coro.Co) (string, error) { return "fine", coro.Sleep(co, time.Second) }

	main := func(co *coro.Co) error {
		worker := coro.CreateTask(co, work)
		_, err := coro.Gather(co, worker, coro.Bind0(fail)).Await(co)
		fmt.Println("gather:", err)

		v, err := worker.Await(co)
		fmt.Println("worker:", v)
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// gather: boom
	// worker: fine
}

// To cancel a gather is to cancel all that it gathers.
func ExampleGather_cancel() {
	main := func(co *coro.Co) error {
		a := coro.CreateTask(co, coro.Do1(coro.Sleep, time.Hour))
		b := coro.CreateTask(co, coro.Do1(coro.Sleep, time.Hour))
		both := coro.Gather(co, a, b)
		loop.Of(co).CallLater(time.Second, func() { both.Cancel() })

		_, err := both.Await(co)
		fmt.Println(err, a.Canceled(), b.Canceled())
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output: canceled true true
}

// GatherSettled is gather with return_exceptions=True.
func ExampleGatherSettled() {
	invert := func(co *coro.Co, x int) (int, error) {
		if x == 0 {
			return 0, errors.New("division by zero")
		}
		return 60 / x, nil
	}
	main := func(co *coro.Co) error {
		settled, err := coro.GatherSettled(co,
			coro.Bind(invert, 3),
			coro.Bind(invert, 0),
			coro.Bind(invert, 5),
		).Await(co)
		if err != nil {
			return err
		}
		fmt.Println(settled)
		for _, s := range settled {
			fmt.Println(s.Value, s.Err)
		}
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// [20 division by zero 12]
	// 20 <nil>
	// 0 division by zero
	// 12 <nil>
}

// GatherErrors waits for tasks of different types, or for those whose results do
// not matter.
func ExampleGatherErrors() {
	main := func(co *coro.Co) error {
		name := coro.CreateTask(co, func(*coro.Co) (string, error) { return "gopher", nil })
		age := coro.CreateTask(co, func(*coro.Co) (int, error) { return 0, errors.New("unknown") })

		errs, err := coro.GatherErrors[future.Any](co, name, age).Await(co)
		fmt.Println(errs)
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output: [<nil> unknown]
}
