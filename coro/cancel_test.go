package coro_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// CPython: test_tasks.BaseTaskTests.test_cancel
func TestCancelFromCallback(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, sleepThen(10*time.Second, 12, nil))
	l.CallSoon(func() { task.Cancel() })
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.True(t, task.Done())
	require.True(t, task.Canceled())
	require.False(t, task.Cancel(), "a task that is done")
	require.Zero(t, l.Time())
}

// CPython: test_tasks.BaseTaskTests.test_cancel_yield
func TestCancelBetweenBareYields(t *testing.T) {
	l := testkit.NewLoop(t)
	steps := 0
	task := coro.CreateTask(l, func(co *coro.Co) (int, error) {
		for range 4 {
			steps++
			if err := coro.Sleep(co, 0); err != nil {
				return 0, err
			}
		}
		return 12, nil
	})
	testkit.Briefly(t, l)
	require.Equal(t, 2, steps)
	task.Cancel()
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.Equal(t, 2, steps)
	require.True(t, task.Canceled())
	require.False(t, task.Cancel())
}

// CPython: test_tasks.BaseTaskTests.test_cancel_inner_future
func TestCancelAwaitedFuture(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	task := coro.CreateTask(l, awaiting(f))
	testkit.Briefly(t, l)
	f.Cancel()
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.True(t, f.Canceled())
	require.True(t, task.Canceled())
	require.Zero(t, task.Canceling(), "nobody asked the task itself")
}

// CPython: test_tasks.BaseTaskTests.test_cancel_both_task_and_inner_future
func TestCancelTaskAndAwaitedFuture(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	task := coro.CreateTask(l, awaiting(f))
	testkit.Briefly(t, l)
	require.True(t, f.Cancel("future"))
	require.True(t, task.Cancel("task"))
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err, "future")
	require.True(t, task.Done())
	require.True(t, f.Canceled())
	require.True(t, task.Canceled())
}

// CPython: test_tasks.BaseTaskTests.test_cancel_task_catching
func TestCancelCaught(t *testing.T) {
	l := testkit.NewLoop(t)
	f1, f2 := loop.CreateFuture[int](l), loop.CreateFuture[int](l)
	task := coro.CreateTask(l, func(co *coro.Co) (int, error) {
		if _, err := f1.Await(co); err != nil {
			return 0, err
		}
		_, err := f2.Await(co)
		testkit.RequireCanceled(t, err)
		return 42, nil
	})
	testkit.Briefly(t, l)
	require.Same(t, f1.Core(), waiter(l, task))
	require.NoError(t, f1.SetResult(0))
	testkit.Briefly(t, l)
	require.Same(t, f2.Core(), waiter(l, task))
	task.Cancel()
	require.True(t, f2.Canceled())
	v, err := loop.RunUntilComplete(l, task)
	require.NoError(t, err)
	require.Equal(t, 42, v)
	require.False(t, task.Canceled())
}

// CPython: test_tasks.BaseTaskTests.test_cancel_task_ignoring
func TestCancelIgnored(t *testing.T) {
	l := testkit.NewLoop(t)
	f1, f2, f3 := loop.CreateFuture[int](l), loop.CreateFuture[int](l), loop.CreateFuture[int](l)
	task := coro.CreateTask(l, func(co *coro.Co) (int, error) {
		if _, err := f1.Await(co); err != nil {
			return 0, err
		}
		_, err := f2.Await(co)
		testkit.RequireCanceled(t, err)
		return f3.Await(co)
	})
	testkit.Briefly(t, l)
	require.Same(t, f1.Core(), waiter(l, task))
	require.NoError(t, f1.SetResult(0))
	testkit.Briefly(t, l)
	require.Same(t, f2.Core(), waiter(l, task))
	task.Cancel()
	require.True(t, f2.Canceled())
	testkit.Briefly(t, l)
	require.Same(t, f3.Core(), waiter(l, task))
	require.NoError(t, f3.SetResult(42))
	v, err := loop.RunUntilComplete(l, task)
	require.NoError(t, err)
	require.Equal(t, 42, v)
	require.False(t, f3.Canceled())
	require.False(t, task.Canceled())
	require.Equal(t, 1, task.Canceling(), "the request was ignored, not taken back")
}

// CPython: test_tasks.BaseTaskTests.test_cancel_current_task
func TestCancelSelfBeforeAwait(t *testing.T) {
	l := testkit.NewLoop(t)
	var task *coro.Task[int]
	task = coro.CreateTask(l, func(co *coro.Co) (int, error) {
		task.Cancel()
		return 12, coro.Sleep(co, 100*time.Second)
	})
	require.False(t, task.Canceled())
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.True(t, task.Done())
	require.True(t, task.Canceled())
	require.Zero(t, l.Time(), "the sleep ends at once")
	require.False(t, task.Cancel())
}

