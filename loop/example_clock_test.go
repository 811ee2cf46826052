package loop_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// What a program does on a certain day can be tried on any.
func ExampleStartTime() {
	eve := time.Date(2027, 12, 31, 23, 59, 0, 0, time.UTC)
	main := func(co *coro.Co) error {
		err := coro.Sleep(co, time.Minute)
		fmt.Println(loop.Of(co).Now())
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true), loop.StartTime(eve)); err != nil {
		fmt.Println(err)
	}
	// Output: 2028-01-01 00:00:00 +0000 UTC
}

// A real clock that is a thousand times as fast: a minute takes 60 ms.
func ExampleRate() {
	main := func(co *coro.Co) error {
		err := coro.Sleep(co, time.Minute)
		fmt.Println("a minute later:", loop.Of(co).Time() >= time.Minute)
		return err
	}
	if err := loop.Main(main, loop.Rate(1000)); err != nil {
		fmt.Println(err)
	}
	// Output: a minute later: true
}

// tickClock goes on by a second with each tick of something.
type tickClock struct{ seconds atomic.Int64 }

func (c *tickClock) Time() time.Duration { return time.Duration(c.seconds.Load()) * time.Second }

// SleepTime says that only a tick can tell.
func (c *tickClock) SleepTime(time.Duration) time.Duration { return coro.Forever }

// A clock of one's own is moved by whatever knows the time. Whoever moves it wakes the loop.
func ExampleUseClock() {
	clock := new(tickClock)
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		go func() {
			for range time.Tick(time.Millisecond) {
				clock.seconds.Add(1)
				if _, closed := l.CallSoonThreadsafe(func() {}); closed != nil {
					return
				}
			}
		}()
		err := coro.Sleep(co, 10*time.Second)
		fmt.Println("ten seconds later:", l.Time() >= 10*time.Second)
		return err
	}
	if err := loop.Main(main, loop.UseClock(clock)); err != nil {
		fmt.Println(err)
	}
	// Output: ten seconds later: true
}

// A simulation shows how far it has come.
func ExampleOnAdvance() {
	main := func(co *coro.Co) error {
		for _, d := range []time.Duration{time.Minute, 0, time.Hour} {
			if err := coro.Sleep(co, d); err != nil {
				return err
			}
		}
		return nil
	}
	show := func(from, to time.Duration) { fmt.Println("from", from, "to", to) }
	if err := loop.Main(main, loop.VirtualTime(true), loop.OnAdvance(show)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// from 0s to 1m0s
	// from 1m0s to 1h1m0s
}

// A coroutine that polls does not let a virtual clock go on. The end of it names who.
func ExampleStuckAfter() {
	ready := false
	poll := func(co *coro.Co) error {
		for !ready {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return nil
	}
	main := func(co *coro.Co) error {
		loop.Of(co).CallLater(time.Second, func() { ready = true })
		_, err := coro.CreateTask(co, coro.Do(poll), coro.Name("poller")).Await(co)
		return err
	}
	silent := func(*loop.Loop, future.ErrorContext) {}
	err := loop.Main(main, loop.VirtualTime(true), loop.StuckAfter(1000), loop.OnException(silent))

	var stuck *loop.StuckError
	if errors.As(err, &stuck) {
		fmt.Println("stuck at", stuck.At)
		fmt.Println(stuck.Ran[0][:len(`task "poller"`)]) // and the line
	}
	// Output:
	// stuck at 0s
	// task "poller"
}
