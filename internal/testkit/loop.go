package testkit

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// NewLoop makes a loop with a virtual clock, for a test that drives it by hand. The
// end of the test cancels what is left on it. A report to its exception handler fails
// the test, unless the options set another handler.
func NewLoop(t *testing.T, opts ...loop.Option) *loop.Loop {
	t.Helper()
	r := loop.NewRunner(strict(t, opts)...)
	t.Cleanup(func() {
		err := r.Close()
		if !t.Failed() { // from inside a coroutine, where no loop can be run to clean up
			require.NoError(t, err)
		}
	})
	return r.Loop()
}

// Run runs main on a loop like that of [NewLoop].
func Run(t *testing.T, main func(co *coro.Co), opts ...loop.Option) {
	t.Helper()
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		main(co)
		return nil
	}, strict(t, opts)...))
}

func strict(t *testing.T, opts []loop.Option) []loop.Option {
	unexpected := loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		t.Errorf("reported to the exception handler: %s: %v", c.Message, c.Err)
	})
	return append([]loop.Option{unexpected, loop.VirtualTime(true), loop.Interrupts(false)}, opts...)
}

// Complete runs main on l, and expects no error of it.
func Complete[T any](t *testing.T, l *loop.Loop, main coro.Func[T]) T {
	t.Helper()
	v, err := loop.RunUntilComplete(l, main)
	require.NoError(t, err)
	return v
}

// Iterate runs one iteration of l.
func Iterate(t *testing.T, l *loop.Loop) {
	t.Helper()
	l.Stop()
	require.NoError(t, l.RunForever())
}

// Briefly runs what is ready on l, and what that makes ready: two iterations, like
// run_briefly in CPython's tests.
func Briefly(t *testing.T, l *loop.Loop) {
	t.Helper()
	Complete(t, l, coro.Do(func(*coro.Co) error { return nil }))
}
