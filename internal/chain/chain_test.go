package chain_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/chain"
)

type ownSuccessor struct{}

func (ownSuccessor) Error() string   { return "wraps itself" }
func (e ownSuccessor) Unwrap() error { return e }

type broken struct{ inner error }

func (*broken) Error() string   { return "broken" }
func (b *broken) Unwrap() error { return b.inner }

func TestHas(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"itself", io.EOF, true},
		{"another", io.ErrClosedPipe, false},
		{"wrapped", fmt.Errorf("b: %w", fmt.Errorf("a: %w", io.EOF)), true},
		{"a group of one", errors.Join(io.EOF, nil), true},
		{"a group of two", errors.Join(io.EOF, io.ErrClosedPipe), false},
		{"wraps itself", ownSuccessor{}, false},
		{"a method that panics", (*broken)(nil), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, chain.Has(tt.err, func(err error) bool { return err == io.EOF }))
		})
	}
}
