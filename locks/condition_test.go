package locks_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

func TestCondition(t *testing.T) {
	// CPython: test_locks.ConditionTests.test_wait
	t.Run("wakes the notified, who get the lock in turn", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			var got []int
			tasks := waitAndAppend(co, &cond, &got, 3, false)
			testkit.Pass(t, co, 1)
			require.Empty(t, got)
			require.False(t, cond.Locked())

			require.NoError(t, cond.Acquire(co))
			require.NoError(t, cond.Notify(1))
			testkit.Pass(t, co, 1)
			require.Empty(t, got)
			require.True(t, cond.Locked())
			require.NoError(t, cond.Release())
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1}, got)
			require.True(t, cond.Locked())

			require.NoError(t, cond.Notify(2))
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1}, got)
			require.True(t, cond.Locked())
			require.NoError(t, cond.Release())
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1, 2}, got)
			require.True(t, cond.Locked())
			require.NoError(t, cond.Release())
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1, 2, 3}, got)
			require.True(t, cond.Locked())
			done(t, tasks...)
		})
	})
	// CPython: test_locks.ConditionTests.test_notify
	t.Run("notifies as many as it is told to", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			var got []int
			tasks := waitAndAppend(co, &cond, &got, 3, true)
			testkit.Pass(t, co, 1)
			require.Empty(t, got)

			require.NoError(t, cond.Acquire(co))
			require.NoError(t, cond.Notify(1))
			require.NoError(t, cond.Release())
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1}, got)

			require.NoError(t, cond.Acquire(co))
			require.NoError(t, cond.Notify(0))
			require.NoError(t, cond.Notify(1))
			require.NoError(t, cond.Notify(2048))
			require.NoError(t, cond.Release())
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1, 2, 3}, got)
			done(t, tasks...)
		})
	})
	// CPython: test_locks.ConditionTests.test_notify_all
	t.Run("notifies all", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			var got []int
			tasks := waitAndAppend(co, &cond, &got, 2, true)
			testkit.Pass(t, co, 1)
			require.Empty(t, got)
			require.NoError(t, cond.Acquire(co))
			require.NoError(t, cond.NotifyAll())
			require.NoError(t, cond.Release())
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1, 2}, got)
			done(t, tasks...)
		})
	})
	// CPython: test_locks.ConditionTests.test_wait_unacquired
	// CPython: test_locks.ConditionTests.test_notify_unacquired
	// CPython: test_locks.ConditionTests.test_notify_all_unacquired
	t.Run("asks for the lock", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			require.ErrorIs(t, cond.Wait(co), locks.ErrNotAcquired)
			require.ErrorIs(t, cond.Notify(1), locks.ErrNotAcquired)
			require.ErrorIs(t, cond.NotifyAll(), locks.ErrNotAcquired)
			require.ErrorIs(t, cond.Release(), locks.ErrNotAcquired)
		})
	})
	// CPython: test_locks.ConditionTests.test_wait_for
	t.Run("waits until a condition is true", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			holds, woken := false, false
			task := testkit.Spawn(co, func(co *coro.Co) error {
				return cond.With(co, func() error {
					err := cond.WaitFor(co, func() bool { return holds })
					woken = true
					return err
				})
			})
			notify := func() {
				require.NoError(t, cond.With(co, func() error { return cond.Notify(1) }))
				testkit.Pass(t, co, 1)
			}
			testkit.Pass(t, co, 1)
			require.False(t, woken)
			notify()
			require.False(t, woken)
			holds = true
			notify()
			require.True(t, woken)
			done(t, task)
		})
	})
	// CPython: test_locks.ConditionTests.test_wait_for_unacquired
	t.Run("needs no lock for a condition that is true", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			require.NoError(t, cond.WaitFor(co, func() bool { return true }))
			require.ErrorIs(t, cond.WaitFor(co, func() bool { return false }), locks.ErrNotAcquired)
		})
	})
	// CPython: test_locks.ConditionTests.test_timeout_in_block
	t.Run("holds the lock after a timeout", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			require.NoError(t, cond.With(co, func() error {
				_, err := coro.WaitFor(co, coro.Do(cond.Wait), 500*ms)
				require.ErrorAs(t, err, new(*future.TimeoutError))
				require.Equal(t, co.Task(), cond.Owner())
				return nil
			}))
			require.False(t, cond.Locked())
		})
	})
	// CPython: test_locks.ConditionTests.test_explicit_lock
	t.Run("shares a lock", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			check := func(cond *locks.Condition, lock lockable) {
				for _, l := range []lockable{cond, lock} {
					require.False(t, cond.Locked())
					require.False(t, lock.Locked())
					require.NoError(t, l.With(co, func() error {
						require.True(t, cond.Locked())
						require.True(t, lock.Locked())
						return nil
					}))
				}
				require.False(t, cond.Locked())
				require.False(t, lock.Locked())
			}
			check(locks.NewCondition(&mu), &mu)
			own := locks.NewCondition(nil)
			check(own, own)
		})
	})
	t.Run("that shares a lock with another notifies its own", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			a, b := locks.NewCondition(&mu), locks.NewCondition(&mu)
			ta := testkit.Spawn(co, func(co *coro.Co) error { return a.With(co, func() error { return a.Wait(co) }) })
			tb := testkit.Spawn(co, func(co *coro.Co) error { return b.With(co, func() error { return b.Wait(co) }) })
			testkit.Pass(t, co, 1)
			require.NoError(t, mu.With(co, a.NotifyAll))
			testkit.Pass(t, co, 2)
			done(t, ta)
			require.False(t, tb.Done())
			require.NoError(t, mu.With(co, b.NotifyAll))
			testkit.Wait(t, co, tb)
		})
	})
}

