package coro_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

var (
	errTest  = errors.New("test")
	errOther = errors.New("other")
)

// run runs main on a loop of testkit.NewLoop, and expects no error of it.
func run(t *testing.T, main func(co *coro.Co) error, opts ...loop.Option) {
	t.Helper()
	testkit.Complete(t, testkit.NewLoop(t, opts...), coro.Do(main))
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

func requireTimeout(t *testing.T, err error) {
	t.Helper()
	var timeout *future.TimeoutError
	require.ErrorAs(t, err, &timeout)
}

// countTicks is how many iterations of the loop f takes.
func countTicks(t *testing.T, co *coro.Co, f func()) int {
	t.Helper()
	ticks := testkit.CountTicks(loop.Of(co))
	defer ticks.Stop()
	testkit.Pass(t, co, 1)
	ticks.Restart()
	f()
	return ticks.N()
}

// pendingNames is an exception handler that notes which tasks it is told of.
func pendingNames(names *[]string) loop.ExceptionHandler {
	return func(_ *loop.Loop, c future.ErrorContext) { *names = append(*names, c.Task) }
}
