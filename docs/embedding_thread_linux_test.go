package docs

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// TestOneThread: what embedding.md says of a loop on a locked goroutine: every coroutine and
// callback runs on its thread.
func TestOneThread(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	threads := map[int]int{}
	note := func() { threads[syscall.Gettid()]++ }
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		loop.Of(co).CallSoon(note)
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for range 10 {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					note()
					err := coro.Sleep(co, time.Millisecond)
					note()
					return err
				}))
			}
			return nil
		})
	}))
	require.Equal(t, map[int]int{syscall.Gettid(): 21}, threads)
}