// CPython: test_tasks.BaseTaskTests.test_cancel_at_end
func TestCancelSelfBeforeReturn(t *testing.T) {
	l := testkit.NewLoop(t)
	var task *coro.Task[int]
	task = coro.CreateTask(l, func(*coro.Co) (int, error) {
		task.Cancel("late")
		return 12, nil
	})
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err, "late")
	require.True(t, task.Canceled())
	require.False(t, task.Cancel())
}

// A request that was not delivered gives way to an error that the function returns.
func TestCancelSelfBeforeFailure(t *testing.T) {
	l := testkit.NewLoop(t)
	var task *coro.Task[int]
	task = coro.CreateTask(l, func(*coro.Co) (int, error) {
		task.Cancel()
		return 0, errTest
	})
	_, err := loop.RunUntilComplete(l, task)
	require.Same(t, errTest, err)
	require.False(t, task.Canceled())
	require.Equal(t, 1, task.Canceling())
}

// CPython: test_tasks.BaseTaskTests.test_cancel_awaited_task
func TestCancelSelfThenAwaitTask(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	var task, nested *coro.Task[int]
	task = coro.CreateTask(l, func(co *coro.Co) (int, error) {
		nested = coro.CreateTask(co, awaiting(f))
		require.NoError(t, coro.Sleep(co, 0))
		task.Cancel()
		return nested.Await(co) // the request goes on to nested, and to f
	})
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.True(t, task.Canceled())
	require.True(t, nested.Canceled())
	require.True(t, f.Canceled())
}

// A task that was asked to cancel while it ran, and awaits what does not take the
// request, is canceled when that is done, in place of its result.
func TestCancelSelfThenAwaitRefusing(t *testing.T) {
	l := testkit.NewLoop(t)
	child := loop.CreateFuture[int](l)
	gathered := coro.Gather(l, child)
	var task *coro.Task[[]int]
	task = coro.CreateTask(l, func(co *coro.Co) ([]int, error) {
		require.NoError(t, child.SetResult(1)) // the gather is not done yet, but its child is
		task.Cancel("msg")
		return gathered.Await(co)
	})
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err, "msg")
	require.True(t, task.Canceled())
	require.False(t, gathered.Canceled())
	v, err := gathered.Result()
	require.NoError(t, err)
	require.Equal(t, []int{1}, v)
}

// CPython: test_tasks.BaseTaskTests.test_task_cancel_sleeping_task
func TestCancelSleepingTaskByTimer(t *testing.T) {
	l := testkit.NewLoop(t)
	got := testkit.Complete(t, l, func(co *coro.Co) (string, error) {
		sleeper := coro.CreateTask(co, testkit.Sleeping(5000*time.Second))
		l.CallLater(100*time.Millisecond, func() { sleeper.Cancel() })
		_, err := sleeper.Await(co)
		testkit.RequireCanceled(t, err)
		return "canceled", nil
	})
	require.Equal(t, "canceled", got)
	require.Equal(t, 100*time.Millisecond, l.Time())
}

// CPython: test_tasks.BaseTaskTests.test_task_cancel_waiter_future
func TestCancelTaskCancelsWhatItWaitsFor(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	task := coro.CreateTask(l, awaiting(f))
	testkit.Briefly(t, l)
	require.Same(t, f.Core(), waiter(l, task))
	task.Cancel()
	testkit.Briefly(t, l)
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.Nil(t, waiter(l, task))
	require.True(t, f.Canceled())
}

// CPython: test_tasks.BaseTaskTests.test_yield_future_passes_cancel
func TestCancelPassesThroughInlineCall(t *testing.T) {
	l := testkit.NewLoop(t)
	var tr testkit.Trace
	f := loop.CreateFuture[int](l)
	inner := coro.Func[int](func(co *coro.Co) (int, error) {
		v, err := f.Await(co)
		tr.Add("inner: %v", err)
		return v, err
	})
	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		_, err := inner.Await(co)
		tr.Add("outer: %v", err)
		return nil
	}))
	testkit.Briefly(t, l)
	task.Cancel()
	_, err := loop.RunUntilComplete(l, task)
	require.NoError(t, err)
	require.Equal(t, testkit.Trace{"inner: canceled", "outer: canceled"}, tr)
	require.True(t, f.Canceled())
	require.False(t, task.Canceled())
}

