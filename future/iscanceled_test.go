package future_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/future"
)

func TestIsCanceled(t *testing.T) {
	canceled := future.NewCanceledError("why")
	for _, test := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"itself", canceled, true},
		{"the sentinel", future.ErrCanceled, true},
		{"wrapped", fmt.Errorf("reading: %w", fmt.Errorf("waiting: %w", canceled)), true},
		{"joined with nothing", errors.Join(canceled, nil), true},
		{"joined with another error", errors.Join(canceled, errors.New("close")), false},
		{"wrapped twice over", fmt.Errorf("%w and %w", canceled, canceled), false},
		{"a context's", context.Canceled, false},
		{"in a panic", &future.PanicError{Value: canceled}, false},
		{"a timeout by it", &future.TimeoutError{Cause: canceled}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, future.IsCanceled(test.err))
		})
	}
}

func TestIsTimeout(t *testing.T) {
	timeout := &future.TimeoutError{Cause: future.ErrCanceled}
	for _, test := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"itself", timeout, true},
		{"wrapped", fmt.Errorf("reading: %w", fmt.Errorf("waiting: %w", timeout)), true},
		{"joined with nothing", errors.Join(timeout, nil), true},
		{"joined with another error", errors.Join(timeout, errors.New("close")), false},
		{"wrapped twice over", fmt.Errorf("%w and %w", timeout, timeout), false},
		{"a cancellation", future.ErrCanceled, false},
		{"a context's", context.DeadlineExceeded, true},
		{"a file's", &os.PathError{Op: "read", Path: "pipe", Err: os.ErrDeadlineExceeded}, true},
		{"a network's", &net.OpError{Op: "dial", Err: &net.DNSError{IsTimeout: true}}, true},
		{"another of a network's", &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, false},
		{"one that says no, around one that says yes", notItself{timeout}, true},
		{"one whose method panics", (*net.OpError)(nil), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, future.IsTimeout(test.err))
		})
	}
}

// notItself is an error that answers for itself alone.
type notItself struct{ error }

func (notItself) Timeout() bool   { return false }
func (e notItself) Unwrap() error { return e.error }
