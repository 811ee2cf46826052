package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/ouro-loop/ouro/bench/internal/figures"
	"github.com/ouro-loop/ouro/bench/internal/page"
)

// A goal is a bound for one of ours.
type goal struct {
	load    connections
	who     string // its id
	what    string
	figure  figure // nil: the system calls
	against string // an id, or nothing: the bound is one of the figure itself
	bound   float64
	least   bool // it is to be that at least
}

var (
	one, fifty, thousand = connections{1, 0}, connections{50, 0}, connections{1000, 0}
	besideIdle           = connections{50, 10_000}
)

var goals = slices.Concat(speedGoals(conn), speedGoals(ownPoller), []goal{
	{fifty, conn, "system calls of a request", nil, "", 2.2, false},
	{besideIdle, conn, "bytes of an idle connection", idleBytes, "", 10_200, false},
	{besideIdle, waiting, "bytes of an idle connection", idleBytes, "", 5_200, false},
})

func speedGoals(who string) (all []goal) {
	for _, l := range []connections{one, fifty, thousand} {
		all = append(all,
			goal{l, who, "CPU of a request", cpu, goroutines, 1, false},
			goal{l, who, "CPU of a request", cpu, tokio, 1.15, false},
			goal{l, who, "CPU of a request", cpu, uvloop, 0.75, false},
			goal{l, who, "CPU of a request", cpu, cpython, 0.25, false},
		)
	}
	return append(all,
		goal{fifty, who, "requests a second", perSecond, goroutines, 1.3, true},
		goal{fifty, who, "requests a second", perSecond, uvloop, 1.6, true},
		goal{fifty, who, "requests a second", perSecond, tokio, 1, true},
	)
}

// now is the figure, or the ratio, of a contestant to others on so many processors; NaN if it was not measured.
func (g goal) now(r *runner, who *contestant, procs int) float64 {
	us := trial{who, g.load}
	switch {
	case g.figure == nil:
		if n, ok := r.results.calls[us]; ok {
			return n
		}
		return math.NaN()
	case g.against == "":
		return figures.Median(r.results.of(us, g.figure))
	}
	for _, c := range r.contestants {
		if c.id == g.against && (c.procs == 0 || c.procs == procs) {
			return r.results.ratio(us, trial{c, g.load}, g.figure)
		}
	}
	return math.NaN()
}

func (g goal) isMet(now float64) bool {
	if g.least {
		return now >= g.bound
	}
	return now <= g.bound
}

func (g goal) wanted() string {
	text := "≤ "
	if g.least {
		text = "≥ "
	}
	return text + g.show(g.bound)
}

func (g goal) show(x float64) string {
	if g.against != "" {
		return fmt.Sprintf("%.2f×", x)
	}
	return figures.Number(x)
}

// goalTable has a line for each goal of which something was measured, and a column for each number of
// processors.
func (r *runner) goalTable() *page.Table {
	t := &page.Table{Words: 4, Head: []string{"connections", "who", "what", "against"}}
	for _, n := range r.procs {
		t.Head = append(t.Head, fmt.Sprintf("GOMAXPROCS=%d", n))
	}
	t.Head = append(t.Head, "goal")
	for _, g := range goals {
		if cells, ok := r.goalCells(g); ok {
			against := ""
			if g.against != "" {
				against = serverOf(g.against).title
			}
			t.Add(append(append([]string{g.load.String(), serverOf(g.who).title, g.what, against}, cells...), g.wanted())...)
		}
	}
	return t
}

// goalCells are what it is for each number of processors.
func (r *runner) goalCells(g goal) (cells []string, any bool) {
	for _, n := range r.procs {
		cell := ""
		for _, c := range r.contestants {
			if c.id != g.who || c.procs != n {
				continue
			}
			now := g.now(r, c, n)
			if math.IsNaN(now) {
				continue
			}
			any = true
			cell = g.show(now)
			if !g.isMet(now) {
				cell = "missed: " + cell + g.leastThereIs(r, n)
			}
		}
		cells = append(cells, cell)
	}
	return cells, any
}

// leastThereIs tells what the system calls alone come to.
func (g goal) leastThereIs(r *runner, procs int) string {
	for _, c := range r.contestants {
		if c.id == floor {
			if now := g.now(r, c, procs); !math.IsNaN(now) {
				return ", the floor " + g.show(now)
			}
		}
	}
	return ""
}
