package executor_test

import (
	"runtime"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
)

func TestLockOSThread(t *testing.T) {
	const workers = 3
	pool := newPool(t, executor.MaxWorkers(workers), executor.LockOSThread())

	// All workers at once, each with its thread; no other goroutine may be seen there.
	var mu sync.Mutex
	threads := map[int]bool{}
	var blockers []*blocker
	for range workers {
		b := newBlocker()
		submit(t, pool, func() (int, error) {
			mu.Lock()
			threads[syscall.Gettid()] = true
			mu.Unlock()
			return b.job()
		})
		<-b.started
		blockers = append(blockers, b)
	}
	require.Len(t, threads, workers)
	for range 100 {
		require.False(t, threads[syscall.Gettid()])
		runtime.Gosched()
	}
	for _, b := range blockers {
		close(b.release)
	}
	for range 100 {
		thread, err := wait(submit(t, pool, func() (int, error) {
			runtime.Gosched()
			return syscall.Gettid(), nil
		}))
		require.NoError(t, err)
		require.True(t, threads[thread])
	}
}
