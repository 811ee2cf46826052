package main

import (
	"fmt"
	"strings"

	"github.com/ouro-loop/ouro/bench/internal/figures"
)

// cpuSection is about CPU time, empty if that was not measured.
func cpuSection(r *results) string {
	if r.cpu[1] == nil {
		return ""
	}
	return `
## CPU time

What ours takes of the processors, user and system, the garbage collector's part with it; with ` + "`GOMAXPROCS=1`" + `, where that has no
other core to work on, and with 2. The other columns are ours divided by the floor, and by what does the work otherwise in the same
process: above 1 ours takes more. GC is the garbage collector's share with one core; what its write barriers cost is not in it.

` + cpuTable(r)
}

// cpuTable is a line for each row whose CPU time is known, with one processor and with two.
func cpuTable(r *results) string {
	var s strings.Builder
	s.WriteString("| work | ours | floor | others | GC | ours, 2 | floor, 2 | others, 2 |\n| --- |" + strings.Repeat(" ---: |", 7) + "\n")
	for _, row := range rowsOf(r) {
		one := r.cpu[1]
		if one.byRow[row.name][ours] == nil {
			continue
		}
		fmt.Fprintf(&s, "| %s |%s %.0f%% |", row.work, cpuCells(one, row), gcShare(one, row.name))
		if two := r.cpu[2]; two != nil && two.byRow[row.name][ours] != nil {
			s.WriteString(cpuCells(two, row))
		} else {
			s.WriteString(" | | |")
		}
		s.WriteString("\n")
	}
	return s.String()
}

// cpuCells are ours, to the floor, and to the best of the others.
func cpuCells(r *results, row row) string {
	toFloor, toOthers := "", ""
	most := 0.0
	for _, other := range r.others(row.name) {
		times := figures.Median(r.ratios(row.name, ours, other))
		if other == floor {
			toFloor = figures.Number(times) + "×"
		} else if times > most {
			most = times
			toOthers = figures.Number(times) + "×"
		}
	}
	return fmt.Sprintf(" %s | %s | %s |", row.format(figures.Median(r.values(row.name, ours))), toFloor, toOthers)
}

func gcShare(r *results, row string) float64 {
	var shares []float64
	for _, m := range r.byRow[row][ours] {
		shares = append(shares, m.GC)
	}
	return figures.Median(shares)
}
