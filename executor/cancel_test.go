package executor_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
)

func TestCancelWhatWaits(t *testing.T) {
	pool := newPool(t, executor.MaxWorkers(1))
	b := newBlocker()
	running := submit(t, pool, b.job)
	<-b.started
	waiting := submit(t, pool, func() (int, error) { t.Error("it ran"); return 0, nil })
	behind := submit(t, pool, returns(3, nil))

	require.False(t, running.Cancel())
	require.True(t, running.Running())
	require.True(t, waiting.Cancel())
	_, err := wait(waiting)
	require.Equal(t, executor.ErrCanceled, err)

	close(b.release)
	v, err := wait(behind)
	require.NoError(t, err)
	require.Equal(t, 3, v)
}

// Whatever the interleaving, a job has run exactly if its future is not
// canceled, and every future is done in the end.
func TestCancelRaces(t *testing.T) {
	const submitters, jobs = 4, 250
	pool := newPool(t, executor.MaxWorkers(2))
	var ran, canceled, finished, refused atomic.Int64
	var wg sync.WaitGroup
	for n := range submitters {
		wg.Go(func() {
			for i := range jobs {
				if n == 0 && i == jobs/2 {
					pool.Shutdown(executor.CancelPending)
				}
				f, err := executor.Submit(pool, func() (int, error) { ran.Add(1); return 0, nil })
				if err != nil {
					refused.Add(1)
					continue
				}
				f.AddDoneCallback(func(f *executor.Future[int]) {
					if f.Canceled() {
						canceled.Add(1)
					} else {
						finished.Add(1)
					}
				})
				wg.Go(func() { f.Cancel() })
				wg.Go(func() { _, _ = wait(f) })
			}
		})
	}
	wg.Wait()
	pool.Close()
	require.Equal(t, ran.Load(), finished.Load())
	require.EqualValues(t, submitters*jobs, finished.Load()+canceled.Load()+refused.Load())
}
