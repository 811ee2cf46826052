package future_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

var errTest = errors.New("test")

// newLoop makes a loop with a virtual clock, which is closed at the end of the test. A
// report to its exception handler fails the test, unless the options set another one.
func newLoop(t *testing.T, opts ...loop.Option) *loop.Loop {
	t.Helper()
	unexpected := loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		t.Errorf("reported to the exception handler: %s: %v", c.Message, c.Err)
	})
	l := loop.New(append([]loop.Option{unexpected, loop.VirtualTime()}, opts...)...)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// briefly runs what is ready, and what that makes ready, as run_briefly does in
// CPython's tests: two iterations.
func briefly(t *testing.T, l *loop.Loop) {
	t.Helper()
	_, err := loop.RunUntilComplete(l, coro.Do(func(*coro.Co) error { return nil }))
	require.NoError(t, err)
}

// iterate runs one iteration of the loop.
func iterate(t *testing.T, l *loop.Loop) {
	t.Helper()
	l.Stop()
	require.NoError(t, l.RunForever())
}

// requireCanceled checks for a CanceledError with a message, or without one if none is
// given.
func requireCanceled(t *testing.T, err error, msg ...string) {
	t.Helper()
	var canceled *future.CanceledError
	require.ErrorAs(t, err, &canceled)
	got, ok := canceled.Message()
	require.Equal(t, len(msg) > 0, ok, "has a message")
	if ok {
		require.Equal(t, msg[0], got)
	}
}

// A trace is what happened, in order.
type trace []string

func (tr *trace) add(format string, args ...any) { *tr = append(*tr, fmt.Sprintf(format, args...)) }

// handler adds what the exception handler is told.
func (tr *trace) handler() loop.Option {
	return loop.OnException(func(_ *loop.Loop, c future.ErrorContext) { tr.add("%s: %v", c.Message, c.Err) })
}
