package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/ouro-loop/ouro/bench/internal/figures"
	"github.com/ouro-loop/ouro/bench/internal/machine"
)

// A baseline is what the ratios were once. They depend on the machine less than the
// times, but they do.
type baseline struct {
	Machine machine.Machine  `json:"machine"`
	Ratios  map[string]ratio `json:"ratios"` // by row and whom it is to: "Yield/tasks=1 to floor", and ", CPU of 1" for CPU time
}

type ratio struct {
	Median float64 `json:"median"`
	Spread float64 `json:"spread"` // a share of the median
}

// allRatios are the floorRatios, and those in CPU time.
func allRatios(r *results) map[string]ratio {
	ratios := floorRatios(r)
	for procs, cpu := range r.cpu {
		for name, ratio := range floorRatios(cpu) {
			ratios[fmt.Sprintf("%s, CPU of %d", name, procs)] = ratio
		}
	}
	return ratios
}

// floorRatios are those of our time to the floor's, and to those of the others in the
// same process where there is no floor.
func floorRatios(r *results) map[string]ratio {
	ratios := map[string]ratio{}
	for _, row := range rowsOf(r) {
		for _, who := range r.others(row.name) {
			if r.byRow[row.name][who][0].Peer || who != floor && r.byRow[row.name][floor] != nil {
				continue
			}
			if vs := r.ratios(row.name, ours, who); len(vs) > 0 {
				ratios[row.name+" to "+who] = ratio{round3(figures.Median(vs)), round3(figures.Spread(vs))}
			}
		}
	}
	return ratios
}

func saveBaseline(name string, b baseline) error {
	text, err := json.MarshalIndent(b, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}

func loadBaseline(name string) (b baseline, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return b, fmt.Errorf("%w; compare -save stores one", err)
	}
	return b, json.Unmarshal(text, &b)
}

// noise is the change of a ratio that is taken for none, whatever the spread.
const noise = 0.10

// compareBaseline says how the ratios have changed. It passes no judgment: a machine
// that does something else as well changes them too.
func compareBaseline(old baseline, ratios map[string]ratio) string {
	var s strings.Builder
	fmt.Fprintf(&s, "baseline: commit %s, %s, %s, %s\n\n", old.Machine.Commit, old.Machine.Go, old.Machine.CPU, old.Machine.Date)
	fmt.Fprintf(&s, "%-60s %9s %9s %8s\n", "ratio of", "then", "now", "change")
	names := slices.Sorted(maps.Keys(ratios))
	for _, name := range names {
		now := ratios[name]
		then, ok := old.Ratios[name]
		if !ok {
			fmt.Fprintf(&s, "%-60s %9s %9.2f %8s\n", name, "", now.Median, "new")
			continue
		}
		change := now.Median/then.Median - 1
		mark := ""
		switch bound := max(noise, now.Spread+then.Spread); {
		case change > bound:
			mark = "  slower"
		case change < -bound:
			mark = "  faster"
		}
		fmt.Fprintf(&s, "%-60s %9.2f %9.2f %+7.0f%%%s\n", name, then.Median, now.Median, 100*change, mark)
	}
	for _, name := range slices.Sorted(maps.Keys(old.Ratios)) {
		if _, ok := ratios[name]; !ok {
			fmt.Fprintf(&s, "%-60s %9.2f %9s %8s\n", name, old.Ratios[name].Median, "", "not run")
		}
	}
	return s.String()
}

func round3(x float64) float64 {
	return float64(int64(x*1000+0.5)) / 1000
}
