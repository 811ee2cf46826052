package timers_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/timers"
)

func TestDeadline(t *testing.T) {
	const first, last = time.Duration(math.MinInt64), time.Duration(math.MaxInt64)
	for _, c := range []struct{ now, d, want time.Duration }{
		{5, 3, 8},
		{5, -8, -3},
		{0, last, last},
		{1, last, last},
		{1, last - 1, last},
		{1, last - 2, last - 1},
		{last - 1, 1, last},
		{last, 0, last},
		{last, 1, last},
		{last, -1, last},
		{last, first, last},
		{0, first, first},
		{-1, first, first},
		{1, first, first + 1},
		{first, -1, first},
		{first, last, -1},
	} {
		require.Equal(t, c.want, timers.Deadline(c.now, c.d), fmt.Sprintf("%d and %d", c.now, c.d))
	}
}
