package loop_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// Any Duration is a deadline: one far in the past is due at once, one far in the future
// never comes, and the others are not disturbed.
func TestDeadlinesAtBothEnds(t *testing.T) {
	past := map[string]time.Duration{
		"least":                    math.MinInt64,
		"until the zero time.Time": time.Until(time.Time{}),
		"years ago":                -1000 * time.Hour,
		"just now":                 -1,
		"now":                      0,
	}
	ahead := map[string]time.Duration{"greatest": math.MaxInt64, "nearly": math.MaxInt64 - 1, "centuries": math.MaxInt64 / 2}
	type way func(co *coro.Co, d time.Duration, fired func())
	ways := map[string]way{
		"CallLater": func(co *coro.Co, d time.Duration, fired func()) { loop.Of(co).CallLater(d, fired) },
		"CallAt": func(co *coro.Co, d time.Duration, fired func()) {
			loop.Of(co).CallAt(d, fired)
		},
		"Sleep": func(co *coro.Co, d time.Duration, fired func()) {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				err := coro.Sleep(co, d)
				if err == nil {
					fired()
				}
				return err
			}))
		},
		"Wait": func(co *coro.Co, d time.Duration, fired func()) {
			f := loop.CreateFuture[int](loop.Of(co))
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				_, pending, err := coro.Wait(co, []future.Any{f}, coro.TimeLimit(d))
				if len(pending) == 1 {
					fired()
				}
				return err
			}))
		},
		"AsCompleted": func(co *coro.Co, d time.Duration, fired func()) {
			f := loop.CreateFuture[int](loop.Of(co))
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for next := range coro.AsCompleted(co, d, coro.Awaitable[int](f)) {
					_, err := next(co)
					if _, timeout := err.(*future.TimeoutError); timeout {
						fired()
					}
				}
				return nil
			}))
		},
		"Timeout": func(co *coro.Co, d time.Duration, fired func()) {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				err := coro.Timeout(co, d, func(*coro.TimeoutScope) error { return coro.Sleep(co, coro.Forever) })
				if _, timeout := err.(*future.TimeoutError); timeout {
					fired()
				}
				return nil
			}))
		},
		"WaitFor": func(co *coro.Co, d time.Duration, fired func()) {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				_, err := coro.WaitFor(co, coro.Do1(coro.Sleep, coro.Forever), d)
				if _, timeout := err.(*future.TimeoutError); timeout {
					fired()
				}
				return nil
			}))
		},
	}
	check := func(t *testing.T, set way, d time.Duration, fires bool, opts ...loop.Option) {
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			l := loop.Of(co)
			require.NoError(t, coro.Sleep(co, time.Millisecond))
			var at time.Duration = -1
			set(co, d, func() { at = l.Time() })
			other := false
			l.CallLater(time.Millisecond, func() { other = true })
			require.NoError(t, coro.Sleep(co, 2*time.Millisecond))
			require.True(t, other, "another timer")
			if fires {
				require.Equal(t, time.Millisecond, at, "due at once")
			} else {
				require.EqualValues(t, -1, at)
			}
			require.Equal(t, 3*time.Millisecond, l.Time())
			return nil
		}, opts...))
	}
	for name, set := range ways {
		t.Run(name, func(t *testing.T) {
			for name, d := range past {
				t.Run(name, func(t *testing.T) {
					check(t, set, d, true, loop.VirtualTime(true))
					synctest.Test(t, func(t *testing.T) { check(t, set, d, true) })
				})
			}
			for name, d := range ahead {
				t.Run(name, func(t *testing.T) {
					check(t, set, d, false, loop.VirtualTime(true))
					synctest.Test(t, func(t *testing.T) { check(t, set, d, false) })
				})
			}
		})
	}
}
