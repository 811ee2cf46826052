package looptest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/looptest"
)

// In a bubble the computer's clock is the loop's, in every schedule.
func TestBubble(t *testing.T) {
	main := func(t *looptest.T, co *coro.Co) error {
		began := time.Now()
		require.Equal(t, "2000-01-01T00:00:00Z", began.UTC().Format(time.RFC3339Nano))
		var sleepers []coro.Awaitable[coro.None]
		for i := range 3 {
			sleepers = append(sleepers, coro.Do(func(co *coro.Co) error {
				err := coro.Sleep(co, time.Duration(i)*time.Hour)
				require.Equal(t, t.Loop().Time(), time.Since(began))
				return err
			}))
		}
		_, err := coro.Gather(co, sleepers...).Await(co)
		require.GreaterOrEqual(t, time.Since(began), 2*time.Hour)
		require.True(t, t.Loop().Now().Equal(time.Now()))
		return err
	}
	r, _ := explore(t, main, looptest.Bubble())
	require.Empty(t, r.errors)
	_, without := explore(t, passingTime)
	_, within := explore(t, passingTime, looptest.Bubble())
	require.Equal(t, without, within, "the same schedules")
	require.True(t, within.All)
	require.Greater(t, within.Runs, 10)
	requireNothingRuns(t)
}

func passingTime(_ *looptest.T, co *coro.Co) error {
	return coro.Group(co, func(g *coro.TaskGroup) error {
		for i := range 3 {
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Duration(i)*time.Second) }))
		}
		return nil
	})
}

// What asks for the time is deterministic in a bubble, and is not without.
func TestBubbleIsDeterministic(t *testing.T) {
	r, _ := deterministic(t, askingTheClock)
	require.Len(t, r.errors, 1)
	r, _ = deterministic(t, askingTheClock, looptest.Bubble())
	require.Empty(t, r.errors)
}

// All ways for things to happen at one time are tried in a bubble too.
func TestBubbleOrders(t *testing.T) {
	orders := map[string]bool{}
	r, result := explore(t, func(_ *looptest.T, co *coro.Co) error {
		var order []int
		for i := range 4 {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				err := coro.Sleep(co, time.Second)
				order = append(order, i)
				return err
			}))
		}
		err := coro.Sleep(co, time.Minute)
		orders[fmt.Sprint(order)] = true
		return err
	}, looptest.Bubble(), looptest.SlowSteps(false))
	require.Empty(t, r.errors)
	require.Len(t, orders, 24)
	require.Equal(t, looptest.Result{Runs: 24, All: true}, result)
}

// A failure in a bubble is one as any other: it is made shorter, and told.
func TestBubbleFails(t *testing.T) {
	r, result := explore(t, transfers(false), looptest.Bubble(), looptest.SlowSteps(false))
	require.Len(t, r.errors, 1)
	require.Equal(t, "d0=8ms", result.Schedule)
	require.Contains(t, r.errors[0], "expected: 80")
	requireNothingRuns(t)
	for _, place := range places {
		r, _ = explore(t, func(t *looptest.T, co *coro.Co) error {
			return place.at(t, co, func() { t.Fatal("by force") })
		}, looptest.Bubble())
		require.Len(t, r.errors, 1, place.name)
		require.Contains(t, r.errors[0], "by force")
		requireNothingRuns(t)
	}
}

// A run that blocks for ever fails, and does not hang.
func TestBubbleBlocks(t *testing.T) {
	t.Run("main", func(t *testing.T) {
		block := make(chan struct{})
		r, _ := explore(t, func(*looptest.T, *coro.Co) error {
			var mu sync.WaitGroup
			mu.Add(1)
			mu.Wait()
			<-block
			return nil
		}, looptest.Bubble())
		require.Len(t, r.errors, 1)
		require.Contains(t, r.errors[0], "goroutines of the run are blocked for ever: deadlock")
	})
	t.Run("a goroutine", func(t *testing.T) {
		r, _ := explore(t, func(_ *looptest.T, co *coro.Co) error {
			go func() { select {} }()
			return coro.Sleep(co, time.Second)
		}, looptest.Bubble())
		require.Len(t, r.errors, 1)
		require.Contains(t, r.errors[0], "goroutines of the run are blocked for ever: deadlock")
	})
}

// Timers and contexts of the standard library go by the loop's time too.
func TestBubbleTimers(t *testing.T) {
	r, _ := explore(t, func(t *looptest.T, co *coro.Co) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, coro.Sleep(co, time.Minute-1))
		require.NoError(t, ctx.Err())
		require.NoError(t, coro.Sleep(co, 2))
		require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
		return nil
	}, looptest.Bubble())
	require.Empty(t, r.errors)
}

type noT struct{ testing.TB }

func TestBubbleMisuse(t *testing.T) {
	require.PanicsWithValue(t, "looptest: Bubble with a looptest_test.noT; testing/synctest needs a *testing.T", func() {
		looptest.Run(noT{t}, passingTime, looptest.Bubble())
	})
	synctest.Test(t, func(t *testing.T) {
		looptest.Run(t, passingTime) // goes well without Bubble
		require.PanicsWithValue(t, "looptest: Bubble inside of a testing/synctest bubble; leave one of them out", func() {
			looptest.Run(t, passingTime, looptest.Bubble())
		})
	})
}
