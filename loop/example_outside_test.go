package loop_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A virtual clock waits for work of the program's own, if that is announced: without the
// Hold there would be a timeout at once.
func ExampleLoop_Hold() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		answer := loop.CreateFuture[string](l)
		release := l.Hold()
		fmt.Println("out:", l.Outside())
		go func() { // stands for a library that calls back
			defer release()
			_, _ = l.CallSoonThreadsafe(func() { _ = answer.SetResult("called back") })
		}()
		return coro.Timeout(co, time.Minute, func(*coro.TimeoutScope) error {
			fmt.Println(answer.Await(co))
			fmt.Println("after", l.Time())
			return nil
		})
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// out: 1
	// called back <nil>
	// after 0s
}

// A virtual clock does not wait for orders that need not come.
func ExampleBackground() {
	orders := make(chan string)
	main := func(co *coro.Co) error {
		coro.CreateTask(co, loop.Receive(orders, loop.Background()))
		err := coro.Sleep(co, time.Hour)
		fmt.Println("no orders for", loop.Of(co).Time())
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output: no orders for 1h0m0s
}

// A hermetic loop keeps a simulation from asking the world.
func ExampleHermetic() {
	main := func(co *coro.Co) error {
		_, err := loop.Go(func(context.Context) (string, error) { return "news", nil })(co)
		return err
	}
	err := loop.Main(main, loop.VirtualTime(true), loop.Hermetic(true))
	fmt.Println(errors.Is(err, loop.ErrHermetic))
	// Output: true
}

// A goroutine, such as the handler of an HTTP server, has a running loop do something, and
// waits for that. The end of its context cancels the coroutine.
func ExampleSubmitAndWait() {
	l := loop.New()
	defer l.Close()

	greet := func(co *coro.Co, name string) (string, error) {
		return "hello " + name, coro.Sleep(co, time.Millisecond)
	}
	go func() {
		defer l.Stop()
		ctx, cancel := context.WithCancelCause(context.Background())
		fmt.Println(loop.SubmitAndWait(ctx, l, coro.Bind(greet, "gopher")))

		_, err := loop.SubmitAndWait(ctx, l, coro.Do(func(co *coro.Co) error {
			cancel(errors.New("the client has gone"))
			defer fmt.Println("cleaned up")
			return coro.Sleep(co, time.Hour)
		}))
		fmt.Println(err)
	}()
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello gopher <nil>
	// cleaned up
	// the client has gone
}
