package coro_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A canceled task gets an error out of what it awaits, and returns it.
func ExampleTask_Cancel() {
	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do1(coro.Sleep, time.Hour))
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		task.Cancel("taking too long")
		fmt.Println("canceled:", task.Canceled()) // Cancel only asks

		_, err := task.Await(co)
		fmt.Println("canceled:", task.Canceled())
		fmt.Println(err, errors.Is(err, future.ErrCanceled))
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// canceled: false
	// canceled: true
	// canceled: taking too long true
}

// Deferred functions clean up. They may await: a cancellation comes out of one
// await, and not of those after it.
func ExampleTask_Cancel_cleanup() {
	session := func(co *coro.Co) error {
		fmt.Println("hello")
		defer func() {
			_ = coro.Sleep(co, time.Second) // cut short by another cancellation
			fmt.Println("goodbye")
		}()
		return coro.Sleep(co, time.Hour)
	}
	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(session))
		if err := coro.Sleep(co, time.Minute); err != nil {
			return err
		}
		task.Cancel()
		_, err := task.Await(co)
		fmt.Println(loop.Of(co).Time(), err, task.Canceled())
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello
	// goodbye
	// 1m1s canceled true
}

// A task that goes on although it was asked to cancel takes the request back: what
// it uses from then on, groups and timeouts in particular, counts the requests.
func ExampleTask_Uncancel() {
	work := func(co *coro.Co) (string, error) {
		if err := coro.Sleep(co, time.Hour); future.IsCanceled(err) {
			fmt.Println("requests:", co.Task().Canceling())
			fmt.Println("left:", co.Task().Uncancel())
		}
		return "half of it", nil
	}
	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, work)
		loop.Of(co).CallLater(time.Minute, func() { task.Cancel() })
		fmt.Println(task.Await(co))
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// requests: 1
	// left: 0
	// half of it <nil>
}
