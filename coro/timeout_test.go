package coro_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// A scope is kept beyond its block, to be asked about it.
type keptScope struct{ *coro.TimeoutScope }

// in makes of f the body of a Timeout that keeps its scope.
func (k *keptScope) in(f func() error) func(*coro.TimeoutScope) error {
	return func(s *coro.TimeoutScope) error {
		k.TimeoutScope = s
		return f()
	}
}

func TestTimeout(t *testing.T) {
	sleep := func(d time.Duration) func(co *coro.Co) error {
		return func(co *coro.Co) error { return coro.Sleep(co, d) }
	}
	for _, test := range []struct {
		name    string
		limit   time.Duration
		body    func(co *coro.Co) error
		expires bool
		end     time.Duration
	}{
		// CPython: test_timeouts.TimeoutTests.test_timeout_basic
		{"runs out", 10 * ms, sleep(10 * time.Second), true, 10 * ms},
		// CPython: test_timeouts.TimeoutTests.test_waiter_cancelled
		{"cancels what the block waits for", 10 * ms, func(co *coro.Co) error {
			err := coro.Sleep(co, 10*time.Second)
			if _, ok := err.(*future.CanceledError); !ok {
				return errTest
			}
			return err
		}, true, 10 * ms},
		// CPython: test_timeouts.TimeoutTests.test_timeout_not_called
		{"is not reached", 10 * time.Second, sleep(10 * ms), false, 10 * ms},
		// CPython: test_timeouts.TimeoutTests.test_timeout_disabled
		{"is none", coro.Forever, sleep(10 * ms), false, 10 * ms},
		// CPython: test_timeouts.TimeoutTests.test_timeout_zero
		{"zero", 0, sleep(10 * time.Second), true, 0},
		// CPython: test_timeouts.TimeoutTests.test_timeout_zero_sleep_zero
		{"zero, around sleep(0)", 0, sleep(0), true, 0},
		// CPython: test_timeouts.TimeoutTests.test_timeout_in_the_past_sleep_zero
		{"in the past, around sleep(0)", -11 * time.Second, sleep(0), true, 0},
		{"zero, around what does not suspend", 0, func(*coro.Co) error { return nil }, false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			check := func(t *testing.T, co *coro.Co, s keptScope, start, when time.Duration, err error) {
				if test.expires {
					requireTimeout(t, err)
					testkit.RequireCanceled(t, err.(*future.TimeoutError).Cause)
				} else {
					require.NoError(t, err)
				}
				require.Equal(t, test.expires, s.Expired())
				require.Equal(t, when, s.When())
				require.Equal(t, start+test.end, loop.Of(co).Time())
				require.Zero(t, co.Task().Canceling())
				require.NoError(t, coro.Sleep(co, time.Minute), "nothing comes after it")
			}
			run(t, func(co *coro.Co) error {
				require.NoError(t, coro.Sleep(co, time.Hour))
				start := loop.Of(co).Time()
				when := start + test.limit
				if test.limit == coro.Forever {
					when = coro.Forever
				}
				var s keptScope
				err := coro.Timeout(co, test.limit, s.in(func() error { return test.body(co) }))
				check(t, co, s, start, when, err)
				return nil
			})
			// CPython: test_timeouts.TimeoutTests.test_timeout_at_basic
			// CPython: test_timeouts.TimeoutTests.test_timeout_at_disabled
			t.Run("at", func(t *testing.T) {
				run(t, func(co *coro.Co) error {
					var s keptScope
					err := coro.TimeoutAt(co, test.limit, s.in(func() error { return test.body(co) }))
					check(t, co, s, 0, test.limit, err)
					return nil
				})
			})
		})
	}
}

// A TimeoutError is what Go's own deadlines give, and no cancellation.
func TestTimeoutError(t *testing.T) {
	run(t, func(co *coro.Co) error {
		err := coro.Timeout(co, ms, func(*coro.TimeoutScope) error { return coro.Sleep(co, time.Second) })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NotErrorIs(t, err, future.ErrCanceled)
		require.False(t, future.IsCanceled(err))
		return nil
	})
}