func TestConditionWaitForNil(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		var cond locks.Condition
		require.PanicsWithValue(t, "locks: WaitFor of a nil function", func() { _ = cond.WaitFor(co, nil) })
	})
}

func TestConditionCancel(t *testing.T) {
	// CPython: test_locks.ConditionTests.test_wait_cancel
	t.Run("gets the lock back", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			require.NoError(t, cond.Acquire(co))
			task := testkit.Spawn(co, cond.Wait)
			loop.Of(co).CallSoon(func() { task.Cancel() })
			testkit.WaitCanceled(t, co, task)
			require.Empty(t, cond.Waiters())
			require.True(t, cond.Locked())
		})
	})
	// CPython: test_locks.ConditionTests.test_wait_cancel_contested
	t.Run("gets the lock back from others", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			require.NoError(t, cond.Acquire(co))
			task := testkit.Spawn(co, cond.Wait)
			testkit.Pass(t, co, 1)
			require.False(t, cond.Locked())
			require.NoError(t, cond.Acquire(co))
			require.NoError(t, cond.Notify(1))
			loop.Of(co).CallSoon(func() { task.Cancel() })
			loop.Of(co).CallSoon(func() { require.NoError(t, cond.Release()) })
			testkit.WaitCanceled(t, co, task)
			require.True(t, cond.Locked())
			require.Equal(t, coro.AnyTask(task), cond.Owner())
		})
	})
	// CPython: test_locks.ConditionTests.test_wait_cancel_after_notify
	t.Run("after the notification, on the way to the lock", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			waited := false
			task := testkit.Spawn(co, func(co *coro.Co) error {
				return cond.With(co, func() error {
					waited = true
					return cond.Wait(co)
				})
			})
			testkit.Pass(t, co, 1)
			require.NoError(t, cond.Acquire(co))
			require.NoError(t, cond.Notify(1))
			testkit.Pass(t, co, 1) // it gets to the lock
			task.Cancel()
			testkit.Pass(t, co, 1)
			require.False(t, task.Done(), "it waits for the lock even so")
			require.NoError(t, cond.Release())
			testkit.Pass(t, co, 1)
			require.True(t, task.Canceled())
			require.True(t, waited)
		})
	})
	// CPython: test_locks.ConditionTests.test_cancelled_error_wakeup
	t.Run("while it waits for a notification gives that very error", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			task, raised := waitForever(co, &cond)
			testkit.Pass(t, co, 1)
			task.Cancel("foo")
			_, err := task.Await(co)
			require.EqualError(t, err, "canceled: foo")
			require.Same(t, *raised, err)
		})
	})
	// CPython: test_locks.ConditionTests.test_cancelled_error_re_aquire
	t.Run("while it waits for the lock gives that very error", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			task, raised := waitForever(co, &cond)
			testkit.Pass(t, co, 1)
			require.NoError(t, cond.Acquire(co))
			require.NoError(t, cond.Notify(1))
			testkit.Pass(t, co, 1)
			task.Cancel("foo")
			require.NoError(t, cond.Release())
			_, err := task.Await(co)
			require.EqualError(t, err, "canceled: foo")
			require.Same(t, *raised, err)
		})
	})
	t.Run("again and again gives the last of them, with the lock held", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var cond locks.Condition
			var held bool
			task := testkit.Spawn(co, func(co *coro.Co) error {
				return cond.With(co, func() error {
					err := cond.Wait(co)
					held = cond.Owner() == co.Task()
					return err
				})
			})
			testkit.Pass(t, co, 1)
			require.NoError(t, cond.Acquire(co))
			for _, msg := range []string{"one", "two", "three"} {
				task.Cancel(msg)
				testkit.Pass(t, co, 1)
				require.False(t, task.Done())
			}
			require.NoError(t, cond.Release())
			_, err := task.Await(co)
			require.EqualError(t, err, "canceled: three")
			require.True(t, held)
			require.Equal(t, 3, task.Canceling())
		})
	})
	for _, test := range []struct {
		name   string
		passes int
	}{
		// CPython: test_locks.ConditionTests.test_cancelled_wakeup
		{"right after the notification passes it on", 0},
		// CPython: test_locks.ConditionTests.test_cancelled_wakeup_relock
		{"on the way to the lock passes it on", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			testkit.Run(t, func(co *coro.Co) {
				var cond locks.Condition
				state := 0
				consume := func(co *coro.Co) error {
					return cond.With(co, func() error {
						for {
							if err := cond.WaitFor(co, func() bool { return state != 0 }); err != nil {
								return err
							}
							if state < 0 {
								return nil
							}
							state--
						}
					})
				}
				first, second := testkit.Spawn(co, consume), testkit.Spawn(co, consume)
				testkit.Pass(t, co, 1)
				require.NoError(t, cond.With(co, func() error {
					state++
					if err := cond.Notify(1); err != nil {
						return err
					}
					testkit.Pass(t, co, test.passes)
					first.Cancel()
					err := coro.Timeout(co, 10*ms, func(*coro.TimeoutScope) error {
						return cond.WaitFor(co, func() bool { return state == 0 })
					})
					require.ErrorAs(t, err, new(*future.TimeoutError), "nobody notifies this task")
					require.Zero(t, state, "the second consumer was notified instead")
					state = -1
					return cond.NotifyAll()
				}))
				testkit.Wait(t, co, second)
				require.True(t, first.Canceled())
			})
		})
	}
}

