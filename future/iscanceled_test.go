package future_test

import (
	"context"
	"errors"
	"fmt"
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
