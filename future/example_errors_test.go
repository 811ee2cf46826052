package future_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// Code that knows only Go's own errors understands a cancellation, too.
func ExampleCanceledError() {
	err := fmt.Errorf("loading the page: %w", future.NewCanceledError("the user went away"))
	fmt.Println(err)
	fmt.Println(errors.Is(err, future.ErrCanceled), errors.Is(err, context.Canceled))

	var canceled *future.CanceledError
	if errors.As(err, &canceled) {
		msg, ok := canceled.Message()
		fmt.Printf("%q %v\n", msg, ok)
	}
	// Output:
	// loading the page: canceled: the user went away
	// true true
	// "the user went away" true
}

// A coroutine that treats errors passes cancellations on.
func ExampleIsCanceled() {
	withDefault := func(co *coro.Co, fetch coro.Func[string]) (string, error) {
		v, err := fetch(co)
		if err != nil && !future.IsCanceled(err) {
			return "the default", nil
		}
		return v, err
	}
	main := func(co *coro.Co) error {
		fmt.Println(withDefault(co, func(*coro.Co) (string, error) { return "", io.ErrUnexpectedEOF }))

		task := coro.CreateTask(co, coro.Bind(withDefault, func(co *coro.Co) (string, error) {
			return "too late", coro.Sleep(co, time.Hour)
		}))
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		task.Cancel()
		_, err := task.Await(co)
		fmt.Println(err)
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// the default <nil>
	// canceled
}

// A time limit that runs out is a passed deadline to all of Go.
func ExampleTimeoutError() {
	main := func(co *coro.Co) error {
		_, err := coro.WaitFor(co, coro.Do1(coro.Sleep, time.Hour), time.Second)
		return err
	}
	err := loop.Main(main, loop.VirtualTime(true))
	fmt.Println(err)
	fmt.Println(errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded))

	var timeout *future.TimeoutError
	fmt.Println(errors.As(err, &timeout), "and not", future.IsCanceled(err))
	// Output:
	// timed out after 1s, waiting for sleep until 1h0m0s
	// true true
	// true and not false
}

// A panic comes out where an error would, and says where it was. The verb %+v prints the
// stack as well; Details finds it in what wraps the panic.
func ExamplePanicError() {
	err := loop.Main(func(co *coro.Co) error {
		var users map[string]int
		//lint:ignore SA5000 the panic is what this is about
		users["gopher"]++ //nolint:staticcheck // as above
		return nil
	})
	fmt.Println(err)
	err = fmt.Errorf("counting users: %w", err)
	fmt.Println(strings.Contains(future.Details(err), "ExamplePanicError"))

	var p *future.PanicError
	if errors.As(err, &p) {
		fmt.Println(p.Value, "in", p.Task)
	}
	// Output:
	// panic: assignment to entry in nil map (task "Task-1", at future/example_errors_test.go:89)
	// true
	// assignment to entry in nil map in Task-1
}

// A task that returns a SystemExit, main or any other, ends the run of the loop.
// The others still get to clean up.
func ExampleSystemExit() {
	background := func(co *coro.Co) error {
		defer fmt.Println("background task: cleaned up")
		return coro.Sleep(co, time.Hour)
	}
	main := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(background))
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		return &future.SystemExit{Code: 3}
	}
	err := loop.Main(main, loop.VirtualTime(true))

	var exit *future.SystemExit
	if errors.As(err, &exit) {
		fmt.Println("os.Exit with", exit.Code)
	}
	// Output:
	// background task: cleaned up
	// os.Exit with 3
}

// An error that nobody has looked at is reported when its future is collected as
// garbage, or at the latest when the loop is closed.
func ExampleErrorContext() {
	report := func(_ *loop.Loop, c future.ErrorContext) {
		fmt.Println(c.Message)
		fmt.Println(c.Task, "failed:", c.Err)
	}
	main := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			return errors.New("disk full")
		}), coro.Name("backup"))
		return coro.Sleep(co, time.Second) // and never asks how it went
	}
	if err := loop.Main(main, loop.VirtualTime(true), loop.OnException(report)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Task exception was never retrieved
	// backup failed: disk full
}

// Asyncio's "except TimeoutError": whose limit it was does not matter.
func ExampleIsTimeout() {
	main := func(co *coro.Co) error {
		_, err := coro.WaitFor(co, coro.Do1(coro.Sleep, time.Hour), time.Second)
		fmt.Println(future.IsTimeout(fmt.Errorf("waiting: %w", err)))
		fmt.Println(future.IsTimeout(os.ErrDeadlineExceeded))
		fmt.Println(future.IsTimeout(future.ErrCanceled))
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// true
	// true
	// false
}