// A request walks down a chain of tasks, and the cancellation walks back up, one
// iteration for each.
func TestCancelWalksTheAwaitChain(t *testing.T) {
	l := testkit.NewLoop(t)
	var tr testkit.Trace
	f := loop.CreateFuture[int](l)
	pass := func(name string, aw coro.Awaitable[int]) coro.Func[int] {
		return func(co *coro.Co) (int, error) {
			v, err := aw.Await(co)
			tr.Add("%s: %v", name, err)
			return v, err
		}
	}
	a := coro.CreateTask(l, pass("a", f))
	b := coro.CreateTask(l, pass("b", a))
	c := coro.CreateTask(l, pass("c", b))
	testkit.Briefly(t, l)
	require.True(t, c.Cancel("msg"))
	require.True(t, f.Canceled())
	require.Equal(t, []int{1, 1, 1}, []int{a.Canceling(), b.Canceling(), c.Canceling()})
	for _, task := range []*coro.Task[int]{a, b, c} {
		require.False(t, task.Done())
		l.CallSoon(func() { tr.Add("tick") })
		l.Stop()
		require.NoError(t, l.RunForever())
		require.True(t, task.Canceled())
	}
	require.Equal(t, testkit.Trace{"a: canceled: msg", "tick", "b: canceled: msg", "tick", "c: canceled: msg", "tick"}, tr)
}

// A task that was never started never is.
func TestCancelBeforeFirstStep(t *testing.T) {
	l := testkit.NewLoop(t)
	ran := false
	task := coro.CreateTask(l, coro.Do(func(*coro.Co) error {
		ran = true
		return nil
	}))
	require.True(t, task.Cancel())
	require.False(t, task.Done(), "not before its step")
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.True(t, task.Canceled())
	require.False(t, ran)
}

// A cancellation that comes when the result is there, but was not delivered, wins.
func TestCancelBeatsDeliveredOutcome(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(t *testing.T, f *future.Future[int])
	}{
		{"result", func(t *testing.T, f *future.Future[int]) { require.NoError(t, f.SetResult(1)) }},
		{"error", func(t *testing.T, f *future.Future[int]) { require.NoError(t, f.SetError(errTest)) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			f := loop.CreateFuture[int](l)
			task := coro.CreateTask(l, awaiting(f))
			testkit.Briefly(t, l)
			test.set(t, f)
			require.True(t, task.Cancel("late"))
			_, err := loop.RunUntilComplete(l, task)
			testkit.RequireCanceled(t, err, "late")
			require.True(t, task.Canceled())
		})
	}
}

// Two requests before the step are one cancellation.
func TestCancelTwiceBeforeStep(t *testing.T) {
	l := testkit.NewLoop(t)
	var tr testkit.Trace
	f := loop.CreateFuture[int](l)
	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		for range 2 {
			_, err := f.Await(co)
			tr.Add("%v", err)
			f = loop.CreateFuture[int](l)
			l.CallSoon(func() { _ = f.SetResult(1) })
		}
		return nil
	}))
	testkit.Briefly(t, l)
	require.True(t, task.Cancel("first"))
	require.True(t, task.Cancel("second"))
	require.Equal(t, 2, task.Canceling())
	_, err := loop.RunUntilComplete(l, task)
	require.NoError(t, err)
	require.Equal(t, testkit.Trace{"canceled: first", "<nil>"}, tr)
}

// Of two requests before the first step the second gives the message.
func TestCancelTwiceBeforeFirstStep(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, returning(1, nil))
	require.True(t, task.Cancel("first"))
	require.True(t, task.Cancel("second"))
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err, "second")
	require.Equal(t, 2, task.Canceling())
}

// A function may end its task as canceled without any request, also with an error
// around the cancellation; not with a group of errors that has one in it.
func TestCanceledByReturn(t *testing.T) {
	for _, test := range []struct {
		name     string
		err      error
		canceled bool
	}{
		{"plain", future.NewCanceledError("by hand"), true},
		{"sentinel", future.ErrCanceled, true},
		{"wrapped", fmt.Errorf("while testing: %w", future.NewCanceledError("by hand")), true},
		{"joined", errors.Join(errTest, future.ErrCanceled), false},
		{"a context's", context.Canceled, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			task := coro.CreateTask(l, returning(0, test.err))
			_, err := loop.RunUntilComplete(l, task)
			require.Equal(t, test.err, err)
			require.Equal(t, test.canceled, task.Canceled())
			require.Zero(t, task.Canceling())
		})
	}
}
