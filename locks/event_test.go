package locks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

func TestEvent(t *testing.T) {
	// CPython: test_locks.EventTests.test_wait
	t.Run("wakes all who wait, and holds up nobody afterwards", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var ev locks.Event
			require.False(t, ev.IsSet())
			var got []int
			waiting := func(i int) *coro.Task[coro.None] {
				return testkit.Spawn(co, func(co *coro.Co) error {
					err := ev.Wait(co)
					got = append(got, i)
					return err
				})
			}
			t1, t2 := waiting(1), waiting(2)
			testkit.Pass(t, co, 1)
			require.Empty(t, got)
			t3 := waiting(3)
			ev.Set()
			testkit.Pass(t, co, 1)
			require.Equal(t, []int{3, 1, 2}, got)
			done(t, t1, t2, t3)
		})
	})
	// CPython: test_locks.EventTests.test_wait_on_set
	t.Run("that is set is not waited for", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var ev locks.Event
			ev.Set()
			require.NoError(t, ev.Wait(co))
		})
	})
	// CPython: test_locks.EventTests.test_wait_cancel
	t.Run("forgets who is canceled", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var ev locks.Event
			task := testkit.Spawn(co, ev.Wait)
			loop.Of(co).CallSoon(func() { task.Cancel() })
			testkit.WaitCanceled(t, co, task)
			require.Empty(t, ev.Waiters())
		})
	})
	// CPython: test_locks.EventTests.test_clear
	t.Run("is cleared", func(t *testing.T) {
		var ev locks.Event
		require.False(t, ev.IsSet())
		ev.Set()
		require.True(t, ev.IsSet())
		ev.Clear()
		require.False(t, ev.IsSet())
	})
	// CPython: test_locks.EventTests.test_clear_with_waiters
	t.Run("wakes those who wait although it is cleared at once", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var ev locks.Event
			task := testkit.Spawn(co, ev.Wait)
			testkit.Pass(t, co, 1)
			ev.Set()
			ev.Clear()
			require.False(t, ev.IsSet())
			ev.Set()
			ev.Set()
			require.Len(t, ev.Waiters(), 1)
			testkit.Pass(t, co, 1)
			require.Empty(t, ev.Waiters())
			done(t, task)
		})
	})
	t.Run("is waited for again after it was cleared", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var ev locks.Event
			rounds := 0
			task := testkit.Spawn(co, func(co *coro.Co) error {
				for range 3 {
					if err := ev.Wait(co); err != nil {
						return err
					}
					rounds++
				}
				return nil
			})
			for i := range 3 {
				testkit.Pass(t, co, 2)
				require.Equal(t, i, rounds)
				ev.Set()
				ev.Clear()
			}
			testkit.Wait(t, co, task)
		})
	})
	t.Run("wakes one that is canceled right after, which sees the cancellation", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			var ev locks.Event
			task := testkit.Spawn(co, ev.Wait)
			testkit.Pass(t, co, 1)
			ev.Set()
			task.Cancel()
			testkit.WaitCanceled(t, co, task)
			require.Empty(t, ev.Waiters())
		})
	})
}
