package future_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/future"
)

type ownSuccessor struct{}

func (e ownSuccessor) Error() string { return "wraps itself" }
func (e ownSuccessor) Unwrap() error { return e }

type yesToAll struct{}

func (yesToAll) Error() string   { return "is everything" }
func (yesToAll) Is(error) bool   { return true }
func (yesToAll) As(any) bool     { return true }
func (yesToAll) Unwrap() []error { return []error{errTest, errTest} }

// An error is one of asyncio's only if it is that itself, or wrapped around it alone;
// strange ones are errors like others, and do not hold the loop up.
func TestStrangeErrors(t *testing.T) {
	wrapped := func(err error, n int) error {
		for range n {
			err = fmt.Errorf("wrapped: %w", err)
		}
		return err
	}
	joined := func(err error, n int) error {
		for range n {
			err = errors.Join(err)
		}
		return err
	}
	exit := &future.SystemExit{Code: 1}
	for _, test := range []struct {
		name           string
		err            error
		base, canceled bool
	}{
		{"nil", nil, false, false},
		{"its own successor", ownSuccessor{}, false, false},
		{"yes to everything", yesToAll{}, false, false},
		{"yes to everything, wrapped", wrapped(yesToAll{}, 3), false, false},
		{"an interrupt", future.ErrKeyboardInterrupt, true, false},
		{"an interrupt, wrapped", wrapped(future.ErrKeyboardInterrupt, 50), true, false},
		{"an interrupt, joined alone", joined(future.ErrKeyboardInterrupt, 1000), true, false},
		{"an interrupt among others", errors.Join(future.ErrKeyboardInterrupt, errTest), false, false},
		{"an exit", wrapped(exit, 1), true, false},
		{"an exit among others", errors.Join(errTest, exit), false, false},
		{"a cancellation, joined alone", joined(future.ErrCanceled, 1000), false, true},
		{"deeper than anybody looks", joined(future.ErrCanceled, 200_000), false, false},
	} {
		require.Equal(t, test.base, future.IsBase(test.err), test.name)
		require.Equal(t, test.canceled, future.IsCanceled(test.err), test.name)
	}
}
