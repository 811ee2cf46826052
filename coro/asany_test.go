package coro_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// A future seen as one of any is the same future, with the same result or error.
func TestAsAnyOfAFuture(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(f *future.Future[int])
		want any
		err  error
	}{
		{"a result", func(f *future.Future[int]) { _ = f.SetResult(7) }, 7, nil},
		{"an error", func(f *future.Future[int]) { _ = f.SetError(errTest) }, 0, errTest},
		{"a cancellation", func(f *future.Future[int]) { f.Cancel() }, 0, future.ErrCanceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				f := loop.CreateFuture[int](loop.Of(co))
				seen := coro.AsAny[int](f).(future.Of[any])
				require.Same(t, f.Core(), seen.Core())
				_, err := seen.Result()
				require.ErrorIs(t, err, future.ErrInvalidState)

				loop.Of(co).CallSoon(func() { test.end(f) })
				v, err := seen.Await(co)
				require.Equal(t, test.want, v)
				require.ErrorIs(t, err, test.err)
				v, err = seen.Result()
				require.Equal(t, test.want, v)
				require.ErrorIs(t, err, test.err)
				return nil
			})
		})
	}
}

// Gather and EnsureFuture see through it: no task is made to await a future.
func TestAsAnyIsSeenThrough(t *testing.T) {
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, sleepThen(ms, 1, nil))
		f := loop.CreateFuture[string](loop.Of(co))
		require.Same(t, task.Core(), coro.EnsureFuture(co, coro.AsAny[int](task)).Core())
		gather := coro.Gather(co, coro.AsAny[int](task), coro.AsAny[string](f))
		require.Len(t, coro.AllTasks(co), 2)
		require.NoError(t, f.SetResult("s"))
		all, err := gather.Await(co)
		require.Equal(t, []any{1, "s"}, all)
		return err
	})
}

// What is no future is awaited as it is.
func TestAsAnyOfAFunc(t *testing.T) {
	var tr testkit.Trace
	run(t, func(co *coro.Co) error {
		aw := coro.AsAny[int](coro.Func[int](func(co *coro.Co) (int, error) {
			tr.Add("in %s", co.Name())
			return 3, errTest
		}))
		for range 2 {
			v, err := aw.Await(co)
			tr.Add("%v %v", v, err)
		}
		return nil
	})
	require.Equal(t, testkit.Trace{"in Task-1", "3 test", "in Task-1", "3 test"}, tr)
}
