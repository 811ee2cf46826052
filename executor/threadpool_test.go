package executor_test

import (
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
)

func TestMaxWorkers(t *testing.T) {
	require.Equal(t, min(32, runtime.GOMAXPROCS(0)+4), newPool(t).Limit())
	require.Equal(t, 1000, newPool(t, executor.MaxWorkers(1000)).Limit())
	for _, n := range []int{0, -1} {
		pool, err := executor.NewThreadPool(executor.MaxWorkers(n))
		require.EqualError(t, err, "executor: MaxWorkers("+strconv.Itoa(n)+"): must be greater than 0")
		require.Nil(t, pool)
	}
}

func TestWorkersAreStartedOnDemand(t *testing.T) {
	pool := newPool(t, executor.MaxWorkers(3))
	require.Zero(t, pool.Workers())
	for i := range 3 {
		b := busy(t, pool)
		defer close(b.release)
		require.Equal(t, i+1, pool.Workers())
	}
}

func TestSaturation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 4
		pool, err := executor.NewThreadPool(executor.MaxWorkers(limit))
		require.NoError(t, err)
		release := make(chan struct{})
		var mu sync.Mutex
		now, most := 0, 0
		for range 15 * limit {
			submit(t, pool, func() (int, error) {
				mu.Lock()
				now++
				most = max(most, now)
				mu.Unlock()
				<-release
				mu.Lock()
				now--
				mu.Unlock()
				return 0, nil
			})
		}
		synctest.Wait()
		require.Equal(t, limit, pool.Workers())
		require.Equal(t, limit, now, "jobs run at once")
		close(release)
		pool.Close()
		require.Equal(t, limit, most)
		require.Zero(t, now)
	})
}

func TestIdleWorkersAreReused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, err := executor.NewThreadPool(executor.MaxWorkers(4))
		require.NoError(t, err)
		defer pool.Close()
		for range 5 {
			_, err := wait(submit(t, pool, returns(1, nil)))
			require.NoError(t, err)
			synctest.Wait() // until the worker is idle again
			require.Equal(t, 1, pool.Workers())
		}
		first, second := busy(t, pool), busy(t, pool)
		require.Equal(t, 2, pool.Workers(), "none was idle for the second")
		close(first.release)
		synctest.Wait()
		third := busy(t, pool)
		require.Equal(t, 2, pool.Workers())
		close(second.release)
		close(third.release)
	})
}

func TestJobsStartInOrder(t *testing.T) {
	pool := newPool(t, executor.MaxWorkers(1))
	b := busy(t, pool)
	var events, want []string
	for i := range 100 {
		name := strconv.Itoa(i)
		want = append(want, name)
		submit(t, pool, func() (int, error) { events = append(events, name); return 0, nil })
	}
	close(b.release)
	pool.Close()
	require.Equal(t, want, events)
}

func TestSubmitFromAJob(t *testing.T) {
	pool := newPool(t, executor.MaxWorkers(1))
	outer := submit(t, pool, func() (*executor.Future[int], error) {
		return executor.Submit(pool, returns(7, nil))
	})
	inner, err := wait(outer)
	require.NoError(t, err)
	v, err := wait(inner)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

func TestWaitersAndWorkersRace(t *testing.T) {
	pool := newPool(t, executor.MaxWorkers(3))
	start := make(chan struct{})
	var futures []*executor.Future[int]
	for i := range 100 {
		futures = append(futures, submit(t, pool, func() (int, error) { <-start; return i, nil }))
	}
	close(start)
	for i, f := range futures {
		v, err := wait(f)
		require.NoError(t, err)
		require.Equal(t, i, v)
	}
}
