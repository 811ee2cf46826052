//go:build unix

package loop_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A signal's handler is called on the loop, as any callback is: it may use
// everything there is.
func ExampleLoop_AddSignalHandler() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		reload := loop.CreateFuture[string](l)
		err := l.AddSignalHandler(syscall.SIGUSR1, func() { _ = reload.SetResult("reloading") })
		if err != nil {
			return err
		}
		defer l.RemoveSignalHandler(syscall.SIGUSR1)

		if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
			return err
		}
		fmt.Println(reload.Await(co))
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output: reloading <nil>
}

// Ctrl-C cancels main, which so gets to clean up.
func ExampleMain_interrupt() {
	main := func(co *coro.Co) error {
		defer fmt.Println("cleaned up")
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil { // somebody presses Ctrl-C
			return err
		}
		return coro.Sleep(co, time.Hour)
	}
	err := loop.Main(main)
	fmt.Println(err, errors.Is(err, loop.ErrKeyboardInterrupt))
	// Output:
	// cleaned up
	// keyboard interrupt true
}

// A program that handles interrupts in its own way keeps Run out of it, and gives
// it a context.
func ExampleInterrupts() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	main := func(co *coro.Co) error {
		defer fmt.Println("cleaned up")
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			return err
		}
		return coro.Sleep(co, time.Hour)
	}
	err := loop.Main(main, loop.Context(ctx), loop.Interrupts(false))
	fmt.Println(errors.Is(err, context.Canceled))
	// Output:
	// cleaned up
	// true
}
