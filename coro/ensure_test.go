package coro_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// CPython: test_tasks.BaseTaskTests.test_ensure_future_coroutine
func TestEnsureFutureOfFunc(t *testing.T) {
	l := newLoop(t)
	f := coro.EnsureFuture(l, returning("ok", nil))
	require.Same(t, future.Loop(l), f.Core().Loop())
	require.Len(t, coro.AllTasks(l), 1)
	v, err := loop.RunUntilComplete(l, f)
	require.NoError(t, err)
	require.Equal(t, "ok", v)

	f = complete(t, l, func(co *coro.Co) (future.Of[string], error) {
		return coro.EnsureFuture(co, returning("ok", nil)), nil
	})
	require.Same(t, future.Loop(l), f.Core().Loop())
	v, err = loop.RunUntilComplete(l, f)
	require.NoError(t, err)
	require.Equal(t, "ok", v)
}

// CPython: test_tasks.BaseTaskTests.test_ensure_future_future
func TestEnsureFutureOfFuture(t *testing.T) {
	l := newLoop(t)
	original := loop.CreateFuture[string](l)
	require.NoError(t, original.SetResult("ko"))
	f := coro.EnsureFuture(l, original)
	require.Same(t, original, f)
	v, err := loop.RunUntilComplete(l, f)
	require.NoError(t, err)
	require.Equal(t, "ko", v)
	require.Empty(t, coro.AllTasks(l))
}

// CPython: test_tasks.BaseTaskTests.test_ensure_future_task
func TestEnsureFutureOfTask(t *testing.T) {
	l := newLoop(t)
	task := coro.CreateTask(l, returning("ok", nil))
	f := coro.EnsureFuture(l, task)
	require.Same(t, task, f)
	require.Len(t, coro.AllTasks(l), 1)
	v, err := loop.RunUntilComplete(l, f)
	require.NoError(t, err)
	require.Equal(t, "ok", v)
}

// awaitable is neither a Func nor a future.
type awaitable[T any] struct{ inner coro.Func[T] }

func (a awaitable[T]) Await(w future.Waiter) (T, error) { return a.inner.Await(w) }

// CPython: test_tasks.BaseTaskTests.test_ensure_future_awaitable
// CPython: test_tasks.BaseTaskTests.test_ensure_future_task_awaitable
// CPython: test_tasks.BaseTaskTests.test_create_task_with_asynclike_function
func TestEnsureFutureOfAwaitable(t *testing.T) {
	l := newLoop(t)
	f := coro.EnsureFuture(l, awaitable[string]{sleepThen(0, "ok", nil)}, coro.Name("wrapped"))
	tasks := coro.AllTasks(l)
	require.Len(t, tasks, 1)
	require.Equal(t, "wrapped", tasks[0].Name())
	require.Same(t, tasks[0].Core(), f.Core())
	v, err := loop.RunUntilComplete(l, f)
	require.NoError(t, err)
	require.Equal(t, "ok", v)
}
