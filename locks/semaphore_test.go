package locks_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

func TestSemaphore(t *testing.T) {
	// CPython: test_locks.SemaphoreTests.test_initial_value_zero
	t.Run("of zero is locked", func(t *testing.T) {
		require.True(t, locks.NewSemaphore(0).Locked())
		require.True(t, new(locks.Semaphore).Locked())
	})
	// CPython: test_locks.SemaphoreTests.test_semaphore_value
	t.Run("of less than zero is refused", func(t *testing.T) {
		for _, f := range []func(){
			func() { locks.NewSemaphore(-1) },
			func() { locks.NewBoundedSemaphore(-1) },
		} {
			func() {
				defer func() { require.ErrorIs(t, recover().(error), locks.ErrSize) }()
				f()
			}()
		}
	})
	// CPython: test_locks.SemaphoreTests.test_acquire
	t.Run("lets so many through", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(3)
			var got []int
			require.NoError(t, sem.Acquire(co))
			require.NoError(t, sem.Acquire(co))
			require.False(t, sem.Locked())
			take := taking(sem, &got)
			t1, t2, t3 := take(co, 1), take(co, 2), take(co, 3)
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{1}, got)
			require.True(t, sem.Locked())
			require.Len(t, sem.Waiters(), 2)
			require.Zero(t, sem.Value())

			t4 := take(co, 4)
			sem.Release()
			sem.Release()
			require.Zero(t, sem.Value())
			testkit.Pass(t, co, 1)
			require.Zero(t, sem.Value())
			require.Equal(t, []int{1, 2, 3}, got)
			require.True(t, sem.Locked())
			require.Len(t, sem.Waiters(), 1)
			done(t, t1, t2, t3)

			sem.Release()
			testkit.Wait(t, co, t4)
		})
	})
	// CPython: test_locks.SemaphoreTests.test_release_not_acquired
	t.Run("with a bound is not released beyond it", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewBoundedSemaphore(1)
			require.ErrorIs(t, sem.Release(), locks.ErrTooManyReleases)
			require.NoError(t, sem.Acquire(co))
			require.NoError(t, sem.Release())
			require.ErrorIs(t, sem.Release(), locks.ErrTooManyReleases)
			require.Equal(t, 1, sem.Value())
		})
	})
	t.Run("without a bound is released as often as one likes", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(1)
			sem.Release()
			require.Equal(t, 2, sem.Value())
			require.NoError(t, sem.Acquire(co))
			require.NoError(t, sem.Acquire(co))
			require.True(t, sem.Locked())
		})
	})
	// CPython: test_locks.SemaphoreTests.test_release_no_waiters
	t.Run("without waiters is free after the release", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(1)
			require.NoError(t, sem.Acquire(co))
			require.True(t, sem.Locked())
			sem.Release()
			require.False(t, sem.Locked())
		})
	})
	// CPython: test_locks.SemaphoreTests.test_acquire_fifo_order
	t.Run("lets nobody jump the queue", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(1)
			var got []string
			twice := func(tag string) coro.Func[coro.None] {
				return coro.Do(func(co *coro.Co) error {
					for _, round := range []string{"_1", "_2"} {
						if err := sem.Acquire(co); err != nil {
							return err
						}
						got = append(got, tag+round)
						if err := coro.Sleep(co, 10*ms); err != nil {
							return err
						}
						sem.Release()
					}
					return nil
				})
			}
			require.NoError(t, coro.Group(co, func(g *coro.TaskGroup) error {
				for _, tag := range []string{"c1", "c2", "c3"} {
					coro.CreateTask(g, twice(tag))
				}
				return nil
			}))
			require.Equal(t, []string{"c1_1", "c2_1", "c3_1", "c1_2", "c2_2", "c3_2"}, got)
		})
	})
	// CPython: test_locks.SemaphoreTests.test_acquire_fifo_order_2
	t.Run("puts one who comes again at the end", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(1)
			var got []int
			take := taking(sem, &got)
			t1 := take(co, 1)
			t2 := testkit.Spawn(co, func(co *coro.Co) error {
				if err := sem.Acquire(co); err != nil {
					return err
				}
				got = append(got, 2)
				sem.Release()
				if err := sem.Acquire(co); err != nil {
					return err
				}
				got = append(got, 4)
				return nil
			})
			t3 := take(co, 3)
			testkit.Pass(t, co, 1)
			sem.Release()
			sem.Release()
			testkit.Wait(t, co, t1, t2, t3)
			require.Equal(t, []int{1, 2, 3, 4}, got)
		})
	})
	// CPython: test_locks.SemaphoreTests.test_acquire_fifo_order_4
	t.Run("wakes as many as its value allows", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(0)
			var got []int
			var t4 *coro.Task[coro.None]
			t1 := testkit.Spawn(co, func(co *coro.Co) error {
				require.Zero(t, sem.Value())
				if err := sem.Acquire(co); err != nil {
					return err
				}
				require.Zero(t, sem.Value(), "the others have been woken")
				t4 = testkit.Spawn(co, func(*coro.Co) error {
					got = append(got, 4)
					return nil
				})
				got = append(got, 1)
				return nil
			})
			t2 := testkit.Spawn(co, func(co *coro.Co) error {
				sem.Release()
				sem.Release()
				sem.Release()
				require.Equal(t, 2, sem.Value())
				require.True(t, sem.Locked(), "the first has yet to run")
				err := sem.Acquire(co)
				got = append(got, 2)
				return err
			})
			t3 := testkit.Spawn(co, func(co *coro.Co) error {
				err := sem.Acquire(co)
				require.True(t, sem.Locked())
				got = append(got, 3)
				return err
			})
			testkit.Pass(t, co, 1)
			require.Equal(t, 2, sem.Value())
			require.Len(t, sem.Waiters(), 3)
			testkit.Pass(t, co, 1)
			testkit.Wait(t, co, t1, t2, t3, t4)
			require.Equal(t, []int{1, 2, 3, 4}, got)
		})
	})
}

