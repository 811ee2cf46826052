package coro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
)

// A block with a result gives it if it has no error, whatever body has returned with one.
func TestTimeoutValue(t *testing.T) {
	run(t, func(co *coro.Co) error {
		v, err := coro.TimeoutValue(co, time.Second, func(*coro.TimeoutScope) (string, error) {
			return "in time", coro.Sleep(co, ms)
		})
		require.NoError(t, err)
		require.Equal(t, "in time", v)

		v, err = coro.TimeoutValue(co, time.Second, func(*coro.TimeoutScope) (string, error) {
			return "late", coro.Sleep(co, time.Hour)
		})
		requireTimeout(t, err)
		require.Empty(t, v)

		v, err = coro.TimeoutValue(co, time.Second, func(s *coro.TimeoutScope) (string, error) {
			require.ErrorIs(t, coro.Sleep(co, time.Hour), future.ErrCanceled)
			require.True(t, s.Expired())
			return "in spite of it", nil
		})
		require.NoError(t, err)
		require.Equal(t, "in spite of it", v)

		v, err = coro.TimeoutValue(co, time.Second, func(*coro.TimeoutScope) (string, error) { return "half", errTest })
		require.Equal(t, errTest, err)
		require.Empty(t, v)
		return nil
	})
}

func TestGroupValue(t *testing.T) {
	run(t, func(co *coro.Co) error {
		counts, err := coro.GroupValue(co, func(g *coro.TaskGroup) (map[string]int, error) {
			counts := map[string]int{}
			for _, name := range []string{"a", "b"} {
				testkit.Spawn(g, func(co *coro.Co) error {
					err := coro.Sleep(co, ms)
					counts[name]++
					return err
				})
			}
			return counts, nil
		})
		require.NoError(t, err)
		require.Equal(t, map[string]int{"a": 1, "b": 1}, counts)

		counts, err = coro.GroupValue(co, func(g *coro.TaskGroup) (map[string]int, error) {
			testkit.Spawn(g, func(co *coro.Co) error { return errTest })
			return map[string]int{}, nil
		})
		require.ErrorIs(t, err, errTest)
		require.Nil(t, counts)
		return nil
	})
}

// The loop's time never lies behind a deadline that is ahead.
func TestCoDeadline(t *testing.T) {
	run(t, func(co *coro.Co) error {
		require.NoError(t, coro.Sleep(co, time.Second))
		require.Equal(t, time.Second, co.Time())
		require.Equal(t, 3*time.Second, co.Deadline(2*time.Second))
		require.Equal(t, coro.Forever, co.Deadline(coro.Forever))
		require.Equal(t, coro.Forever, co.Deadline(coro.Forever-1))
		err := coro.TimeoutAt(co, co.Deadline(coro.Forever), func(*coro.TimeoutScope) error { return coro.Sleep(co, time.Hour) })
		require.NoError(t, err)
		return nil
	})
}

// What is bound to a slice gives results in its order, and an empty one gives none.
func TestBindEach(t *testing.T) {
	run(t, func(co *coro.Co) error {
		half := func(co *coro.Co, d time.Duration) (time.Duration, error) { return d / 2, coro.Sleep(co, d) }
		v, err := coro.Gather(co, coro.BindEach(half, []time.Duration{30 * ms, 10 * ms, 20 * ms})...).Await(co)
		require.NoError(t, err)
		require.Equal(t, []time.Duration{15 * ms, 5 * ms, 10 * ms}, v)
		require.Equal(t, 30*ms, co.Time(), "side by side")

		v, err = coro.Gather(co, coro.BindEach(half, nil)...).Await(co)
		require.NoError(t, err)
		require.Empty(t, v)

		_, err = coro.Gather(co, coro.DoEach(coro.Sleep, []time.Duration{10 * ms, 20 * ms})...).Await(co)
		require.NoError(t, err)
		require.Equal(t, 50*ms, co.Time())
		return nil
	})
}
