package figures

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStats(t *testing.T) {
	for _, test := range []struct {
		name           string
		values         []float64
		median, spread float64
	}{
		{"one", []float64{7}, 7, 0},
		{"odd", []float64{9, 1, 5}, 5, 0.8},
		{"even", []float64{4, 1, 3, 2}, 2.5, 0.6},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.InDelta(t, test.median, Median(test.values), 1e-9)
			require.InDelta(t, test.spread, Spread(test.values), 1e-9)
		})
	}
	require.True(t, math.IsNaN(Median(nil)))
	require.True(t, math.IsNaN(Spread(nil)))
}

func TestMedianLeavesTheValuesAlone(t *testing.T) {
	values := []float64{3, 1, 2}
	Median(values)
	require.Equal(t, []float64{3, 1, 2}, values)
}

func TestNumber(t *testing.T) {
	for want, x := range map[string]float64{
		"0": 0, "3": 3, "0.12": 0.123, "1.15": 1.15, "12.3": 12.34, "123": 123.4, "12346": 12345.6, "?": math.NaN(),
	} {
		require.Equal(t, want, Number(x))
	}
}
