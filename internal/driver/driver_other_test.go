//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package driver

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDriverUnsupported(t *testing.T) {
	_, err := New(nil, func() {}, Options{Budget: DefaultBudget})
	require.ErrorIs(t, err, errors.ErrUnsupported)
}
