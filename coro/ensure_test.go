package coro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// CPython: test_tasks.BaseTaskTests.test_ensure_future_coroutine
func TestEnsureFutureOfFunc(t *testing.T) {
	l := testkit.NewLoop(t)
	f := coro.EnsureFuture(l, returning("ok", nil))
	require.Same(t, l.Scheduler(), f.Core().Scheduler())
	require.Len(t, coro.AllTasks(l), 1)
	v, err := loop.RunUntilComplete(l, f)
	require.NoError(t, err)
	require.Equal(t, "ok", v)

	f = testkit.Complete(t, l, func(co *coro.Co) (future.Of[string], error) {
		return coro.EnsureFuture(co, returning("ok", nil)), nil
	})
	require.Same(t, l.Scheduler(), f.Core().Scheduler())
	v, err = loop.RunUntilComplete(l, f)
	require.NoError(t, err)
	require.Equal(t, "ok", v)
}

// CPython: test_tasks.BaseTaskTests.test_ensure_future_future
func TestEnsureFutureOfFuture(t *testing.T) {
	l := testkit.NewLoop(t)
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
	l := testkit.NewLoop(t)
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
	l := testkit.NewLoop(t)
	f := coro.EnsureFuture(l, awaitable[string]{sleepThen(0, "ok", nil)}, coro.Name("wrapped"))
	tasks := coro.AllTasks(l)
	require.Len(t, tasks, 1)
	require.Equal(t, "wrapped", tasks[0].Name())
	require.Same(t, tasks[0].Core(), f.Core())
	v, err := loop.RunUntilComplete(l, f)
	require.NoError(t, err)
	require.Equal(t, "ok", v)
}

// duck is a future by its methods.
type duck struct{ *future.Future[int] }

// CPython: test_futures.DuckTests.test_ensure_future
func TestEnsureFutureOfDuck(t *testing.T) {
	l := testkit.NewLoop(t)
	d := duck{loop.CreateFuture[int](l)}
	require.Equal(t, future.Of[int](d), coro.EnsureFuture[int](l, d))
	require.Empty(t, coro.AllTasks(l))
}

// A future of another loop is refused, since what it would wake does not belong there.
func TestFutureOfOtherLoopRefused(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(co *coro.Co, mine, other *future.Future[int])
	}{
		// CPython: test_tasks.BaseTaskTests.test_ensure_future_error_msg
		{"EnsureFuture", func(co *coro.Co, _, other *future.Future[int]) { coro.EnsureFuture(co, other) }},
		// CPython: test_tasks.FutureGatherTests.test_constructor_heterogenous_futures
		{"Gather", func(co *coro.Co, mine, other *future.Future[int]) { coro.Gather(co, mine, other) }},
		{"GatherSettled", func(co *coro.Co, mine, other *future.Future[int]) { coro.GatherSettled(co, mine, other) }},
		{"AsCompleted", func(co *coro.Co, mine, other *future.Future[int]) {
			coro.AsCompleted(co, coro.Forever, mine, other)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			mine, other := testkit.NewLoop(t), testkit.NewLoop(t)
			testkit.Complete(t, mine, coro.Do(func(co *coro.Co) error {
				theirs := loop.CreateFuture[int](other)
				defer func() {
					err, _ := recover().(error)
					require.ErrorIs(t, err, coro.ErrOtherLoop)
					require.Zero(t, callbacks(theirs))
				}()
				test.do(co, loop.CreateFuture[int](mine), theirs)
				return nil
			}))
		})
	}
}

// A future of another loop is refused before anything is registered with it.
func TestFutureOfOtherLoopIsNotTouched(t *testing.T) {
	l, other := testkit.NewLoop(t), testkit.NewLoop(t)
	f := loop.CreateFuture[int](other)
	mine := loop.CreateFuture[int](l)
	run := func(main func(co *coro.Co) error) error {
		_, err := loop.RunUntilComplete(l, coro.Do(main))
		return err
	}
	for name, await := range map[string]func(co *coro.Co) error{
		"Await":        func(co *coro.Co) error { _, err := f.Await(co); return err },
		"Gather":       func(co *coro.Co) error { coro.Gather[int](co, mine, f); return nil },
		"AsCompleted":  func(co *coro.Co) error { coro.AsCompleted[int](co, coro.Forever, mine, f); return nil },
		"Shield":       func(co *coro.Co) error { coro.Shield(co, f); return nil },
		"EnsureFuture": func(co *coro.Co) error { coro.EnsureFuture(co, f); return nil },
		"WaitFor":      func(co *coro.Co) error { _, err := coro.WaitFor(co, f, time.Second); return err },
		"WaitFor 0":    func(co *coro.Co) error { _, err := coro.WaitFor(co, f, 0); return err },
		"Wait": func(co *coro.Co) error {
			_, _, err := coro.Wait(co, []*future.Future[int]{mine, f})
			return err
		},
		"GatherErrors": func(co *coro.Co) error { coro.GatherErrors(co, mine, f); return nil },
	} {
		require.ErrorIs(t, run(await), coro.ErrOtherLoop, name)
		for _, f := range []*future.Future[int]{f, mine} {
			require.False(t, f.Done(), name)
			f.Core().Links(func(*future.Link) bool { t.Errorf("%s has registered with it", name); return true })
		}
	}
	outer := coro.Shield(other, f)
	require.Same(t, other.Scheduler(), outer.Core().Scheduler())
}

// A gather that is refused has made no task for its other arguments, and not touched
// their futures.
//
// CPython: test_tasks.CoroutineGatherTests.test_issue46672
func TestGatherRefusedLeavesNothingBehind(t *testing.T) {
	for name, gather := range map[string]func(co *coro.Co, aws ...coro.Awaitable[int]){
		"Gather":        func(co *coro.Co, aws ...coro.Awaitable[int]) { coro.Gather(co, aws...) },
		"GatherSettled": func(co *coro.Co, aws ...coro.Awaitable[int]) { coro.GatherSettled(co, aws...) },
		"AsCompleted":   func(co *coro.Co, aws ...coro.Awaitable[int]) { coro.AsCompleted(co, coro.Forever, aws...) },
	} {
		t.Run(name, func(t *testing.T) {
			var told testkit.Trace
			mine, other := testkit.NewLoop(t, told.Handler()), testkit.NewLoop(t)
			testkit.Complete(t, mine, coro.Do(func(co *coro.Co) error {
				f := loop.CreateFuture[int](mine)
				require.Panics(t, func() { gather(co, f, returning(0, nil), loop.CreateFuture[int](other)) })
				require.Equal(t, []coro.AnyTask{co.Task()}, coro.AllTasks(co))
				return f.SetError(errTest)
			}))
			require.NoError(t, mine.Close())
			require.Equal(t, testkit.Trace{"Future exception was never retrieved: test"}, told, "nobody has looked at it")
		})
	}
}
