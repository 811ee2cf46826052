package coro_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

func panics(*coro.Co) (int, error) {
	var zero int
	return 1 / zero, nil
}

// A panic is the error of its task, and keeps the stack that it had.
//
// CPython: test_tasks.BaseTaskTests.test_exception_traceback
func TestPanicIsTheTasksError(t *testing.T) {
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, panics)
		require.NoError(t, coro.Sleep(co, 0))
		var p *future.PanicError
		require.ErrorAs(t, task.Err(), &p)
		require.ErrorContains(t, p, "divide by zero")
		require.Contains(t, string(p.Stack), "coro_test.panics")
		require.Contains(t, fmt.Sprintf("%+v", p), "coro_test.panics")
		_, err := coro.Gather(co, task).Await(co)
		require.Same(t, p, err)
		return nil
	})
}

// A panic that carries a cancellation does not cancel the task.
func TestPanicWithCancellation(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, coro.Do(func(*coro.Co) error { panic(future.ErrCanceled) }))
	testkit.Briefly(t, l)
	require.False(t, task.Canceled())
	require.ErrorContains(t, task.Err(), "panic: canceled")
}

// A panic is not hidden by a cancellation that was to be delivered.
func TestPanicOfTaskToBeCanceled(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		co.Task().Cancel()
		panic("boom")
	}))
	_, err := loop.RunUntilComplete(l, task)
	require.ErrorContains(t, err, "panic: boom")
	require.False(t, task.Canceled())
}

// A coroutine awaits with the Co that it was given, and no other.
func TestPanicOfAwaitWithAnotherCo(t *testing.T) {
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(func(*coro.Co) error { return coro.Sleep(co, 0) }), coro.Name("thief"))
		_, err := task.Await(co)
		require.ErrorContains(t, err, `the Co of task "Task-1" is used while task "thief" runs`)
		l := loop.Of(co)
		l.SetExceptionHandler(func(_ *loop.Loop, c future.ErrorContext) { err = c.Err })
		l.CallSoon(func() { _ = coro.Sleep(co, 0) })
		require.NoError(t, coro.Sleep(co, 0))
		require.ErrorContains(t, err, `the Co of task "Task-1" is used while no task runs`)
		return nil
	})
}

// ErrKeyboardInterrupt and SystemExit are the task's error, and end the run too.
//
// CPython: test_tasks.BaseTaskTests.test_baseexception_during_cancel
func TestBaseErrorDuringCancel(t *testing.T) {
	for _, base := range []error{&future.SystemExit{Code: 3}, future.ErrKeyboardInterrupt} {
		t.Run(base.Error(), func(t *testing.T) {
			l := testkit.NewLoop(t)
			task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
				testkit.RequireCanceled(t, coro.Sleep(co, 10*time.Second))
				return base
			}))
			testkit.Briefly(t, l)
			task.Cancel()
			require.False(t, task.Done())
			after := false
			l.CallSoon(func() { l.CallSoon(func() { after = true }) })
			_, err := loop.RunUntilComplete(l, testkit.Sleeping(time.Second))
			require.Same(t, base, err)
			require.Zero(t, l.Time())
			require.False(t, after, "what is ready stays so")
			require.True(t, task.Done())
			require.False(t, task.Canceled())
			require.Same(t, base, task.Err())
			testkit.Briefly(t, l)
			require.True(t, after)
		})
	}
}

// nilError is an error whose methods panic if it is nil.
type nilError struct{ cause error }

func (e *nilError) Error() string { return "an error" }

func (e *nilError) Unwrap() error { return e.cause }

// An error that cannot be asked is an error like any other.
func TestErrorThatPanicsWhenAsked(t *testing.T) {
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, func(*coro.Co) (int, error) {
			var e *nilError
			return 0, e
		})
		_, err := task.Await(co)
		require.Equal(t, (*nilError)(nil), err)
		require.False(t, task.Canceled())
		return nil
	})
}
