package coro_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

func TestWaitForIterations(t *testing.T) {
	for _, test := range []struct {
		name  string
		aw    coro.Func[int]
		limit time.Duration
		ticks int
		err   error
	}{
		{"no limit", returning(1, nil), coro.Forever, 0, nil},
		{"limit, never suspends", returning(1, nil), time.Second, 0, nil},
		{"limit, one yield", yielding(1), time.Second, 1, nil},
		{"limit, an error", returning(0, errTest), time.Second, 0, errTest},
		{"zero", returning(1, nil), 0, 3, &future.TimeoutError{}},
		{"negative", returning(1, nil), -time.Second, 3, &future.TimeoutError{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				var err error
				n := countTicks(t, co, func() { _, err = coro.WaitFor(co, test.aw, test.limit) })
				if test.err == nil {
					require.NoError(t, err)
				} else {
					require.IsType(t, test.err, err)
				}
				require.Equal(t, test.ticks, n)
				return nil
			})
		})
	}
}

// The time runs out in one iteration, and the cancellation arrives in the next.
func TestWaitForIterationsAfterTheTime(t *testing.T) {
	run(t, func(co *coro.Co) error {
		l := loop.Of(co)
		n, stop := 0, false
		var count func()
		count = func() {
			if !stop {
				n++
				l.CallSoon(count)
			}
		}
		l.CallLater(time.Second, count)
		_, err := coro.WaitFor(co, sleepThen(time.Hour, 1, nil), time.Second)
		stop = true
		requireTimeout(t, err)
		require.Equal(t, time.Second, l.Time())
		require.Equal(t, 2, n)
		return nil
	})
}

// With a limit or none the awaitable runs in the task of the caller, and what it does
// to the context stays.
func TestWaitForRunsInTheCallersTask(t *testing.T) {
	v := coro.NewVar("v", "before")
	for _, limit := range []time.Duration{time.Second, coro.Forever} {
		run(t, func(co *coro.Co) error {
			require.Equal(t, "before", v.Get(co))
			task, err := coro.WaitFor(co, coro.Func[coro.AnyTask](func(co *coro.Co) (coro.AnyTask, error) {
				v.Set(co, "after")
				return coro.CurrentTask(co), coro.Sleep(co, 0)
			}), limit)
			require.Same(t, co.Task(), task)
			require.Equal(t, "after", v.Get(co))
			return err
		})
	}
}

// Without time a coroutine never begins; a future that is done has its outcome.
func TestWaitForWithoutTime(t *testing.T) {
	t.Run("coroutine", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			began := false
			_, err := coro.WaitFor(co, coro.Do(func(*coro.Co) error { began = true; return nil }), 0)
			requireTimeout(t, err)
			require.False(t, future.IsCanceled(errors.Unwrap(err)), "the cause is a field, not a wrapped error")
			testkit.RequireCanceled(t, err.(*future.TimeoutError).Cause)
			require.False(t, began)
			return nil
		})
	})
	for _, test := range []struct {
		name string
		set  func(f *future.Future[int])
		err  error
	}{
		{"result", func(f *future.Future[int]) { _ = f.SetResult(42) }, nil},
		{"error", func(f *future.Future[int]) { _ = f.SetError(errTest) }, errTest},
		{"canceled", func(f *future.Future[int]) { f.Cancel() }, future.ErrCanceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				f := loop.CreateFuture[int](loop.Of(co))
				test.set(f)
				require.Zero(t, countTicks(t, co, func() {
					_, err := coro.WaitFor(co, f, 0)
					require.ErrorIs(t, err, test.err)
				}))
				return nil
			})
		})
	}
}

// What the awaitable makes of the cancellation is what comes out.
func TestWaitForInnerAnswersCancellation(t *testing.T) {
	for _, limit := range []time.Duration{time.Second, 0} {
		for _, test := range []struct {
			name  string
			value int
			err   error
			check func(t *testing.T, v int, err error)
		}{
			{"ignores it", 42, nil, func(t *testing.T, v int, err error) {
				require.NoError(t, err)
				require.Equal(t, 42, v)
			}},
			{"fails", 0, errTest, func(t *testing.T, _ int, err error) { require.Same(t, errTest, err) }},
			{"passes it on", 0, future.ErrCanceled, func(t *testing.T, _ int, err error) { requireTimeout(t, err) }},
		} {
			t.Run(test.name+"/"+limit.String(), func(t *testing.T) {
				run(t, func(co *coro.Co) error {
					inner := coro.CreateTask(co, func(co *coro.Co) (int, error) {
						testkit.RequireCanceled(t, coro.Sleep(co, time.Hour))
						require.NoError(t, coro.Sleep(co, time.Minute))
						return test.value, test.err
					})
					require.NoError(t, coro.Sleep(co, 0))
					v, err := coro.WaitFor(co, inner, limit)
					test.check(t, v, err)
					require.Equal(t, limit+time.Minute, loop.Of(co).Time(), "it is waited for")
					require.Zero(t, co.Task().Canceling())
					return nil
				})
			})
		}
	}
}

// A cancellation of the caller is one, whether it comes with the result or with the
// end of the time, and reaches the awaitable.
func TestCancelWaitFor(t *testing.T) {
	t.Run("with the result", func(t *testing.T) {
		l := testkit.NewLoop(t)
		f := loop.CreateFuture[int](l)
		task := coro.CreateTask(l, func(co *coro.Co) (int, error) { return coro.WaitFor(co, f, time.Hour) })
		testkit.Briefly(t, l)
		require.NoError(t, f.SetResult(1))
		task.Cancel()
		_, err := loop.RunUntilComplete(l, task)
		testkit.RequireCanceled(t, err)
	})
	t.Run("with the end of the time", func(t *testing.T) {
		l := testkit.NewLoop(t)
		task := coro.CreateTask(l, func(co *coro.Co) (int, error) {
			return coro.WaitFor(co, sleepThen(time.Hour, 1, nil), time.Second)
		})
		l.CallAt(time.Second, func() { task.Cancel("outside") })
		_, err := loop.RunUntilComplete(l, task)
		testkit.RequireCanceled(t, err, "outside")
		require.True(t, task.Canceled())
	})
	t.Run("before the time is over", func(t *testing.T) {
		l := testkit.NewLoop(t)
		inner := coro.CreateTask(l, testkit.Sleeping(time.Hour))
		task := coro.CreateTask(l, func(co *coro.Co) (coro.None, error) { return coro.WaitFor(co, inner, time.Minute) })
		testkit.Briefly(t, l)
		task.Cancel("outside")
		_, err := loop.RunUntilComplete(l, task)
		testkit.RequireCanceled(t, err, "outside")
		require.True(t, inner.Canceled())
		require.Zero(t, l.Time())
	})
	t.Run("while what had no time ends", func(t *testing.T) {
		l := testkit.NewLoop(t)
		inner := coro.CreateTask(l, func(co *coro.Co) (int, error) {
			testkit.RequireCanceled(t, coro.Sleep(co, time.Hour))
			return 42, coro.Sleep(co, time.Minute)
		})
		testkit.Briefly(t, l)
		task := coro.CreateTask(l, func(co *coro.Co) (int, error) { return coro.WaitFor(co, inner, 0) })
		testkit.Briefly(t, l)
		require.Equal(t, 1, inner.Canceling())
		task.Cancel()
		_, err := loop.RunUntilComplete(l, task)
		testkit.RequireCanceled(t, err)
		require.Equal(t, 1, inner.Canceling(), "this one does not reach it")
		v, err := loop.RunUntilComplete(l, inner)
		require.NoError(t, err)
		require.Equal(t, 42, v)
	})
}
