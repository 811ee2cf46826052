package supervisor_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/supervisor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

var errBroken = errors.New("broken")

// again is how long a Backoff waits for something that ends after each of these times.
func again(t *testing.T, seed uint64, b supervisor.Backoff, ends ...time.Duration) (waits []time.Duration) {
	t.Helper()
	testkit.Run(t, func(co *coro.Co) {
		var began, ended []time.Duration
		var task *coro.Task[coro.None]
		task = coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			return b.Again(co, func(co *coro.Co) error {
				began = append(began, co.Time())
				if len(began) > len(ends) {
					task.Cancel()
					return coro.Sleep(co, 0)
				}
				if err := coro.Sleep(co, ends[len(began)-1]); err != nil {
					return err
				}
				ended = append(ended, co.Time())
				return errBroken
			}, func(err error, wait time.Duration) {
				require.Equal(t, errBroken, err)
				waits = append(waits, wait)
			})
		}))
		testkit.WaitCanceled(t, co, task)
		for i, wait := range waits {
			require.Equal(t, ended[i]+wait, began[i+1], "it has waited as long as it says")
		}
	}, loop.ReportLeaks(true), loop.Seed(seed))
	return waits
}

func TestBackoff(t *testing.T) {
	const s = time.Second
	b := supervisor.Backoff{First: s, Most: 10 * s, Steady: time.Minute}
	most := []time.Duration{s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s, s, 2 * s}
	chance := map[string]bool{}
	for seed := range uint64(50) {
		waits := again(t, seed, b, 0, s, 59*s, 0, 0, 0, time.Minute, 0)
		require.Len(t, waits, len(most))
		for i, wait := range waits {
			require.LessOrEqual(t, wait, most[i])
			require.GreaterOrEqual(t, wait, most[i]/2)
		}
		require.Equal(t, waits, again(t, seed, b, 0, s, 59*s, 0, 0, 0, time.Minute, 0), "one seed, one chance")
		chance[strings.Trim(fmt.Sprint(waits), "[]")] = true
	}
	require.Len(t, chance, 50)
}

// A zero Backoff is none, and starves nobody.
func TestNoBackoff(t *testing.T) {
	require.Equal(t, make([]time.Duration, 5), again(t, 1, supervisor.Backoff{}, 0, 0, 0, 0, 0))
}

func TestBackoffCanceled(t *testing.T) {
	looptest.CancelEverywhere(t, func(_ *looptest.T, co *coro.Co) error {
		runs := 0
		err := supervisor.Backoff{First: time.Second, Most: time.Minute}.Again(co, func(co *coro.Co) error {
			if runs++; runs == 3 {
				return future.ErrCanceled
			}
			return coro.Sleep(co, time.Second)
		}, func(error, time.Duration) {})
		require.True(t, future.IsCanceled(err))
		return nil
	})
}
