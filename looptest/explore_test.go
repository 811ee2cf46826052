package looptest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/looptest"
)

// transfers moves money twice at the same time, as many write it: read, wait, write.
func transfers(safe bool) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		var mu locks.Lock
		balance := 100
		move := func(co *coro.Co) error {
			if safe {
				if err := mu.Acquire(co); err != nil {
					return err
				}
				defer mu.Release()
			}
			before := balance
			if err := t.Delay(co, time.Millisecond, 8*time.Millisecond); err != nil {
				return err
			}
			balance = before - 10
			return nil
		}
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do(move), coro.Name("to bob"))
			if err := coro.Sleep(co, 2*time.Millisecond); err != nil {
				return err
			}
			coro.CreateTask(g, coro.Do(move), coro.Name("to carol"))
			return nil
		})
		require.Equal(t, 80, balance)
		return err
	}
}

func TestALostUpdateIsFound(t *testing.T) {
	r, result := explore(t, transfers(false), looptest.SlowSteps(false))
	require.Equal(t, "d0=8ms", result.Schedule)
	require.Len(t, r.errors, 1)
	for _, want := range []string{
		"expected: 80",
		"actual  : 90",
		"looptest: run 4 of at most 10000 fails, with 1 departure from the usual schedule; 1 is enough\n",
		"replay:   go test -run '^TestALostUpdateIsFound$' -looptest.schedule='d0=8ms'\n",
		"   !        0s  → a delay of 8ms\n",
		"   ✓       1ms  the alarm of to bob's sleep\n",
	} {
		require.Contains(t, r.errors[0], want)
	}
	require.NotContains(t, r.errors[0], "runtime/asm", "what lies below a coroutine")
}

func TestWhatIsRightPassesEverySchedule(t *testing.T) {
	r, result := explore(t, transfers(true))
	require.Empty(t, r.errors)
	require.Equal(t, []string{"looptest: all 46 schedules pass"}, r.logs)
	require.Equal(t, looptest.Result{Runs: 46, All: true}, result)
}
