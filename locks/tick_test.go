package locks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// counting runs f with a counter of iterations.
func counting(t *testing.T, f func(co *coro.Co, ticks *testkit.Ticks)) {
	t.Helper()
	testkit.Run(t, func(co *coro.Co) {
		ticks := testkit.CountTicks(loop.Of(co))
		testkit.Pass(t, co, 1)
		f(co, ticks)
		ticks.Stop()
	})
}

// What does not suspend takes no iteration, and a handover to a task that waits takes
// one, measured with CPython 3.14. With any other number, programs see another order of
// events.
func TestTicksUncontended(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func(co *coro.Co) error
	}{
		{"lock", func(co *coro.Co) error {
			var mu locks.Lock
			if err := mu.Acquire(co); err != nil {
				return err
			}
			return mu.Release()
		}},
		{"lock with", func(co *coro.Co) error {
			var mu locks.Lock
			return mu.With(co, func() error { return nil })
		}},
		{"semaphore", func(co *coro.Co) error {
			sem := locks.NewSemaphore(1)
			if err := sem.Acquire(co); err != nil {
				return err
			}
			sem.Release()
			return nil
		}},
		{"set event", func(co *coro.Co) error {
			var ev locks.Event
			ev.Set()
			return ev.Wait(co)
		}},
		{"condition that is true", func(co *coro.Co) error {
			var cond locks.Condition
			return cond.With(co, func() error { return cond.WaitFor(co, func() bool { return true }) })
		}},
		{"barrier, last arriver", func(co *coro.Co) error {
			_, err := locks.NewBarrier(1).Wait(co)
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			counting(t, func(co *coro.Co, ticks *testkit.Ticks) {
				from := ticks.N()
				require.NoError(t, test.run(co))
				require.Zero(t, ticks.N()-from)
			})
		})
	}
}

func TestTicksHandOver(t *testing.T) {
	var (
		mu   locks.Lock
		sem  locks.Semaphore
		cond locks.Condition
		ev   locks.Event
	)
	bar := locks.NewBarrier(2)
	for _, test := range []struct {
		name    string
		prepare func(co *coro.Co) error
		wait    func(co *coro.Co) error
		wake    func(co *coro.Co) error
	}{
		{"lock", mu.Acquire, mu.Acquire, func(*coro.Co) error { return mu.Release() }},
		{"semaphore", nil, sem.Acquire, func(*coro.Co) error {
			sem.Release()
			return nil
		}},
		{"condition", nil, func(co *coro.Co) error {
			return cond.With(co, func() error { return cond.Wait(co) })
		}, func(co *coro.Co) error {
			return cond.With(co, cond.NotifyAll)
		}},
		{"event", nil, ev.Wait, func(*coro.Co) error {
			ev.Set()
			return nil
		}},
		{"barrier, first arriver", nil, arrive(bar), arrive(bar)},
	} {
		t.Run(test.name, func(t *testing.T) {
			counting(t, func(co *coro.Co, ticks *testkit.Ticks) {
				if test.prepare != nil {
					require.NoError(t, test.prepare(co))
				}
				at := 0
				task := testkit.Spawn(co, func(co *coro.Co) error {
					err := test.wait(co)
					at = ticks.N()
					return err
				})
				testkit.Pass(t, co, 3)
				from := ticks.N()
				require.NoError(t, test.wake(co))
				require.Equal(t, from, ticks.N())
				testkit.Wait(t, co, task)
				require.Equal(t, 1, at-from)
			})
		})
	}
}