// A consumer that is canceled after its notification must not swallow it.
func TestConditionProducerConsumer(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		var cond locks.Condition
		items, got := 0, 0
		consume := func(co *coro.Co) error {
			return cond.With(co, func() error {
				if err := cond.WaitFor(co, func() bool { return items > 0 }); err != nil {
					return err
				}
				items--
				got++
				return nil
			})
		}
		var tasks []*coro.Task[coro.None]
		for range 10 {
			tasks = append(tasks, testkit.Spawn(co, consume))
		}
		testkit.Pass(t, co, 1)
		for i, task := range tasks {
			require.NoError(t, cond.With(co, func() error {
				if i%2 == 0 {
					items++
					return cond.Notify(1)
				}
				task.Cancel()
				return nil
			}))
		}
		require.NoError(t, coro.Sleep(co, time.Second))
		require.Zero(t, items)
		require.Equal(t, 5, got)
	})
}

// waitAndAppend makes n tasks that acquire, wait, and append their number from 1 up.
func waitAndAppend(co *coro.Co, cond *locks.Condition, got *[]int, n int, release bool) []*coro.Task[coro.None] {
	var tasks []*coro.Task[coro.None]
	for i := 1; i <= n; i++ {
		tasks = append(tasks, testkit.Spawn(co, func(co *coro.Co) error {
			if err := cond.Acquire(co); err != nil {
				return err
			}
			if err := cond.Wait(co); err != nil {
				return err
			}
			*got = append(*got, i)
			if release {
				return cond.Release()
			}
			return nil
		}))
	}
	return tasks
}

// waitForever makes a task that waits for what never comes, and keeps the error
// that it gets.
func waitForever(co *coro.Co, cond *locks.Condition) (*coro.Task[coro.None], *error) {
	raised := new(error)
	return testkit.Spawn(co, func(co *coro.Co) error {
		return cond.With(co, func() error {
			*raised = cond.WaitFor(co, func() bool { return false })
			return *raised
		})
	}), raised
}
