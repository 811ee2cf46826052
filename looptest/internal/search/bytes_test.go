package search_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
)

// A byte is a choice, and where there is none it is the usual one.
func TestBytes(t *testing.T) {
	tie := &search.Choice{Kind: schedule.Tie, N: 3}
	delay := &search.Choice{Kind: schedule.Delay, N: 3, Delays: []int64{100, 150, 1120}, Most: 1120}
	long := &search.Choice{Kind: schedule.Delay, N: 2, Delays: []int64{0, math.MaxInt64}, Most: math.MaxInt64}
	for _, test := range []struct {
		bytes  string
		choice *search.Choice
		want   int64
	}{
		{"", tie, 0},
		{"\x00", tie, 0},
		{"\x02", tie, 2},
		{"\x03", tie, 0},
		{"\xff", tie, 0},
		{"", delay, 100},
		{"\x01", delay, 150},
		{"\x05", delay, 1120},
		{"\x80", delay, 100},
		{"\x81", delay, 108},
		{"\xff", delay, 1120},
		{"\xff", long, math.MaxInt64},
	} {
		s := search.NewBytes([]byte(test.bytes))
		require.True(t, s.Begin())
		got, err := s.Pick(0, test.choice)
		require.NoError(t, err)
		require.Equal(t, test.want, got, "%q for %v", test.bytes, test.choice.Kind)
	}
	s := search.NewBytes([]byte{1, 2})
	for at, want := range []int64{1, 2, 0, 0} {
		got, err := s.Pick(at, tie)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.NoError(t, s.End(4, 0))
}