// What is not a cancellation comes out as it is.
func TestTimeoutForeignError(t *testing.T) {
	// CPython: test_timeouts.TimeoutTests.test_foreign_exception_passed
	t.Run("in time", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var s keptScope
			require.Same(t, errTest, coro.Timeout(co, 10*ms, s.in(func() error { return errTest })))
			require.False(t, s.Expired())
			return nil
		})
	})
	// CPython: test_timeouts.TimeoutTests.test_foreign_exception_on_timeout
	// CPython: test_timeouts.TimeoutTests.test_foreign_exception_on_timeout_2
	t.Run("in the cleanup after the time", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var s keptScope
			require.Same(t, errTest, coro.Timeout(co, 10*ms, s.in(func() error {
				_, err := cleaningUp(time.Second, errTest)(co)
				return err
			})))
			require.True(t, s.Expired())
			require.Zero(t, co.Task().Canceling())
			return coro.Sleep(co, time.Minute)
		})
	})
	// An error of the block is lost if its cleanup is cut off, as an exception is but
	// for the context of what takes its place.
	//
	// CPython: test_timeouts.TimeoutTests.test_timeout_exception_context
	t.Run("in time, but for the cleanup", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			err := coro.Timeout(co, 10*ms, func(*coro.TimeoutScope) (err error) {
				defer func() { err = coro.Sleep(co, time.Second) }()
				return errTest
			})
			requireTimeout(t, err)
			testkit.RequireCanceled(t, err.(*future.TimeoutError).Cause)
			return nil
		})
	})
	// CPython: test_timeouts.TimeoutTests.test_timeout_taskgroup
	t.Run("of a task group", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var s keptScope
			err := coro.Timeout(co, 10*ms, s.in(func() error {
				return coro.Group(co, func(g *coro.TaskGroup) error {
					coro.CreateTask(g, cleaningUp(2*time.Second, errTest))
					return coro.Sleep(co, time.Second)
				})
			}))
			requireGroup(t, err, errTest)
			require.True(t, s.Expired())
			require.Equal(t, 10*ms, loop.Of(co).Time())
			require.Zero(t, co.Task().Canceling())
			return nil
		})
	})
	t.Run("of a panic", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			require.PanicsWithValue(t, "boom", func() {
				_ = coro.Timeout(co, 10*ms, func(*coro.TimeoutScope) error { panic("boom") })
			})
			return coro.Sleep(co, time.Second) // nothing is left of the timeout
		})
	})
}

// A cancellation that somebody else asked for is not taken for the timeout's own.
func TestTimeoutForeignCancel(t *testing.T) {
	// CPython: test_timeouts.TimeoutTests.test_foreign_cancel_doesnt_timeout_if_not_expired
	t.Run("in time", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var s keptScope
			testkit.RequireCanceled(t, coro.Timeout(co, 10*time.Second, s.in(func() error {
				co.Task().Cancel()
				return coro.Sleep(co, 10*time.Second)
			})))
			require.False(t, s.Expired())
			require.Equal(t, 1, co.Task().Canceling())
			return nil
		})
	})
	// CPython: test_timeouts.TimeoutTests.test_outer_task_is_not_cancelled
	t.Run("the task around is not canceled by a timeout", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			task := testkit.Spawn(co, func(co *coro.Co) error {
				requireTimeout(t, coro.Timeout(co, ms, func(*coro.TimeoutScope) error { return coro.Sleep(co, 10*time.Second) }))
				return nil
			})
			_, err := task.Await(co)
			require.False(t, task.Canceled())
			require.True(t, task.Done())
			return err
		})
	})
	// CPython: test_timeouts.TimeoutTests.test_timeout_after_cancellation
	t.Run("before the block", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			co.Task().Cancel()
			testkit.RequireCanceled(t, coro.Sleep(co, time.Second))
			requireTimeout(t, coro.Timeout(co, 0, func(*coro.TimeoutScope) error { return coro.Sleep(co, time.Second) }))
			require.Equal(t, 1, co.Task().Canceling())
			return nil
		})
	})
	// CPython: test_timeouts.TimeoutTests.test_cancel_in_timeout_after_cancellation
	t.Run("before the block and in it", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			co.Task().Cancel()
			testkit.RequireCanceled(t, coro.Sleep(co, time.Second))
			testkit.RequireCanceled(t, coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
				co.Task().Cancel()
				return coro.Sleep(co, 2*time.Second)
			}))
			require.Equal(t, 2, co.Task().Canceling())
			return nil
		})
	})
	t.Run("at the moment at which the time is over", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			task := testkit.Spawn(co, func(co *coro.Co) error {
				var s keptScope
				err := coro.Timeout(co, time.Second, s.in(func() error { return coro.Sleep(co, time.Minute) }))
				require.True(t, s.Expired())
				require.Equal(t, 1, co.Task().Canceling())
				return err
			})
			require.NoError(t, coro.Sleep(co, 0))
			loop.Of(co).CallAt(time.Second, func() { task.Cancel() })
			_, err := task.Await(co)
			testkit.RequireCanceled(t, err)
			return nil
		})
	})
}

