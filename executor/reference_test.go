package executor_test

import (
	"runtime"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
)

// big is large enough not to share its memory with other objects.
type big [1 << 10]byte

// An idle pool must not keep alive what its last jobs have touched.
func TestPoolKeepsNoReferences(t *testing.T) {
	pool := newPool(t, executor.MaxWorkers(1))
	_, used := submitBig(t, pool)
	_, err := wait(submit(t, pool, returns(1, nil))) // the worker has left the first job
	require.NoError(t, err)
	runtime.GC()
	require.Nil(t, used.Value())
}

// A future keeps its result, but not the function that made it, nor callbacks.
func TestFutureLetsGo(t *testing.T) {
	for name, cancel := range map[string]bool{"finished": false, "canceled": true} {
		t.Run(name, func(t *testing.T) {
			pool := newPool(t, executor.MaxWorkers(1))
			b := busy(t, pool)
			f, used := submitBig(t, pool)
			called := addBigCallback(f)
			if cancel {
				f.Cancel()
			}
			close(b.release)
			_, _ = wait(f)
			_, err := wait(submit(t, pool, returns(1, nil)))
			require.NoError(t, err)
			runtime.GC()
			require.Nil(t, used.Value())
			require.Nil(t, called.Value())
			runtime.KeepAlive(f)
		})
	}
}

//go:noinline
func submitBig(t *testing.T, e executor.Executor) (*executor.Future[int], weak.Pointer[big]) {
	object := new(big)
	return submit(t, e, func() (int, error) { return int(object[0]), nil }), weak.Make(object)
}

//go:noinline
func addBigCallback(f *executor.Future[int]) weak.Pointer[big] {
	object := new(big)
	f.AddDoneCallback(func(*executor.Future[int]) { object[0]++ })
	return weak.Make(object)
}
