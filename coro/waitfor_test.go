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

// stubborn is a coroutine that takes d, whatever cancellations come, and tells when
// it is through.
func stubborn(d time.Duration, through *bool) coro.Func[int] {
	return func(co *coro.Co) (int, error) {
		end := loop.Of(co).Time() + d
		for loop.Of(co).Time() < end {
			_ = coro.Sleep(co, end-loop.Of(co).Time())
		}
		*through = true
		return 42, nil
	}
}

// What is awaited has ended when WaitFor returns, whatever it makes of the
// cancellation, and however that came about.
func TestWaitForEndsWithItsAwaitable(t *testing.T) {
	// CPython: test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_cancelled
	t.Run("canceled by the caller", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			through := false
			task := coro.CreateTask(co, func(co *coro.Co) (int, error) {
				return coro.WaitFor(co, stubborn(200*ms, &through), 400*ms)
			})
			require.NoError(t, coro.Sleep(co, 0))
			task.Cancel()
			_, _, err := coro.Wait(co, []*coro.Task[int]{task})
			require.NoError(t, err)
			require.True(t, through)
			require.Equal(t, 200*ms, loop.Of(co).Time())
			v, err := task.Result()
			require.Equal(t, 42, v)
			return err
		})
	})
	// CPython: test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_timeout
	t.Run("out of time", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			through := false
			v, err := coro.WaitFor(co, stubborn(200*ms, &through), 100*ms)
			require.True(t, through)
			require.Equal(t, 200*ms, loop.Of(co).Time())
			require.Equal(t, 42, v)
			return err
		})
	})
	for _, test := range []struct {
		name  string
		limit time.Duration
	}{
		// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation
		{"a task that cleans up, out of time", ms},
		// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation_w_timeout_0
		{"a task that cleans up, without time", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				cleaned := false
				inner := testkit.Spawn(co, func(co *coro.Co) error {
					err := coro.Sleep(co, 10*time.Second)
					require.NoError(t, coro.Sleep(co, ms))
					cleaned = true
					return err
				})
				require.NoError(t, coro.Sleep(co, ms))
				_, err := coro.WaitFor(co, inner, test.limit)
				requireTimeout(t, err)
				testkit.RequireCanceled(t, err.(*future.TimeoutError).Cause)
				require.True(t, cleaned)
				require.True(t, inner.Canceled())
				require.Equal(t, 2*ms+test.limit, loop.Of(co).Time())
				return nil
			})
		})
	}
	// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_reraises_exception_during_cancellation
	t.Run("a task that fails in its cleanup", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			_, err := coro.WaitFor(co, coro.CreateTask(co, cleaningUp(200*ms, errTest)), ms)
			require.Same(t, errTest, err)
			return nil
		})
	})
	// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_cancellation_race_condition
	// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_cancel_suppressed
	t.Run("a coroutine that suppresses the cancellation", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			v, err := coro.WaitFor(co, coro.Func[int](func(co *coro.Co) (int, error) {
				testkit.RequireCanceled(t, coro.Sleep(co, 10*time.Second))
				return 42, nil
			}), 100*ms)
			require.Equal(t, 42, v)
			require.Equal(t, 100*ms, loop.Of(co).Time())
			require.Zero(t, co.Task().Canceling())
			return err
		})
	})
}

