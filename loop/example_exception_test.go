package loop_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A callback has nobody to return an error to. If it panics, the exception handler
// is told, and the loop goes on.
func ExampleLoop_SetExceptionHandler() {
	l := loop.New()
	defer l.Close()

	l.SetExceptionHandler(func(_ *loop.Loop, c future.ErrorContext) {
		fmt.Println("reported:", c.Err)
	})
	l.CallSoon(func() { panic("oops") })
	l.CallSoon(func() { fmt.Println("the next callback") })
	l.CallSoon(l.Stop)
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// reported: panic: oops (at loop/example_exception_test.go:24)
	// the next callback
}

// A handler may leave to the default one what it does not care about.
func ExampleOnException() {
	handler := func(l *loop.Loop, c future.ErrorContext) {
		if c.Task == "chatter" {
			fmt.Println("as usual:", c.Err)
			return
		}
		l.DefaultExceptionHandler(c)
	}
	main := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			return errors.New("the line is busy")
		}), coro.Name("chatter"))
		return coro.Sleep(co, time.Second)
	}
	if err := loop.Main(main, loop.VirtualTime(true), loop.OnException(handler)); err != nil {
		fmt.Println(err)
	}
	// Output: as usual: the line is busy
}

// A callback with an error, and nobody to give it to, tells the loop.
func ExampleLoop_CallExceptionHandler() {
	flush := func() error { return errors.New("disk full") }

	l := loop.New()
	defer l.Close()

	l.SetExceptionHandler(func(_ *loop.Loop, c future.ErrorContext) {
		fmt.Printf("%s: %v, %v\n", c.Message, c.Err, c.Attrs)
	})
	l.CallSoon(func() {
		if err := flush(); err != nil {
			l.CallExceptionHandler(future.ErrorContext{
				Message: "flushing the cache",
				Err:     err,
				Attrs:   []slog.Attr{slog.String("file", "cache.db")},
			})
		}
		l.Stop()
	})
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output: flushing the cache: disk full, [file=cache.db]
}

func backUp(*coro.Co) error { return errors.New("disk full") }

// Without a handler, the loop logs.
func ExampleLogger() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	main := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(backUp), coro.Name("backup"))
		return coro.Sleep(co, time.Second)
	}
	if err := loop.Main(main, loop.VirtualTime(true), loop.Logger(logger)); err != nil {
		fmt.Println(err)
	}
	// Output: level=ERROR msg="Task exception was never retrieved" error="disk full" task=backup function=github.com/ouro-loop/ouro/loop_test.backUp
}
