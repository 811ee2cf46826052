package loop_test

import (
	"flag"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

var million = flag.Bool("million", false, "make a million tasks where a million is meant, and not 20,000")

// many is n with -million, and else at most 20,000. The race detector gives up at 8,128
// goroutines, and every suspended coroutine is one: under it, and with -short, it is
// at most 5,000.
func many(n int) int {
	switch {
	case raceEnabled || testing.Short():
		return min(n, 5_000)
	case !*million:
		return min(n, 20_000)
	}
	return n
}

func TestMillionTasksParkedThenCanceled(t *testing.T) {
	noLeak(t)
	n := many(1_000_000)
	unwound := 0
	_, err := loop.Run(coro.Do(func(co *coro.Co) error {
		tasks := make([]*coro.Task[coro.None], n)
		for i := range tasks {
			tasks[i] = coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				defer func() { unwound++ }()
				return coro.Sleep(co, time.Hour)
			}))
		}
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		for _, task := range tasks {
			task.Cancel()
		}
		_, err := coro.GatherSettled(co, coro.Each(tasks)...).Await(co)
		return err
	}), loop.VirtualTime(true))
	require.NoError(t, err)
	require.Equal(t, n, unwound)
}

func TestMillionTasksParkedThenClosed(t *testing.T) {
	noLeak(t)
	n := many(1_000_000)
	l := loop.New(loop.VirtualTime(true))
	unwound := 0
	for range n {
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			defer func() { unwound++ }()
			return coro.Sleep(co, time.Hour)
		}), coro.Quiet())
	}
	l.CallLater(time.Second, l.Stop)
	require.NoError(t, l.RunForever())
	require.NoError(t, l.Close())
	require.Equal(t, n, unwound)
}

func TestTenThousandGoroutinesPost(t *testing.T) {
	noLeak(t)
	const each = 10
	goroutines := many(10_000)
	l := loop.New()
	next := make([]int, goroutines)
	left := goroutines * each
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				_, err := l.CallSoonThreadsafe(func() {
					if next[g] == i { // those of one goroutine come in order
						next[g]++
					}
					if left--; left == 0 {
						l.Stop()
					}
				})
				if err != nil {
					panic(err)
				}
			}
		})
	}
	require.NoError(t, l.RunForever())
	wg.Wait()
	for _, n := range next {
		require.Equal(t, each, n)
	}
	require.NoError(t, l.Close())
	_, err := l.CallSoonThreadsafe(func() {})
	require.ErrorIs(t, err, loop.ErrClosed)
}
