package looptest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/looptest"
)

// A program that polls for what a timer brings is no livelock with Spin: time passes.
func TestSpin(t *testing.T) {
	var ended time.Duration
	main := func(t *looptest.T, co *coro.Co) error {
		err := spinningForAWhile(t, co)
		ended = t.Loop().Time()
		return err
	}
	r, _ := explore(t, main, looptest.Spin(), looptest.Runs(20))
	require.Empty(t, r.errors)
	require.Equal(t, time.Second, ended)

	r, _ = explore(t, main, looptest.SlowSteps(false))
	require.Contains(t, r.text(), "use the option Spin")
	r, result := explore(t, main, looptest.Spin(), looptest.SlowSteps(false))
	require.Empty(t, r.errors)
	require.Equal(t, looptest.Result{Runs: 1, All: true}, result)
}

// A timer that sets itself for now does not keep the clock from going on.
func TestSpinOfATimer(t *testing.T) {
	r, _ := explore(t, func(t *looptest.T, co *coro.Co) error {
		polls := true
		var poll func()
		poll = func() {
			if polls {
				t.Loop().CallLater(0, poll)
			}
		}
		poll()
		err := coro.Sleep(co, time.Hour)
		polls = false
		return err
	}, looptest.Spin(), looptest.SlowSteps(false))
	require.Empty(t, r.errors)
}

// Without a timer to wait for it is a livelock with Spin as well.
func TestSpinForNothing(t *testing.T) {
	r, _ := explore(t, spinning, looptest.Spin())
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], `loop: stuck: the virtual clock has stood at 0s for`)
	require.NotContains(t, r.errors[0], "use the option Spin")
}
