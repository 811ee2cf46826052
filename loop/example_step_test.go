package loop_test

import (
	"context"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A step is one iteration: what is scheduled in one is for the next.
func ExampleLoop_Step() {
	l := loop.New()
	defer l.Close()

	l.CallSoon(func() {
		fmt.Println("a callback")
		l.CallSoon(func() { fmt.Println("what it has scheduled") })
	})
	for n := 1; !l.Idle(); n++ {
		fmt.Println("step", n)
		if err := l.Step(); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// step 1
	// a callback
	// step 2
	// what it has scheduled
}

// A limit ends a step where it is. The next one goes on there.
func ExampleMaxEntries() {
	l := loop.New()
	defer l.Close()

	for _, name := range []string{"ada", "bob", "eve"} {
		l.CallSoon(func() { fmt.Println(name) })
	}
	for !l.Idle() {
		if err := l.Step(loop.MaxEntries(2)); err != nil {
			fmt.Println(err)
		}
		fmt.Println("time for something else")
	}
	// Output:
	// ada
	// bob
	// time for something else
	// eve
	// time for something else
}

// An application with a main loop of its own runs what is ready, and waits until it is
// woken or a timer is due. Here it has nothing else to wait for.
func ExampleLoop_RunUntilIdle() {
	l := loop.New()
	defer l.Close()
	wake := make(chan struct{}, 1)
	l.OnWake(func() { // on whatever goroutine
		select {
		case wake <- struct{}{}:
		default:
		}
	})

	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		answer, err := loop.Go(func(context.Context) (string, error) { return "from a goroutine", nil })(co)
		if err != nil {
			return err
		}
		fmt.Println(answer)
		err = coro.Sleep(co, time.Millisecond)
		fmt.Println("from a timer")
		return err
	}))
	for {
		if err := l.RunUntilIdle(loop.MaxTime(5 * time.Millisecond)); err != nil {
			fmt.Println(err)
			return
		}
		if task.Done() {
			return
		}
		select {
		case <-wake:
		case <-time.After(l.MayWait()):
		}
	}
	// Output:
	// from a goroutine
	// from a timer
}

// A virtual clock moves as far as it is told, and what is due on the way runs at its time.
func ExampleLoop_AdvanceTo() {
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()

	for _, d := range []time.Duration{25 * time.Minute, 10 * time.Minute, 15 * time.Minute} {
		l.CallLater(d, func() { fmt.Println("a timer, at", l.Time()) })
	}
	for _, t := range []time.Duration{20 * time.Minute, coro.Forever} {
		if err := l.AdvanceTo(t); err != nil {
			fmt.Println(err)
		}
		fmt.Println("it is", l.Time(), "and the next timer is due:", l.NextDeadline() < coro.Forever)
	}
	// Output:
	// a timer, at 10m0s
	// a timer, at 15m0s
	// it is 20m0s and the next timer is due: true
	// a timer, at 25m0s
	// it is 25m0s and the next timer is due: false
}

// An application that calls what it finds in a queue, as a GUI does, has a program run in
// there by handing it the steps.
func ExampleRunGuest() {
	main := func(co *coro.Co) (int, error) {
		fmt.Println("on the application's goroutine")
		return 42, coro.Sleep(co, time.Millisecond)
	}
	queue := make(chan func(), 10)
	ended := false
	loop.RunGuest(main,
		func(step func()) { queue <- step },
		func(v int, err error) {
			fmt.Println(v, err)
			ended = true
		})
	for !ended {
		event := <-queue
		event()
	}
	// Output:
	// on the application's goroutine
	// 42 <nil>
}
