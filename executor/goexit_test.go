package executor_test

import (
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
)

func exits() (int, error) {
	runtime.Goexit()
	return 0, nil
}

func TestGoexitInAJob(t *testing.T) {
	t.Run("the future tells", func(t *testing.T) {
		_, err := wait(submit(t, newPool(t), exits))
		require.Equal(t, executor.ErrGoexit, err)
	})
	t.Run("the queue is worked on", func(t *testing.T) {
		pool := newPool(t, executor.MaxWorkers(1))
		b := busy(t, pool)
		var futures []*executor.Future[int]
		for range 5 {
			futures = append(futures, submit(t, pool, exits), submit(t, pool, returns(1, nil)))
		}
		close(b.release)
		for i, f := range futures {
			v, err := wait(f)
			if i%2 == 0 {
				require.Equal(t, executor.ErrGoexit, err)
			} else {
				require.NoError(t, err)
				require.Equal(t, 1, v)
			}
		}
	})
	t.Run("the lost worker makes room", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			pool, err := executor.NewThreadPool(executor.MaxWorkers(1))
			require.NoError(t, err)
			_, err = wait(submit(t, pool, exits))
			require.Equal(t, executor.ErrGoexit, err)
			synctest.Wait()
			require.Zero(t, pool.Workers())

			v, err := wait(submit(t, pool, returns(1, nil)))
			require.NoError(t, err)
			require.Equal(t, 1, v)
			require.Equal(t, 1, pool.Workers())
			pool.Close()
		})
	})
	t.Run("during a shutdown", func(t *testing.T) {
		pool := newPool(t, executor.MaxWorkers(1))
		b := busy(t, pool)
		first, second := submit(t, pool, exits), submit(t, pool, returns(2, nil))
		last := submit(t, pool, exits)
		ended := pool.Shutdown(executor.RunPending)
		close(b.release)
		<-ended
		_, err := first.Result()
		require.Equal(t, executor.ErrGoexit, err)
		v, err := second.Result()
		require.NoError(t, err)
		require.Equal(t, 2, v)
		_, err = last.Result()
		require.Equal(t, executor.ErrGoexit, err)
	})
}

func TestGoexitInACallback(t *testing.T) {
	exit := func(*executor.Future[int]) { runtime.Goexit() }
	t.Run("the others are called first", func(t *testing.T) {
		var f executor.Future[int]
		var events []string
		record := func(name string) func(*executor.Future[int]) {
			return func(*executor.Future[int]) { events = append(events, name) }
		}
		f.AddDoneCallback(record("before"))
		f.AddDoneCallback(exit)
		f.AddDoneCallback(record("between"))
		f.AddDoneCallback(exit)
		f.AddDoneCallback(record("after"))
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_ = f.SetResult(5)
			events = append(events, "SetResult returned")
		}()
		<-gone
		require.Equal(t, []string{"before", "between", "after"}, events)
	})
	t.Run("on a worker", func(t *testing.T) {
		pool := newPool(t, executor.MaxWorkers(1))
		b := newBlocker()
		f := submit(t, pool, b.job)
		f.AddDoneCallback(exit)
		behind := submit(t, pool, returns(1, nil))
		close(b.release)
		_, err := wait(behind)
		require.NoError(t, err)
		_, err = wait(f)
		require.NoError(t, err, "the function had returned")
	})
	t.Run("in a shutdown that cancels", func(t *testing.T) {
		pool := newPool(t, executor.MaxWorkers(1))
		b := busy(t, pool)
		var futures []*executor.Future[int]
		for range 5 {
			f := submit(t, pool, returns(1, nil))
			f.AddDoneCallback(exit)
			futures = append(futures, f)
		}
		go pool.Shutdown(executor.CancelPending) // it does not return: its goroutine ends
		for _, f := range futures {
			_, err := wait(f)
			require.Equal(t, executor.ErrCanceled, err)
		}
		close(b.release)
	})
}
