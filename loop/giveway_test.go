package loop_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// pollUntil has tasks poll without a pause until what outside, a goroutine, waits for has come.
func pollUntil(t *testing.T, outside func(), tasks int, opts ...loop.Option) {
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		done := false
		go func() {
			outside()
			_, _ = loop.Of(co).CallSoonThreadsafe(func() { done = true })
		}()
		polls := make([]coro.Awaitable[coro.None], tasks)
		for i := range polls {
			polls[i] = coro.Do(func(co *coro.Co) error {
				for !done {
					if err := coro.Sleep(co, 0); err != nil {
						return err
					}
				}
				return nil
			})
		}
		_, err := coro.Gather(co, polls...).Await(co)
		return err
	}, opts...))
}

// Coroutines that poll leave others their turn, also where there is one thread: goroutines,
// and what brings those their timers.
func TestPollingGivesWay(t *testing.T) {
	for name, opts := range map[string][]loop.Option{
		"real clock":    nil,
		"virtual clock": {loop.VirtualTime(true), loop.StuckAfter(0)},
		"debug mode":    {loop.Debug(true)},
	} {
		t.Run(name, func(t *testing.T) {
			for _, tasks := range []int{1, 2, 20} {
				pollUntil(t, func() {}, tasks, opts...)
				pollUntil(t, func() { <-time.After(time.Millisecond) }, tasks, opts...)
			}
		})
	}
}

// In a bubble that takes no time.
func TestPollingInBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		pollUntil(t, func() {}, 1)
		require.Zero(t, time.Since(begin))
	})
}
