package locks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
)

// CPython: test_locks.ConditionTests.test_ambiguous_loops
func TestOtherLoop(t *testing.T) {
	for _, test := range []struct {
		name string
		// wait makes something, and returns what waits for it on a loop.
		wait func() func(t *testing.T, co *coro.Co) error
		text string
	}{
		{"lock", func() func(t *testing.T, co *coro.Co) error {
			var mu locks.Lock
			return func(t *testing.T, co *coro.Co) error {
				require.NoError(t, mu.Acquire(co), "without a wait any loop will do")
				defer mu.Release()
				return mu.Acquire(co)
			}
		}, "lock is bound to a different event loop"},
		{"event", func() func(t *testing.T, co *coro.Co) error {
			var ev locks.Event
			ev.SetName("go")
			return func(_ *testing.T, co *coro.Co) error { return ev.Wait(co) }
		}, `event "go" is bound to a different event loop`},
		{"condition", func() func(t *testing.T, co *coro.Co) error {
			var cond locks.Condition
			return func(_ *testing.T, co *coro.Co) error {
				return cond.With(co, func() error { return cond.Wait(co) })
			}
		}, "condition is bound to a different event loop"},
		{"lock of a condition", func() func(t *testing.T, co *coro.Co) error {
			var mu locks.Lock
			return func(t *testing.T, co *coro.Co) error {
				cond := locks.NewCondition(&mu)
				require.NoError(t, mu.Acquire(co))
				defer mu.Release()
				return cond.Acquire(co)
			}
		}, "lock is bound to a different event loop"},
		{"semaphore", func() func(t *testing.T, co *coro.Co) error {
			var sem locks.Semaphore
			return func(_ *testing.T, co *coro.Co) error { return sem.Acquire(co) }
		}, "semaphore is bound to a different event loop"},
		{"barrier", func() func(t *testing.T, co *coro.Co) error {
			b := locks.NewBarrier(2)
			return func(_ *testing.T, co *coro.Co) error { return arrive(b)(co) }
		}, "is bound to a different event loop"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wait := test.wait()
			testkit.Run(t, func(co *coro.Co) {
				_, err := coro.WaitFor(co, coro.Do(func(co *coro.Co) error { return wait(t, co) }), ms)
				require.ErrorAs(t, err, new(*future.TimeoutError))
			})
			testkit.Run(t, func(co *coro.Co) {
				err := wait(t, co)
				require.ErrorIs(t, err, coro.ErrOtherLoop)
				require.ErrorContains(t, err, test.text)
			})
		})
	}
}

// A condition whose lock is bound to another loop gives up, and does not try for ever
// to get it back.
func TestOtherLoopWhileWaiting(t *testing.T) {
	var mu locks.Lock
	testkit.Run(t, func(co *coro.Co) { // ties the lock to this loop
		require.NoError(t, mu.Acquire(co))
		_, err := coro.WaitFor(co, coro.Do(mu.Acquire), ms)
		require.ErrorAs(t, err, new(*future.TimeoutError))
		require.NoError(t, mu.Release())
	})
	testkit.Run(t, func(co *coro.Co) {
		cond := locks.NewCondition(&mu)
		require.NoError(t, mu.Acquire(co))
		task := testkit.Spawn(co, func(co *coro.Co) error {
			require.True(t, mu.Locked())
			return cond.Wait(co)
		})
		testkit.Pass(t, co, 1)
		require.NoError(t, mu.Acquire(co))
		require.NoError(t, cond.Notify(1))
		_, err := task.Await(co)
		require.ErrorIs(t, err, coro.ErrOtherLoop)
	})
}
