//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package loop

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPollerUnsupported(t *testing.T) {
	_, err := newPoller(func() {})
	require.ErrorIs(t, err, errors.ErrUnsupported)
}
