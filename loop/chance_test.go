package loop_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/loop"
)

// drawn is what a loop's chance gives at first.
func drawn(t *testing.T, opts ...loop.Option) (number uint64, bytes [8]byte) {
	t.Helper()
	l := loop.New(opts...)
	defer func() { require.NoError(t, l.Close()) }()
	number = l.Rand().Uint64()
	require.NotEqual(t, number, l.Rand().Uint64(), "it goes on, and does not begin again")
	_, err := io.ReadFull(l.Entropy(), bytes[:])
	require.NoError(t, err)
	return number, bytes
}

func TestChanceIsTheSameForASeed(t *testing.T) {
	type draw struct {
		number uint64
		bytes  [8]byte
	}
	of := func(opts ...loop.Option) (d draw) {
		d.number, d.bytes = drawn(t, opts...)
		return d
	}
	require.Equal(t, of(loop.Seed(7)), of(loop.Seed(7)))
	require.NotEqual(t, of(loop.Seed(7)), of(loop.Seed(8)))
	require.NotEqual(t, of(), of(), "without a seed")
	one := of(loop.Seed(1))
	require.Equal(t, one, of(loop.VirtualTime(true)), "which always does the same")
	require.Equal(t, one, of(loop.Hermetic(true)))
	require.NotEqual(t, one, of(loop.VirtualTime(true), loop.Seed(2)))
}

// What is read of the one does not change what comes of the other.
func TestEntropyIsApart(t *testing.T) {
	l := loop.New(loop.Seed(7))
	defer func() { require.NoError(t, l.Close()) }()
	_, err := io.CopyN(io.Discard, l.Entropy(), 1000)
	require.NoError(t, err)
	number, _ := drawn(t, loop.Seed(7))
	require.Equal(t, number, l.Rand().Uint64())
}
