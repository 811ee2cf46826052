package loop_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A loop driven by hand.
func ExampleNew() {
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()

	l.CallLater(2*time.Second, l.Stop)
	l.CallLater(1*time.Second, func() { fmt.Println("one second later") })
	l.CallSoon(func() { fmt.Println("soon") })
	fmt.Println("nothing runs yet")

	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	fmt.Println("stopped at", l.Time())
	// Output:
	// nothing runs yet
	// soon
	// one second later
	// stopped at 2s
}

// What a callback schedules runs in the iteration after.
func ExampleLoop_CallSoon() {
	l := loop.New()
	defer l.Close()

	l.CallSoon(func() {
		fmt.Println("first")
		l.CallSoon(func() { fmt.Println("third") })
		l.CallSoon(l.Stop)
	})
	l.CallSoon(func() { fmt.Println("second") })
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// first
	// second
	// third
}

func ExampleHandle() {
	l := loop.New()
	defer l.Close()

	h := l.CallSoon(func() { fmt.Println("never called") })
	l.CallSoon(l.Stop)
	h.Cancel()
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	fmt.Println("canceled:", h.Canceled())
	// Output: canceled: true
}

// A callback that schedules itself again, until that is canceled.
func ExampleLoop_CallLater() {
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()

	var next loop.TimerHandle
	var tick func()
	tick = func() {
		fmt.Println("tick at", l.Time())
		next = l.CallLater(time.Second, tick)
	}
	tick()
	l.CallLater(2500*time.Millisecond, func() {
		fmt.Println("not at", next.When())
		next.Cancel()
		l.Stop()
	})
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// tick at 0s
	// tick at 1s
	// tick at 2s
	// not at 3s
}

// CallAt takes a time of the loop's own clock.
func ExampleLoop_CallAt() {
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()

	start := l.Time()
	l.CallAt(start+2*time.Second, func() {
		fmt.Println("second")
		l.Stop()
	})
	l.CallAt(start+1*time.Second, func() { fmt.Println("first") })
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// first
	// second
}

// RunUntilComplete takes a coroutine, a task or a future, and can be called again.
func ExampleRunUntilComplete() {
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()

	double := func(co *coro.Co, x int) (int, error) { return 2 * x, coro.Sleep(co, time.Second) }
	fmt.Println(loop.RunUntilComplete(l, coro.Bind(double, 4)))

	task := coro.CreateTask(l, coro.Bind(double, 21))
	fmt.Println(loop.RunUntilComplete(l, task))
	// Output:
	// 8 <nil>
	// 42 <nil>
}

// A loop that is stopped leaves its tasks where they are; it can be run again.
func ExampleLoop_Stop() {
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()

	l.CallLater(time.Minute, l.Stop)
	nap := coro.CreateTask(l, coro.Do1(coro.Sleep, time.Hour))
	_, err := loop.RunUntilComplete(l, nap)
	fmt.Println(l.Time(), errors.Is(err, loop.ErrStopped))

	_, err = loop.RunUntilComplete(l, nap)
	fmt.Println(l.Time(), err)
	// Output:
	// 1m0s true
	// 1h0m0s <nil>
}

func ExampleCreateFuture() {
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()

	f := loop.CreateFuture[string](l)
	l.CallLater(time.Second, func() { _ = f.SetResult("the post is here") })
	fmt.Println(loop.RunUntilComplete(l, f))
	// Output: the post is here <nil>
}

// A coroutine that needs its loop asks for it.
func ExampleOf() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		l.CallSoon(func() { fmt.Println("a callback") })
		fmt.Println("running:", l.IsRunning())
		return coro.Sleep(co, 0)
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output:
	// running: true
	// a callback
}

// Whatever is suspended when a loop is closed runs its deferred functions. A task
// that should have come to an end before is reported.
func ExampleLoop_Close() {
	l := loop.New(loop.VirtualTime(true))
	l.SetExceptionHandler(func(l *loop.Loop, c future.ErrorContext) { fmt.Println(c.Task+":", c.Message) })
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		defer fmt.Println("cleaned up")
		return coro.Sleep(co, time.Hour)
	}), coro.Name("nap"))
	l.CallLater(time.Second, l.Stop)
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	if err := l.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// nap: Task was destroyed but it is pending!
	// cleaned up
}

// Deadline adds without overflow: what is never to be called is not called at once.
func ExampleLoop_Deadline() {
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()

	l.CallAt(l.Deadline(time.Second), func() {
		fmt.Println("after", l.Time())
		l.CallAt(l.Deadline(coro.Forever), func() { fmt.Println("never") })
		l.CallAt(l.Deadline(time.Second), l.Stop)
	})
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	fmt.Println("stopped after", l.Time())
	// Output:
	// after 1s
	// stopped after 2s
}
