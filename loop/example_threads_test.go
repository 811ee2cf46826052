package loop_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Blocking code runs on a thread of the default executor. The loop goes on
// meanwhile.
func ExampleToThread() {
	compute := func(context.Context) (int, error) {
		sum := 0
		for i := range 1_000_001 {
			sum += i
		}
		return sum, nil
	}
	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, loop.ToThread(compute))
		fmt.Println("computing")
		sum, err := task.Await(co)
		fmt.Println(sum)
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// computing
	// 500000500000
}

// The function's context ends with a cancellation of the task. Whether it heeds
// that is up to the function; the task does not wait for it.
func ExampleToThreadDo() {
	thread := make(chan string)
	block := func(ctx context.Context) error {
		thread <- "at work"
		<-ctx.Done()
		thread <- context.Cause(ctx).Error()
		return ctx.Err()
	}
	main := func(co *coro.Co) error {
		task := coro.CreateTask(co, loop.ToThreadDo(block))
		fmt.Println(loop.Receive(thread)(co))
		task.Cancel("enough of it")
		_, err := task.Await(co)
		fmt.Println("the task:", err)
		fmt.Println(loop.Receive(thread)(co))
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// at work <nil>
	// the task: canceled: enough of it
	// canceled: enough of it <nil>
}

// Go is for functions that wait long, or for each other: each has a goroutine of
// its own, and there is no limit to their number.
func ExampleGo() {
	table := make(chan string)
	ping := func(context.Context) (string, error) {
		table <- "ping"
		return <-table, nil
	}
	pong := func(context.Context) (string, error) {
		defer func() { table <- "pong" }()
		return <-table, nil
	}
	main := func(co *coro.Co) ([]string, error) {
		return coro.Gather(co, loop.Go(ping), loop.Go(pong)).Await(co)
	}
	fmt.Println(loop.Run(main))
	// Output: [pong ping] <nil>
}

func ExampleGoDo() {
	var wg sync.WaitGroup
	wg.Go(func() { fmt.Println("a goroutine at work") })

	main := func(co *coro.Co) error {
		_, err := loop.GoDo(func(context.Context) error {
			wg.Wait()
			return nil
		})(co)
		fmt.Println("it has ended")
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// a goroutine at work
	// it has ended
}

// A coroutine receives from a channel without holding up the loop.
func ExampleReceive() {
	numbers := make(chan int)
	go func() {
		defer close(numbers)
		for i := range 3 {
			numbers <- i * i
		}
	}()
	main := func(co *coro.Co) error {
		for {
			n, err := loop.Receive(numbers)(co)
			if errors.Is(err, loop.ErrChannelClosed) {
				fmt.Println("that was all")
				return nil
			}
			if err != nil {
				return err
			}
			fmt.Println(n)
		}
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0
	// 1
	// 4
	// that was all
}

// Other goroutines, such as the handlers of an HTTP server, hand coroutines to a
// running loop and wait for their outcome.
func ExampleSubmit() {
	l := loop.New()
	defer l.Close()

	greet := func(co *coro.Co, name string) (string, error) {
		return "hello " + name, coro.Sleep(co, time.Millisecond)
	}
	go func() {
		defer l.Stop()
		f, err := loop.Submit(l, coro.Bind(greet, "gopher"))
		if err != nil { // the loop is closed
			fmt.Println(err)
			return
		}
		fmt.Println(f.Wait(context.Background()))
	}()
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output: hello gopher <nil>
}

// CallSoonThreadsafe is the way into the loop from a callback that comes on
// another goroutine.
func ExampleLoop_CallSoonThreadsafe() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		alarm := loop.CreateFuture[string](l)
		time.AfterFunc(time.Millisecond, func() { // on a goroutine of its own
			_, err := l.CallSoonThreadsafe(func() { _ = alarm.SetResult("ring") })
			if err != nil { // the loop is closed
				fmt.Println(err)
			}
		})
		sound, err := alarm.Await(co)
		fmt.Println(sound)
		return err
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output: ring
}

// What was posted can be taken back, from any goroutine, until it is called.
func ExamplePostedHandle() {
	l := loop.New()
	defer l.Close()

	h, err := l.CallSoonThreadsafe(func() { fmt.Println("never called") })
	if err != nil {
		fmt.Println(err)
		return
	}
	h.Cancel()
	l.Stop()
	fmt.Println(l.RunForever(), h.Canceled())
	// Output: <nil> true
}