func TestNestedTimeouts(t *testing.T) {
	// Only the outermost of those that expired makes a TimeoutError of it.
	//
	// CPython: test_timeouts.TimeoutTests.test_nested_timeouts
	t.Run("with the same deadline", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var outer, inner keptScope
			err := coro.TimeoutAt(co, 10*ms, outer.in(func() error {
				err := coro.TimeoutAt(co, 10*ms, inner.in(func() error { return coro.Sleep(co, 10*time.Second) }))
				testkit.RequireCanceled(t, err)
				return err
			}))
			requireTimeout(t, err)
			require.True(t, outer.Expired())
			require.True(t, inner.Expired())
			require.Zero(t, co.Task().Canceling())
			return nil
		})
	})
	// The block keeps the loop from its timers. The sleep that does it costs nothing
	// inside a bubble.
	//
	// CPython: test_timeouts.TimeoutTests.test_nested_timeouts_concurrent
	t.Run("the outer one is due when the block waits", func(t *testing.T) {
		inBubble(t, func(co *coro.Co) error {
			var outer, inner keptScope
			err := coro.Timeout(co, 2*ms, outer.in(func() error {
				err := coro.Timeout(co, 100*ms, inner.in(func() error {
					<-time.After(10 * ms)
					return coro.Sleep(co, time.Second)
				}))
				testkit.RequireCanceled(t, err)
				return err
			}))
			requireTimeout(t, err)
			require.True(t, outer.Expired())
			require.False(t, inner.Expired())
			require.Equal(t, 10*ms, loop.Of(co).Time())
			return nil
		})
	})
	t.Run("both are due when the block waits", func(t *testing.T) {
		inBubble(t, func(co *coro.Co) error {
			var outer, inner keptScope
			err := coro.Timeout(co, 100*ms, outer.in(func() error {
				err := coro.Timeout(co, 10*ms, inner.in(func() error {
					<-time.After(150 * ms)
					return coro.Sleep(co, time.Second)
				}))
				testkit.RequireCanceled(t, err)
				require.Equal(t, 1, co.Task().Canceling())
				return err
			}))
			requireTimeout(t, err)
			require.True(t, outer.Expired())
			require.True(t, inner.Expired())
			require.Zero(t, co.Task().Canceling())
			require.Equal(t, 150*ms, loop.Of(co).Time())
			return nil
		})
	})
	// CPython: test_timeouts.TimeoutTests.test_nested_timeouts_loop_busy
	t.Run("the outer one cuts off what comes after the inner one", func(t *testing.T) {
		inBubble(t, func(co *coro.Co) error {
			var tr testkit.Trace
			err := coro.Timeout(co, 100*ms, func(*coro.TimeoutScope) error {
				err := coro.Timeout(co, 10*ms, func(*coro.TimeoutScope) error {
					<-time.After(90 * ms)
					return coro.Sleep(co, time.Second)
				})
				tr.At(co, "inner %s", outcome(err))
				return coro.Sleep(co, 10*time.Second)
			})
			tr.At(co, "outer %s", outcome(err))
			require.Equal(t, testkit.Trace{"90ms inner TimeoutError", "100ms outer TimeoutError"}, tr)
			return nil
		})
	})
	// CPython: test_timeouts.TimeoutTests.test_nested_timeout_in_finally
	t.Run("in the cleanup of another", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var inner error
			outer := coro.Timeout(co, 10*ms, func(*coro.TimeoutScope) error {
				err := coro.Sleep(co, time.Second)
				inner = coro.Timeout(co, 10*ms, func(*coro.TimeoutScope) error { return coro.Sleep(co, 10*time.Second) })
				return err
			})
			requireTimeout(t, inner)
			requireTimeout(t, outer)
			require.NotSame(t, inner.(*future.TimeoutError).Cause, outer.(*future.TimeoutError).Cause)
			require.Equal(t, 20*ms, loop.Of(co).Time())
			require.Zero(t, co.Task().Canceling())
			return nil
		})
	})
}

