package interop

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// run runs main on a real clock. Nothing may be reported to the exception handler, and nothing left: no
// task, no connection, no goroutine.
func run(t *testing.T, main func(co *coro.Co)) {
	t.Helper()
	leavesNothing(t)
	testkit.Run(t, main, loop.VirtualTime(false), loop.ReportLeaks(true))
}

// leavesNothing fails the test if at its end there are more goroutines or sockets than there are now.
// Those that are about to end are given the processor for as long as it takes.
func leavesNothing(t *testing.T) {
	goroutines, sockets := runtime.NumGoroutine(), openSockets()
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		for start := time.Now(); time.Since(start) < time.Minute; runtime.Gosched() {
			if runtime.NumGoroutine() <= goroutines && openSockets() <= sockets {
				return
			}
		}
		stacks := make([]byte, 1<<16)
		require.LessOrEqual(t, openSockets(), sockets, "sockets left")
		require.LessOrEqual(t, runtime.NumGoroutine(), goroutines, "goroutines left:\n%s", stacks[:runtime.Stack(stacks, true)])
	})
}

// openSockets is how many sockets the process has, as far as the system tells.
func openSockets() (n int) {
	open, _ := filepath.Glob("/proc/self/fd/*")
	for _, fd := range open {
		if target, err := os.Readlink(fd); err == nil && strings.HasPrefix(target, "socket:") {
			n++
		}
	}
	return n
}

// served runs test beside a Server, all of whose clients have to be gone at its end.
func served(t *testing.T, handler func(co *coro.Co, c *streams.Conn) error, test func(co *coro.Co, addr string), opts ...streams.ServeOption) {
	t.Helper()
	run(t, func(co *coro.Co) {
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		s := streams.Serve(co, ln, handler, opts...)
		test(co, ln.Addr().String())
		s.Close()
		require.NoError(t, s.WaitClosed(co))
	})
}

// goesOn calls f, in which the loop has to go on: others have their turn while it waits.
func goesOn(t *testing.T, co *coro.Co, f func()) {
	t.Helper()
	ticks := testkit.CountTicks(loop.Of(co))
	defer ticks.Stop()
	f()
	require.Positive(t, ticks.N(), "the loop stood still")
}

// dial connects to an address.
func dial(t *testing.T, co *coro.Co, network, addr string) *streams.Conn {
	t.Helper()
	c, err := streams.Dial(co, network, addr)
	require.NoError(t, err)
	return c
}

// timesOut reports whether f, which would wait for ever, ends as a coro.Timeout around it wants it to.
func timesOut(co *coro.Co, f func() error) bool {
	var e *future.TimeoutError
	return errors.As(timeout(co, f), &e)
}

// timeout is what becomes of f, which would wait for ever, with a coro.Timeout around it.
func timeout(co *coro.Co, f func() error) error {
	return coro.Timeout(co, 10*time.Millisecond, func(*coro.TimeoutScope) error { return f() })
}

// requireLost is for libraries that make an error of their own of a cancellation. The task's context has it.
func requireLost(t *testing.T, co *coro.Co, its error, f func() error) {
	t.Helper()
	require.True(t, timesOut(co, func() error {
		ctx := co.Context()
		err := f()
		require.ErrorIs(t, err, its)
		require.False(t, future.IsCanceled(err))
		return context.Cause(ctx)
	}))
}

// contexts are those that a library may be given in a coroutine: the task's, and one that knows nothing
// of it.
func contexts(co *coro.Co) iter.Seq2[string, context.Context] {
	return func(yield func(string, context.Context) bool) {
		_ = yield("the task's context", co.Context()) && yield("another context", context.Background())
	}
}

// readsOnly is a handler that never answers.
func readsOnly(_ *coro.Co, c *streams.Conn) error {
	_, err := io.Copy(io.Discard, c)
	return err
}
