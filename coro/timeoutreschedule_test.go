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

func TestTimeoutReschedule(t *testing.T) {
	// CPython: test_timeouts.TimeoutTests.test_reschedule
	t.Run("by another task", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			scope := loop.CreateFuture[*coro.TimeoutScope](loop.Of(co))
			task := testkit.Spawn(co, func(co *coro.Co) error {
				return coro.TimeoutAt(co, 10*time.Second, func(s *coro.TimeoutScope) error {
					future.Resolve(scope, s)
					return coro.Sleep(co, 50*time.Second)
				})
			})
			s, err := scope.Await(co)
			require.NoError(t, err)
			require.Equal(t, 10*time.Second, s.When())
			require.NoError(t, s.Reschedule(30*time.Second))
			require.Equal(t, 30*time.Second, s.When())
			require.NoError(t, s.Reschedule(coro.Forever))
			require.Equal(t, coro.Forever, s.When())
			task.Cancel()
			_, err = task.Await(co)
			testkit.RequireCanceled(t, err)
			require.False(t, s.Expired())
			return nil
		})
	})
	for _, test := range []struct {
		name string
		to   []time.Duration // each set at half a second
		end  time.Duration
		err  string
	}{
		{"later", []time.Duration{2 * time.Second}, 2 * time.Second, "TimeoutError"},
		{"sooner", []time.Duration{600 * ms}, 600 * ms, "TimeoutError"},
		{"to now", []time.Duration{500 * ms}, 500 * ms, "TimeoutError"},
		{"to the past", []time.Duration{100 * ms}, 500 * ms, "TimeoutError"},
		{"to never", []time.Duration{coro.Forever}, time.Minute, "ok"},
		{"to never, and back", []time.Duration{coro.Forever, 3 * time.Second}, 3 * time.Second, "TimeoutError"},
		{"to the past, and back", []time.Duration{0, 3 * time.Second}, 3 * time.Second, "TimeoutError"},
		{"to the past, and to never", []time.Duration{0, coro.Forever}, time.Minute, "ok"},
		{"to the past twice", []time.Duration{0, 0}, 500 * ms, "TimeoutError"},
		{"to what it was", []time.Duration{time.Second}, time.Second, "TimeoutError"},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				err := coro.Timeout(co, time.Second, func(s *coro.TimeoutScope) error {
					loop.Of(co).CallAt(500*ms, func() {
						for _, when := range test.to {
							require.NoError(t, s.Reschedule(when))
							require.Equal(t, when, s.When())
						}
					})
					return coro.Sleep(co, time.Minute)
				})
				require.Equal(t, test.err, outcome(err))
				require.Equal(t, test.end, loop.Of(co).Time())
				require.Zero(t, co.Task().Canceling())
				return nil
			})
		})
	}
}

// Only an active timeout can be moved.
func TestTimeoutRescheduleRefused(t *testing.T) {
	refused := func(t *testing.T, s keptScope, expired bool) {
		t.Helper()
		when := s.When()
		require.ErrorIs(t, s.Reschedule(20*ms), coro.ErrTimeoutInactive)
		require.Equal(t, when, s.When())
		require.Equal(t, expired, s.Expired())
	}
	// CPython: test_timeouts.TimeoutTests.test_timeout_finished
	t.Run("finished", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var s keptScope
			require.NoError(t, coro.Timeout(co, 10*ms, s.in(func() error { return nil })))
			refused(t, s, false)
			return coro.Sleep(co, time.Second)
		})
	})
	// CPython: test_timeouts.TimeoutTests.test_timeout_expired
	t.Run("expired", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var s keptScope
			requireTimeout(t, coro.Timeout(co, 10*ms, s.in(func() error { return coro.Sleep(co, time.Second) })))
			refused(t, s, true)
			return coro.Sleep(co, time.Second)
		})
	})
	// The block that takes no notice of its end has no error.
	//
	// CPython: test_timeouts.TimeoutTests.test_timeout_expiring
	t.Run("expiring", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var s keptScope
			require.NoError(t, coro.Timeout(co, 10*ms, s.in(func() error {
				testkit.RequireCanceled(t, coro.Sleep(co, time.Second))
				refused(t, s, true)
				return nil
			})))
			refused(t, s, true)
			require.Zero(t, co.Task().Canceling())
			return coro.Sleep(co, time.Second)
		})
	})
	// CPython: test_timeouts.TimeoutTests.test_timeout_without_task
	t.Run("without a task", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			asked := false
			loop.Of(co).CallSoon(func() {
				asked = true
				require.Panics(t, func() {
					_ = coro.Timeout(co, 10*ms, func(*coro.TimeoutScope) error {
						t.Error("the block runs")
						return nil
					})
				})
			})
			err := coro.Sleep(co, 0)
			require.True(t, asked)
			require.NoError(t, coro.Sleep(co, time.Second), "no timeout is set")
			return err
		})
	})
}