// A timeout tells after how long it was, and what was waited for then.
func TestTimeoutErrorTells(t *testing.T) {
	for _, test := range []struct {
		name string
		err  func(co *coro.Co, mu *locks.Lock) error
		want string
	}{
		{"Timeout", func(co *coro.Co, mu *locks.Lock) error {
			return coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return mu.Acquire(co) })
		}, `timed out after 1s, waiting for lock "a"`},
		{"TimeoutAt", func(co *coro.Co, mu *locks.Lock) error {
			return coro.TimeoutAt(co, 3*time.Second, func(*coro.TimeoutScope) error { return mu.Acquire(co) })
		}, `timed out after 2s, waiting for lock "a"`},
		{"Reschedule", func(co *coro.Co, mu *locks.Lock) error {
			return coro.Timeout(co, time.Hour, func(s *coro.TimeoutScope) error {
				require.NoError(t, s.Reschedule(5*time.Second))
				return mu.Acquire(co)
			})
		}, `timed out after 4s, waiting for lock "a"`},
		{"Reschedule of none", func(co *coro.Co, mu *locks.Lock) error {
			return coro.Timeout(co, coro.Forever, func(s *coro.TimeoutScope) error {
				require.NoError(t, coro.Sleep(co, time.Second))
				require.NoError(t, s.Reschedule(5*time.Second))
				return mu.Acquire(co)
			})
		}, `timed out after 3s, waiting for lock "a"`},
		{"a limit that has passed", func(co *coro.Co, mu *locks.Lock) error {
			return coro.TimeoutAt(co, 0, func(*coro.TimeoutScope) error { return mu.Acquire(co) })
		}, `timed out, waiting for lock "a"`},
		{"WaitFor", func(co *coro.Co, mu *locks.Lock) error {
			_, err := coro.WaitFor(co, coro.Do(mu.Acquire), time.Second)
			return err
		}, `timed out after 1s, waiting for lock "a"`},
		{"WaitFor of a task", func(co *coro.Co, mu *locks.Lock) error {
			_, err := coro.WaitFor(co, coro.CreateTask(co, coro.Do(mu.Acquire), coro.Name("child")), time.Second)
			return err
		}, `timed out after 1s, waiting for task "child"`},
		{"WaitFor without time", func(co *coro.Co, mu *locks.Lock) error {
			_, err := coro.WaitFor(co, coro.CreateTask(co, coro.Do(mu.Acquire), coro.Name("child")), -time.Second)
			return err
		}, `timed out, waiting for task "child"`},
		{"a future", func(co *coro.Co, _ *locks.Lock) error {
			_, err := coro.WaitFor(co, loop.CreateFuture[int](loop.Of(co)), time.Second)
			return err
		}, `timed out after 1s, waiting for a future`},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				require.NoError(t, coro.Sleep(co, time.Second))
				var mu locks.Lock
				mu.SetName("a")
				require.NoError(t, mu.Acquire(co))
				require.EqualError(t, test.err(co, &mu), test.want)
				return nil
			})
		})
	}
	require.EqualError(t, &future.TimeoutError{}, "timed out")
}
