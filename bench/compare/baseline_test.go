package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/bench/internal/machine"
)

func TestFloorRatios(t *testing.T) {
	require.Equal(t, map[string]ratio{
		"Yield/tasks=1 to floor":   {Median: 0.5},
		"CreateTaskAwait to floor": {Median: 2.5},
	}, floorRatios(sample()))
	require.Equal(t, map[string]ratio{
		"Yield/tasks=1 to floor":             {Median: 0.5},
		"CreateTaskAwait to floor":           {Median: 2.5},
		"CreateTaskAwait to floor, CPU of 1": {Median: 3},
		"CreateTaskAwait to floor, CPU of 2": {Median: 3.5},
	}, allRatios(sampleWithCPU()))
}

func TestBaselineComesBack(t *testing.T) {
	name := filepath.Join(t.TempDir(), "baseline.json")
	_, err := loadBaseline(name)
	require.ErrorContains(t, err, "compare -save")
	b := baseline{Machine: machine.Machine{CPU: "A Processor", Cores: 2}, Ratios: map[string]ratio{"a to floor": {1.25, 0.1}}}
	require.NoError(t, saveBaseline(name, b))
	loaded, err := loadBaseline(name)
	require.NoError(t, err)
	require.Equal(t, b, loaded)
}

func TestCompareBaseline(t *testing.T) {
	old := baseline{
		Machine: machine.Machine{Commit: "abc", Go: "go1.26", CPU: "A Processor", Date: "2026-01-02"},
		Ratios: map[string]ratio{
			"faster to floor": {2, 0.01}, "slower to floor": {2, 0.01}, "same to floor": {2, 0.01},
			"noisy to floor": {2, 0.3}, "gone to floor": {2, 0.01},
		},
	}
	require.Equal(t, `baseline: commit abc, go1.26, A Processor, 2026-01-02

ratio of                                                          then       now   change
faster to floor                                                   2.00      1.50     -25%  faster
new to floor                                                                1.00      new
noisy to floor                                                    2.00      2.50     +25%
same to floor                                                     2.00      2.10      +5%
slower to floor                                                   2.00      2.50     +25%  slower
gone to floor                                                     2.00            not run
`, compareBaseline(old, map[string]ratio{
		"faster to floor": {1.5, 0.01}, "slower to floor": {2.5, 0.01}, "same to floor": {2.1, 0.01},
		"noisy to floor": {2.5, 0.01}, "new to floor": {1, 0.01},
	}))
}
