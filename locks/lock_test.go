package locks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

func TestLock(t *testing.T) {
	// CPython: test_locks.LockTests.test_acquire
	t.Run("goes from one to the next in order", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			var got []int
			require.NoError(t, mu.Acquire(co))
			take := func(i int) *coro.Task[coro.None] {
				return testkit.Spawn(co, func(co *coro.Co) error {
					if err := mu.Acquire(co); err != nil {
						return err
					}
					got = append(got, i)
					return nil
				})
			}
			t1, t2 := take(1), take(2)
			testkit.Pass(t, co, 1)
			require.Empty(t, got)

			require.NoError(t, mu.Release())
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1}, got)
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1}, got)

			t3 := take(3)
			require.NoError(t, mu.Release())
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1, 2}, got)
			require.NoError(t, mu.Release())
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1, 2, 3}, got)
			done(t, t1, t2, t3)
		})
	})
	// CPython: test_locks.LockTests.test_release_not_acquired
	t.Run("that nobody holds is not released", func(t *testing.T) {
		var mu locks.Lock
		require.ErrorIs(t, mu.Release(), locks.ErrNotAcquired)
		require.False(t, mu.Locked())
	})
	// CPython: test_locks.LockTests.test_release_no_waiters
	t.Run("without waiters is free after the release", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			require.NoError(t, mu.Acquire(co))
			require.True(t, mu.Locked())
			require.NoError(t, mu.Release())
			require.False(t, mu.Locked())
		})
	})
	t.Run("is released by whoever likes", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			require.NoError(t, mu.Acquire(co))
			loop.Of(co).CallSoon(func() { require.NoError(t, mu.Release()) })
			require.NoError(t, mu.Acquire(co))
			other := testkit.Spawn(co, func(*coro.Co) error { return mu.Release() })
			require.NoError(t, mu.Acquire(co))
			done(t, other)
		})
	})
	t.Run("is not for the taking when it is free and others are in line", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			var got []string
			take := func(co *coro.Co) error {
				err := mu.Acquire(co)
				got = append(got, co.Name())
				return err
			}
			require.NoError(t, mu.Acquire(co))
			first := testkit.Spawn(co, take, coro.Name("first"))
			testkit.Pass(t, co, 1)
			require.NoError(t, mu.Release())
			require.False(t, mu.Locked(), "as in asyncio, although Acquire will wait")
			second := testkit.Spawn(co, take, coro.Name("second"), coro.Eager(true))
			require.Equal(t, []string{"first", "second"}, names(mu.Waiters()))
			testkit.Pass(t, co, 1)
			require.Equal(t, []string{"first"}, got)
			require.NoError(t, mu.Release())
			testkit.Wait(t, co, first, second)
			require.Equal(t, []string{"first", "second"}, got)
		})
	})
}

func TestLockCancel(t *testing.T) {
	// CPython: test_locks.LockTests.test_acquire_cancel
	t.Run("leaves the line", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			require.NoError(t, mu.Acquire(co))
			task := testkit.Spawn(co, mu.Acquire)
			loop.Of(co).CallSoon(func() { task.Cancel() })
			testkit.WaitCanceled(t, co, task)
			require.Empty(t, mu.Waiters())
			require.True(t, mu.Locked())
		})
	})
	// CPython: test_locks.LockTests.test_cancel_race
	t.Run("while the lock is released, before the turn of the canceled", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			lockIt := func(blocker coro.Func[int]) *coro.Task[coro.None] {
				return testkit.Spawn(co, func(co *coro.Co) error {
					return mu.With(co, func() error {
						if blocker != nil {
							_, err := blocker.Await(co)
							return err
						}
						return nil
					})
				})
			}
			f := loop.CreateFuture[int](loop.Of(co))
			a := lockIt(func(co *coro.Co) (int, error) { return f.Await(co) })
			testkit.Pass(t, co, 1)
			require.True(t, mu.Locked())
			b := lockIt(nil)
			testkit.Pass(t, co, 1)
			require.Len(t, mu.Waiters(), 1)
			c := lockIt(nil)
			testkit.Pass(t, co, 1)
			require.Len(t, mu.Waiters(), 2)

			require.NoError(t, f.SetResult(0))
			b.Cancel()
			require.Len(t, mu.Waiters(), 2, "the canceled one is there until it runs")
			testkit.Pass(t, co, 1)
			require.False(t, mu.Locked())
			done(t, a)
			require.True(t, b.Canceled())
			testkit.Wait(t, co, c)
		})
	})
	// CPython: test_locks.LockTests.test_cancel_release_race
	t.Run("and a release wake one and no more", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			calls, taken := 0, 0
			lockIt := func(co *coro.Co) error {
				calls++
				if err := mu.Acquire(co); err != nil {
					return err
				}
				taken++
				return nil
			}
			require.NoError(t, mu.Acquire(co))
			t1, t2, t3 := testkit.Spawn(co, lockIt), testkit.Spawn(co, lockIt), testkit.Spawn(co, lockIt)
			testkit.Pass(t, co, 1)
			loop.Of(co).CallSoon(func() {
				t1.Cancel()
				require.NoError(t, mu.Release())
			})
			testkit.WaitCanceled(t, co, t1)
			require.Equal(t, 1, taken)
			require.Equal(t, 3, calls)
			done(t, t2)
			t3.Cancel()
			testkit.WaitCanceled(t, co, t3)
		})
	})
	// CPython: test_locks.LockTests.test_finished_waiter_cancelled
	t.Run("of the one that was woken wakes the next", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			require.NoError(t, mu.Acquire(co))
			b := testkit.Spawn(co, mu.Acquire)
			testkit.Pass(t, co, 1)
			require.Len(t, mu.Waiters(), 1)

			c := testkit.Spawn(co, mu.Acquire)
			b.Cancel()
			require.NoError(t, mu.Release())
			testkit.Pass(t, co, 1)
			require.True(t, mu.Locked())
			require.True(t, b.Canceled())
			testkit.Wait(t, co, c)
		})
	})
	t.Run("after the wake-up hands the lock on", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			require.NoError(t, mu.Acquire(co))
			b, c := testkit.Spawn(co, mu.Acquire), testkit.Spawn(co, mu.Acquire)
			testkit.Pass(t, co, 1)
			require.NoError(t, mu.Release())
			b.Cancel()
			testkit.Pass(t, co, 1)
			require.True(t, b.Canceled())
			require.False(t, mu.Locked())
			testkit.Pass(t, co, 1)
			require.Equal(t, c, mu.Owner())
			done(t, c)
		})
	})
	t.Run("of all in line lets a newcomer through at once", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			require.NoError(t, mu.Acquire(co))
			b := testkit.Spawn(co, mu.Acquire)
			testkit.Pass(t, co, 1)
			b.Cancel()
			require.NoError(t, mu.Release())
			require.NoError(t, mu.Acquire(co))
			require.Len(t, mu.Waiters(), 1, "the canceled one has not run yet")
			testkit.WaitCanceled(t, co, b)
			require.True(t, mu.Locked())
		})
	})
	t.Run("keeps the error of the cancellation", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var mu locks.Lock
			require.NoError(t, mu.Acquire(co))
			b := testkit.Spawn(co, mu.Acquire)
			testkit.Pass(t, co, 1)
			b.Cancel("enough")
			_, err := b.Await(co)
			require.EqualError(t, err, "canceled: enough")
		})
	})
}