func TestWaitForOutcome(t *testing.T) {
	// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_future_done
	t.Run("of a future that is done, without time", func(t *testing.T) {
		for _, limit := range []time.Duration{0, -time.Second} {
			run(t, func(co *coro.Co) error {
				f := loop.CreateFuture[string](loop.Of(co))
				require.NoError(t, f.SetResult("done"))
				v, err := coro.WaitFor(co, f, limit)
				require.Equal(t, "done", v)
				return err
			})
		}
	})
	// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started
	t.Run("of a coroutine, without time", func(t *testing.T) {
		for _, limit := range []time.Duration{0, -time.Second} {
			run(t, func(co *coro.Co) error {
				started := false
				_, err := coro.WaitFor(co, coro.Do(func(*coro.Co) error {
					started = true
					return nil
				}), limit)
				requireTimeout(t, err)
				require.False(t, started)
				return nil
			})
		}
	})
	for _, test := range []struct {
		name  string
		limit time.Duration
		begun bool // before WaitFor is called
	}{
		// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0
		{"of a running task, with 0", 0, true},
		{"of a running task, with -1", -time.Second, true},
		// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for
		{"of a task, out of time", 100 * ms, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				running := false
				task := coro.CreateTask(co, func(co *coro.Co) (string, error) {
					running = true
					defer func() { running = false }()
					return "done", coro.Sleep(co, 10*time.Second)
				})
				if test.begun {
					require.NoError(t, coro.Sleep(co, 0))
					require.True(t, running)
				}
				_, err := coro.WaitFor(co, task, test.limit)
				requireTimeout(t, err)
				require.True(t, task.Done())
				require.True(t, task.Canceled())
				require.False(t, running)
				require.Equal(t, max(0, test.limit), loop.Of(co).Time())
				return nil
			})
		})
	}
	// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_blocking
	t.Run("of a coroutine, with no limit", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			v, err := coro.WaitFor(co, returning("done", nil), coro.Forever)
			require.Equal(t, "done", v)
			return err
		})
	})
	// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_race_condition
	t.Run("of a future that is done in time", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			f := loop.CreateFuture[string](loop.Of(co))
			loop.Of(co).CallSoon(func() { future.Resolve(f, "ok") })
			v, err := coro.WaitFor(co, f, 200*ms)
			require.Equal(t, "ok", v)
			require.Zero(t, loop.Of(co).Time())
			return err
		})
	})
}

func TestCancelOfWaitForReachesItsTask(t *testing.T) {
	for _, test := range []struct {
		name  string
		limit time.Duration
	}{
		// CPython: test_waitfor.AsyncioWaitForTest.test_cancel_blocking_wait_for
		{"with no limit", coro.Forever},
		// CPython: test_waitfor.AsyncioWaitForTest.test_cancel_wait_for
		{"with one", time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				task := coro.CreateTask(co, awaiting(loop.CreateFuture[int](loop.Of(co))))
				wait := coro.CreateTask(co, func(co *coro.Co) (int, error) { return coro.WaitFor(co, task, test.limit) })
				loop.Of(co).CallSoon(func() { wait.Cancel() })
				_, err := wait.Await(co)
				testkit.RequireCanceled(t, err)
				require.True(t, task.Canceled())
				return nil
			})
		})
	}
	// The task is done in the very iteration in which the waiting one is canceled.
	//
	// CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_issue86296
	t.Run("which is done by then", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			inner := coro.CreateTask(co, returning("done", nil))
			reachedEnd := false
			task := testkit.Spawn(co, func(co *coro.Co) error {
				if _, err := coro.WaitFor(co, inner, 100*time.Second); err != nil {
					return err
				}
				if err := coro.Sleep(co, time.Second); err != nil {
					return err
				}
				reachedEnd = true
				return nil
			})
			require.False(t, task.Done())
			require.NoError(t, coro.Sleep(co, 0))
			task.Cancel()
			_, err := task.Await(co)
			testkit.RequireCanceled(t, err)
			require.True(t, inner.Done())
			v, err := inner.Await(co)
			require.Equal(t, "done", v)
			require.False(t, reachedEnd)
			return err
		})
	})
}

func TestWaitForShield(t *testing.T) {
	// CPython: test_waitfor.WaitForShieldTests.test_zero_timeout
	t.Run("without time", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			task := coro.CreateTask(co, sleepThen(10*ms, "done", nil))
			shielded := coro.Shield(co, task)
			_, err := coro.WaitFor(co, shielded, 0)
			requireTimeout(t, err)
			require.False(t, task.Done())
			require.True(t, shielded.Canceled())
			require.NoError(t, coro.Sleep(co, 100*ms))
			v, err := task.Result()
			require.Equal(t, "done", v)
			return err
		})
	})
	// CPython: test_waitfor.WaitForShieldTests.test_none_timeout
	t.Run("with no limit", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			task := coro.CreateTask(co, sleepThen(100*ms, "done", nil))
			_, err := coro.WaitFor(co, coro.Shield(co, task), coro.Forever)
			require.NoError(t, err)
			require.True(t, task.Done())
			v, err := task.Await(co)
			require.Equal(t, "done", v)
			return err
		})
	})
	// CPython: test_waitfor.WaitForShieldTests.test_shielded_timeout
	t.Run("out of time", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			task := coro.CreateTask(co, sleepThen(100*ms, "done", nil))
			_, err := coro.WaitFor(co, coro.Shield(co, task), 10*ms)
			requireTimeout(t, err)
			require.False(t, task.Done())
			v, err := task.Await(co)
			require.Equal(t, "done", v)
			return err
		})
	})
}
