package aligned

import "slices"

// spread gives each event of a step its line in Python. Anchors have the one of their
// counterpart; between two of them, lines of both runs are paired. Suspended is where each
// task is suspended in Python, and for 0 what calls the loop.
func (a *aligner) spread(p pair, suspended map[int]int) []int {
	lines := make([]int, len(p.inGo))
	begins := p.task() != 0 && suspended[p.task()] == 0
	goFrom, pythonFrom := 0, 0
	for i, goAt := range p.goAnchors {
		pythonAt := p.pythonAnchors[i]
		lines[goAt] = a.anchorLine(p, i, suspended)
		a.between(p.inGo, goFrom, goAt, p.inPython[pythonFrom:pythonAt], lines[goAt], lines)
		goFrom, pythonFrom = goAt+1, pythonAt+1
	}
	for _, e := range p.inPython {
		if e.Outside {
			suspended[0] = e.Line
		}
	}
	a.between(p.inGo, goFrom, len(p.inGo), p.inPython[pythonFrom:], suspended[0], lines)
	if begins {
		// Where the task was before nobody can say.
		lines[0] = firstOf(p.inGo, lines)
	}
	return lines
}

// task is whose step it is, 0 for none.
func (p pair) task() int {
	if len(p.inGo) == 0 {
		return 0
	}
	return p.inGo[0].Task
}

// firstOf is the one of the lines in Python that the first line in Go has, 0 if there is
// none.
func firstOf(inGo step, lines []int) int {
	for i, e := range inGo {
		if e.At == Line {
			return lines[i]
		}
	}
	return 0
}

// anchorLine is the line in Python of the i-th anchor of a step.
func (a *aligner) anchorLine(p pair, i int, suspended map[int]int) int {
	switch e := p.inPython[p.pythonAnchors[i]]; e.At {
	case Run, Wait:
		return suspended[p.task()]
	case Await:
		suspended[p.task()] = e.Line
		return e.Line
	case Spawn:
		delete(suspended, e.Task) // there may have been another with that number, on another loop
		return e.Line
	default:
		return e.Line
	}
}

// between gives lines to the events from one place of a step to another, the events in Python
// between the same anchors and the line in Python that follows them.
func (a *aligner) between(inGo step, from, to int, inPython []Event, next int, lines []int) {
	pairs := a.pairLines(linesOf(inGo[from:to]), linesOf(inPython), next)
	for i := from; i < to; i++ {
		switch e := inGo[i]; {
		case e.At == Line:
			lines[i], pairs = pairs[0], pairs[1:]
		case i > 0 && e.Line == inGo[i-1].Line:
			lines[i] = lines[i-1]
		default:
			lines[i] = next
		}
	}
}

func linesOf(events []Event) []int {
	var lines []int
	for _, e := range events {
		if e.At == Line {
			lines = append(lines, e.Line)
		}
	}
	return lines
}

// pairLines gives each of the lines in Go one of those in Python, in order, so that they
// correspond as well as can be. Between two that do, the last belongs to the last, and so on:
// what Go has more is for errors, which it looks at first. What has none left takes the one
// that it has elsewhere, or else the next.
func (a *aligner) pairLines(inGo, inPython []int, next int) []int {
	pairs := make([]int, len(inGo))
	goTo, pythonTo := len(inGo), len(inPython)
	for _, m := range slices.Backward(a.match(inGo, inPython)) {
		next = a.pairEnds(inGo[m[0]+1:goTo], inPython[m[1]+1:pythonTo], next, pairs[m[0]+1:goTo])
		goTo, pythonTo, next = m[0], m[1], inPython[m[1]]
		pairs[goTo] = next
	}
	a.pairEnds(inGo[:goTo], inPython[:pythonTo], next, pairs[:goTo])
	return pairs
}

// pairEnds pairs the last with the last. It returns the first line that it has given.
func (a *aligner) pairEnds(inGo, inPython []int, next int, pairs []int) int {
	for i := len(inGo) - 1; i >= 0; i-- {
		if n := len(inPython) - (len(inGo) - i); n >= 0 {
			next = inPython[n]
		} else if line := a.counterpart(inGo[i]); line != 0 {
			next = line
		}
		pairs[i] = next
	}
	return next
}

// match is the common sequence of both whose lines correspond best: pairs of places.
func (a *aligner) match(inGo, inPython []int) [][2]int {
	best := make([][]int, len(inGo)+1) // from there on
	for i := range best {
		best[i] = make([]int, len(inPython)+1)
	}
	for i, g := range slices.Backward(inGo) {
		for j, p := range slices.Backward(inPython) {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if c := a.likeness(g, p); c > 0 {
				best[i][j] = max(best[i][j], best[i+1][j+1]+c)
			}
		}
	}
	var pairs [][2]int
	for i, j := 0, 0; i < len(inGo) && j < len(inPython); {
		switch best[i][j] {
		case best[i][j+1]: // so that of equal ones in Go the first is taken
			j++
		case best[i+1][j]:
			i++
		default:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		}
	}
	return pairs
}
