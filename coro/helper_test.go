package coro_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
)

var (
	errTest  = errors.New("test")
	errOther = errors.New("other")
)

// newLoop makes a loop with a virtual clock for tests that drive it by hand. At the
// end of the test what is left on it is canceled. A report to its exception handler
// fails the test, unless the options set another handler.
func newLoop(t *testing.T, opts ...loop.Option) *loop.Loop {
	t.Helper()
	unexpected := loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		t.Errorf("reported to the exception handler: %s: %v", c.Message, c.Err)
	})
	r := loop.NewRunner(append([]loop.Option{unexpected, loop.VirtualTime(), loop.Interrupts(false)}, opts...)...)
	t.Cleanup(func() {
		err := r.Close()
		if !t.Failed() { // from inside a coroutine, where no loop can be run to clean up
			require.NoError(t, err)
		}
	})
	return r.Loop()
}

// run runs main on a loop of newLoop's, and expects no error of it.
func run(t *testing.T, main func(co *coro.Co) error, opts ...loop.Option) {
	t.Helper()
	complete(t, newLoop(t, opts...), coro.Do(main))
}

// complete runs main on l, and expects no error of it.
func complete[T any](t *testing.T, l *loop.Loop, main coro.Func[T]) T {
	t.Helper()
	v, err := loop.RunUntilComplete(l, main)
	require.NoError(t, err)
	return v
}

// briefly runs what is ready, and what that makes ready, as run_briefly does in
// CPython's tests: two iterations.
func briefly(t *testing.T, l *loop.Loop) {
	t.Helper()
	complete(t, l, returning(0, nil))
}

// sleeping is a coroutine that sleeps for d.
func sleeping(d time.Duration) coro.Func[coro.None] {
	return coro.Do(func(co *coro.Co) error { return coro.Sleep(co, d) })
}

// sleepThen is a coroutine that sleeps for d and returns v and err.
func sleepThen[T any](d time.Duration, v T, err error) coro.Func[T] {
	return func(co *coro.Co) (T, error) {
		if err := coro.Sleep(co, d); err != nil {
			var zero T
			return zero, err
		}
		return v, err
	}
}

// returning is a coroutine that returns v and err without suspending.
func returning[T any](v T, err error) coro.Func[T] {
	return func(*coro.Co) (T, error) { return v, err }
}

// awaiting is a coroutine that awaits aw.
func awaiting[T any](aw coro.Awaitable[T]) coro.Func[T] {
	return func(co *coro.Co) (T, error) { return aw.Await(co) }
}

// waiter is the future that a task waits for, nil if it is scheduled.
func waiter(l *loop.Loop, task coro.AnyTask) (on *future.Core) {
	(*sched.Scheduler)(l.Scheduler()).All(func(c *sched.Coroutine) {
		body := c.Body().(interface {
			Task() coro.AnyTask
			Awaited() *future.Core
		})
		if body.Task() == task {
			on = body.Awaited()
		}
	})
	return on
}

// requireCanceled checks for a CanceledError with a message, "" if msg is empty, or
// without one if none is given.
func requireCanceled(t *testing.T, err error, msg ...string) {
	t.Helper()
	var canceled *future.CanceledError
	require.ErrorAs(t, err, &canceled)
	got, ok := canceled.Message()
	require.Equal(t, len(msg) > 0, ok, "has a message")
	if ok {
		require.Equal(t, msg[0], got)
	}
}

func requireTimeout(t *testing.T, err error) {
	t.Helper()
	var timeout *future.TimeoutError
	require.ErrorAs(t, err, &timeout)
}

// A trace is what happened, in order.
type trace []string

func (tr *trace) add(format string, args ...any) { *tr = append(*tr, fmt.Sprintf(format, args...)) }

// handler adds what the exception handler is told.
func (tr *trace) handler() loop.Option {
	return loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		if c.Err == nil {
			tr.add("%s", c.Message)
		} else {
			tr.add("%s: %v", c.Message, c.Err)
		}
	})
}

// countTicks is how many iterations of the loop f takes.
func countTicks(t *testing.T, co *coro.Co, f func()) int {
	t.Helper()
	n, stop := 0, false
	var count func()
	count = func() {
		if !stop {
			n++
			loop.Of(co).CallSoon(count)
		}
	}
	loop.Of(co).CallSoon(count)
	require.NoError(t, coro.Sleep(co, 0))
	before := n
	f()
	stop = true
	return n - before
}
