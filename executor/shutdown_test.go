package executor_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
)

// Most of these tests run in a bubble of testing/synctest, which does not end
// before all goroutines have, and reports those that never will.

func TestShutdownOfAnUnusedPool(t *testing.T) {
	for _, pending := range []executor.Pending{executor.RunPending, executor.CancelPending} {
		pool, err := executor.NewThreadPool()
		require.NoError(t, err)
		<-pool.Shutdown(pending)
		require.Zero(t, pool.Workers())
	}
}

func TestSubmitAfterShutdown(t *testing.T) {
	pool := newPool(t)
	_, err := wait(submit(t, pool, returns(1, nil)))
	require.NoError(t, err)
	pool.Shutdown(executor.RunPending)
	f, err := executor.Submit(pool, returns(1, nil))
	require.ErrorIs(t, err, executor.ErrShutdown)
	require.EqualError(t, err, "executor: cannot accept jobs after shutdown")
	require.Nil(t, f)
}

func TestShutdownRunsWhatIsQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, err := executor.NewThreadPool(executor.MaxWorkers(2))
		require.NoError(t, err)
		first, second := busy(t, pool), busy(t, pool)
		var futures []*executor.Future[int]
		for i := range 50 {
			futures = append(futures, submit(t, pool, returns(i, nil)))
		}
		ended := pool.Shutdown(executor.RunPending) // and does not wait

		synctest.Wait()
		require.False(t, isClosed(ended))
		require.False(t, isDone(futures[0]))
		close(first.release)
		synctest.Wait()
		require.False(t, isClosed(ended), "a job still runs")
		require.Equal(t, 1, pool.Workers(), "idle workers have ended")
		close(second.release)

		<-ended
		require.Zero(t, pool.Workers())
		for i, f := range futures {
			v, err := f.Result()
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
	})
}

func TestShutdownEndsIdleWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, err := executor.NewThreadPool(executor.MaxWorkers(3))
		require.NoError(t, err)
		for _, b := range []*blocker{busy(t, pool), busy(t, pool), busy(t, pool)} {
			close(b.release)
		}
		synctest.Wait()
		require.Equal(t, 3, pool.Workers())
		pool.Shutdown(executor.RunPending)
		synctest.Wait()
		require.Zero(t, pool.Workers())
	})
}

func TestShutdownCancelsWhatIsQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, err := executor.NewThreadPool(executor.MaxWorkers(1))
		require.NoError(t, err)
		b := newBlocker()
		running := submit(t, pool, b.job)
		<-b.started
		var events []string
		for i := range 5 {
			f := submit(t, pool, func() (int, error) { t.Error("it ran"); return 0, nil })
			f.AddDoneCallback(func(f *executor.Future[int]) {
				_, err := executor.Submit(pool, returns(1, nil)) // no deadlock: the pool is not locked
				events = append(events, fmt.Sprint(i, " ", f.Canceled(), " ", err))
			})
		}
		ended := pool.Shutdown(executor.CancelPending)
		require.Equal(t, []string{
			"0 true executor: cannot accept jobs after shutdown",
			"1 true executor: cannot accept jobs after shutdown",
			"2 true executor: cannot accept jobs after shutdown",
			"3 true executor: cannot accept jobs after shutdown",
			"4 true executor: cannot accept jobs after shutdown",
		}, events, "canceled before Shutdown returns, in order")
		require.True(t, running.Running(), "what runs is left alone")
		require.False(t, isClosed(ended))
		close(b.release)
		<-ended
		_, err = running.Result()
		require.NoError(t, err)
	})
}

func TestShutdownAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, err := executor.NewThreadPool(executor.MaxWorkers(1))
		require.NoError(t, err)
		b := busy(t, pool)
		f := submit(t, pool, returns(1, nil))

		ended := pool.Shutdown(executor.RunPending)
		require.Equal(t, ended, pool.Shutdown(executor.RunPending))
		require.False(t, f.Canceled())
		require.Equal(t, ended, pool.Shutdown(executor.CancelPending), "changing one's mind")
		require.True(t, f.Canceled())

		for range 3 {
			go pool.Close() // many may wait
		}
		close(b.release)
		pool.Close()
		pool.Close()
		require.Equal(t, ended, pool.Shutdown(executor.CancelPending))
	})
}

func TestShutdownAfterAQuickCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool, err := executor.NewThreadPool(executor.MaxWorkers(1))
		require.NoError(t, err)
		_, err = wait(submit(t, pool, returns(1, nil)))
		require.NoError(t, err)
		submit(t, pool, returns(1, nil)).Cancel()
		pool.Close()
	})
}

func TestShutdownInAJob(t *testing.T) {
	pool := newPool(t, executor.MaxWorkers(1))
	_, err := wait(submit(t, pool, func() (int, error) {
		pool.Shutdown(executor.CancelPending)
		return 0, nil
	}))
	require.NoError(t, err)
}

func TestCloseInAJob(t *testing.T) {
	t.Run("of its own pool", func(t *testing.T) {
		pool := newPool(t)
		_, err := wait(submit(t, pool, func() (int, error) {
			pool.Close()
			return 0, nil
		}))
		require.ErrorContains(t, err, "panic: "+
			"executor: Close of a pool in one of its own jobs, which would wait for itself")
		_, err = executor.Submit(pool, returns(1, nil))
		require.ErrorIs(t, err, executor.ErrShutdown)
	})
	t.Run("of another pool", func(t *testing.T) {
		pool, other := newPool(t), newPool(t)
		_, err := wait(submit(t, pool, func() (int, error) {
			_, err := wait(submit(t, other, returns(1, nil)))
			other.Close()
			return 0, err
		}))
		require.NoError(t, err)
	})
}

// Either Run or Cancel is called, and that once, for each job accepted.
func TestEachJobOnce(t *testing.T) {
	pool := newPool(t, executor.MaxWorkers(2))
	first, second := busy(t, pool), busy(t, pool)
	const jobs = 100
	var calls [jobs]atomic.Int32
	for i := range jobs {
		call := func() { calls[i].Add(1) }
		require.NoError(t, pool.Execute(bareJob{run: call, cancel: call}))
	}
	close(first.release)
	pool.Shutdown(executor.CancelPending)
	close(second.release)
	pool.Close()
	for i := range calls {
		require.EqualValues(t, 1, calls[i].Load(), "job %d", i)
	}
}
