package loop_test

import (
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/loop"
)

// There are no signals and no descriptors: what asks for them is refused, and what would
// handle interrupts by the way, as a Run does, does without.
func TestNeitherSignalsNorDescriptors(t *testing.T) {
	r := loop.NewRunner()
	l := r.Loop()
	err := l.AddSignalHandler(os.Interrupt, func() {})
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "loop: watching signals: unsupported operation on ")
	require.False(t, l.RemoveSignalHandler(os.Interrupt))

	_, err = l.AddReader(0, func() {})
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = l.AddWriter(1, func() {})
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.False(t, l.RemoveReader(0))
	require.False(t, l.RemoveWriter(1))
	require.NoError(t, r.Close())
}
