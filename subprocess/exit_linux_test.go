package subprocess_test

import (
	"os/exec"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/subprocess"
)

// The loop waits for programs itself: no goroutine does, each of which would have a thread.
func TestNoGoroutineWaits(t *testing.T) {
	run(t, func(co *coro.Co) {
		const n = 10
		first := start(t, co, 0, "exec sleep 1000")
		before := runtime.NumGoroutine()
		var running []*subprocess.Process
		for range n {
			p, err := subprocess.Start(co, exec.Command("sleep", "1000"), 0)
			require.NoError(t, err)
			running = append(running, p)
		}
		require.Less(t, runtime.NumGoroutine(), before+n)
		for _, p := range append(running, first) {
			require.NoError(t, p.Kill())
			code, err := p.Wait(co)
			require.NoError(t, err)
			require.Equal(t, -9, code)
		}
	})
}