func TestSemaphoreCancel(t *testing.T) {
	// CPython: test_locks.SemaphoreTests.test_acquire_cancel
	t.Run("leaves the line", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(1)
			require.NoError(t, sem.Acquire(co))
			task := testkit.Spawn(co, sem.Acquire)
			loop.Of(co).CallSoon(func() { task.Cancel() })
			testkit.WaitCanceled(t, co, task)
			require.Empty(t, sem.Waiters())
		})
	})
	// CPython: test_locks.SemaphoreTests.test_acquire_cancel_before_awoken
	t.Run("before the release leaves it to the others", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(0)
			t1, t2, t3, t4 := testkit.Spawn(co, sem.Acquire), testkit.Spawn(co, sem.Acquire), testkit.Spawn(co, sem.Acquire), testkit.Spawn(co, sem.Acquire)
			testkit.Pass(t, co, 1)
			t1.Cancel()
			t2.Cancel()
			sem.Release()
			testkit.Pass(t, co, 2)
			done(t, t3)
			require.False(t, t4.Done())
			t4.Cancel()
			testkit.WaitCanceled(t, co, t1, t2, t4)
		})
	})
	// CPython: test_locks.SemaphoreTests.test_acquire_hang
	t.Run("does not leave the next one hanging", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(0)
			t1, t2 := testkit.Spawn(co, sem.Acquire), testkit.Spawn(co, sem.Acquire)
			testkit.Pass(t, co, 1)
			t1.Cancel()
			sem.Release()
			testkit.Pass(t, co, 2)
			require.True(t, sem.Locked())
			done(t, t2)
		})
	})
	// CPython: test_locks.SemaphoreTests.test_acquire_no_hang
	t.Run("after the wake-up gives the turn back", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(1)
			var t2 *coro.Task[coro.None]
			t1 := testkit.Spawn(co, func(co *coro.Co) error {
				err := sem.With(co, func() error { return coro.Sleep(co, 0) })
				t2.Cancel()
				return err
			})
			t2 = testkit.Spawn(co, func(co *coro.Co) error {
				return sem.With(co, func() error {
					require.Fail(t, "it was canceled before")
					return nil
				})
			})
			r, err := coro.GatherSettled(co, coro.Each[coro.None]([]*coro.Task[coro.None]{t1, t2})...).Await(co)
			require.NoError(t, err)
			require.NoError(t, r[0].Err)
			require.ErrorIs(t, r[1].Err, future.ErrCanceled)
			_, err = coro.WaitFor(co, coro.Do(sem.Acquire), time.Second)
			require.NoError(t, err)
		})
	})
	// CPython: test_locks.SemaphoreTests.test_acquire_fifo_order_3
	t.Run("keeps the order of the others", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			sem := locks.NewSemaphore(0)
			var got []int
			take := taking(sem, &got)
			t1, t2, t3 := take(co, 1), take(co, 2), take(co, 3)
			testkit.Pass(t, co, 1)
			t1.Cancel()
			testkit.Pass(t, co, 1)
			sem.Release()
			sem.Release()
			testkit.Wait(t, co, t2, t3)
			require.True(t, t1.Canceled())
			require.Equal(t, []int{2, 3}, got)
		})
	})
}

// taking makes a function that makes tasks which acquire sem and append a number.
func taking(sem *locks.Semaphore, got *[]int) func(co *coro.Co, i int) *coro.Task[coro.None] {
	return func(co *coro.Co, i int) *coro.Task[coro.None] {
		return testkit.Spawn(co, func(co *coro.Co) error {
			if err := sem.Acquire(co); err != nil {
				return err
			}
			*got = append(*got, i)
			return nil
		})
	}
}

// A value that could not be counted any more is refused.
func TestSemaphoreOverflow(t *testing.T) {
	s := locks.NewSemaphore(math.MaxInt)
	require.PanicsWithError(t, "locks: the semaphore was released too many times: its value is the greatest int", s.Release)
	require.Equal(t, math.MaxInt, s.Value())
	require.ErrorIs(t, locks.NewBoundedSemaphore(math.MaxInt).Release(), locks.ErrTooManyReleases)
}
