package future_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A future makes a callback into something that can be awaited.
func Example() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		answer := loop.CreateFuture[int](l)
		l.CallLater(time.Second, func() { _ = answer.SetResult(42) })

		v, err := answer.Await(co)
		if err != nil {
			return err
		}
		fmt.Println("after", l.Time(), "the answer is", v)
		return nil
	}
	if err := loop.Main(main, loop.VirtualTime(true)); err != nil {
		fmt.Println(err)
	}
	// Output: after 1s the answer is 42
}

func ExampleFuture() {
	l := loop.New()
	defer l.Close()

	f := loop.CreateFuture[string](l)
	fmt.Println(f, f.Done())

	if err := f.SetResult("ready"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(f, f.Done())
	fmt.Println(f.Result())
	// Output:
	// <Future PENDING> false
	// <Future FINISHED result=ready> true
	// ready <nil>
}

// A future has one outcome: the second one is refused.
func ExampleFuture_SetResult() {
	l := loop.New()
	defer l.Close()

	f := loop.CreateFuture[int](l)
	_, err := f.Result()
	fmt.Println("too early:", errors.Is(err, future.ErrInvalidState))

	fmt.Println(f.SetResult(1))
	fmt.Println(f.SetResult(2))
	fmt.Println(f.Result())
	// Output:
	// too early: true
	// <nil>
	// future: invalid state: the future has its outcome already (FINISHED)
	// 1 <nil>
}

// An error comes out of every await of the future.
func ExampleFuture_SetError() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		f := loop.CreateFuture[int](l)
		l.CallSoon(func() { _ = f.SetError(errors.New("no connection")) })

		_, err := f.Await(co)
		fmt.Println("awaited:", err)
		fmt.Println("asked:", f.Err())
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// awaited: no connection
	// asked: no connection
}

// Callbacks are not called by SetResult, but by the loop, in the order in which
// they were added.
func ExampleFuture_AddDoneCallback() {
	l := loop.New()
	defer l.Close()

	f := loop.CreateFuture[int](l)
	f.AddDoneCallback(func() { fmt.Println("first:", f) })
	stop := f.AddDoneCallback(func() { fmt.Println("second") })
	f.AddDoneCallback(func() {
		fmt.Println("third")
		l.Stop()
	})
	fmt.Println("second taken back:", stop())

	if err := f.SetResult(7); err != nil {
		fmt.Println(err)
	}
	fmt.Println("the result is set")
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// second taken back: true
	// the result is set
	// first: <Future FINISHED result=7>
	// third
}

// Whoever waits for a future that is canceled gets a CanceledError, with the
// message if there is one.
func ExampleFuture_Cancel() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		f := loop.CreateFuture[int](l)
		l.CallSoon(func() { f.Cancel("no longer needed") })

		_, err := f.Await(co)
		fmt.Println(err)
		fmt.Println("canceled:", f.Canceled())
		fmt.Println("canceled once more:", f.Cancel())
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// canceled: no longer needed
	// canceled: true
	// canceled once more: false
}

func ExampleState() {
	l := loop.New()
	defer l.Close()

	pending, finished, canceled := loop.CreateFuture[int](l), loop.CreateFuture[int](l), loop.CreateFuture[int](l)
	_ = finished.SetResult(1)
	canceled.Cancel()
	for _, f := range []*future.Future[int]{pending, finished, canceled} {
		switch f.Core().State() {
		case future.Pending:
			fmt.Println("nothing yet")
		case future.Finished:
			fmt.Println("a result or an error")
		case future.Canceled:
			fmt.Println("neither")
		}
	}
	// Output:
	// nothing yet
	// a result or an error
	// neither
}

// Who only watches whether a future failed leaves its error to whom it concerns: it is
// reported as long as nobody has looked at it.
func ExampleFuture_Failed() {
	report := func(_ *loop.Loop, c future.ErrorContext) { fmt.Println(c.Message) }
	main := func(co *coro.Co) error {
		job := coro.CreateTask(co, coro.Do(func(*coro.Co) error { return errors.New("disk full") }))
		job.AddDoneCallback(func() { fmt.Println("failed:", job.Failed()) })
		return coro.Sleep(co, time.Second)
	}
	if err := loop.Main(main, loop.VirtualTime(true), loop.OnException(report)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// failed: true
	// Task exception was never retrieved
}
