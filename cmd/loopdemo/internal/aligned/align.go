package aligned

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
)

// Program is a program whose runs are aligned.
type Program struct {
	Name       string // as loopdemo knows it
	Go, Python Source
}

// Source is a program's text, and the name of its file.
type Source = demos.Source

// Of is a demo as a Program.
func Of(d demos.Demo) (Program, error) {
	inGo, inPython, err := d.Sources()
	return Program{d.Name, inGo, inPython}, err
}

// Align gives each event of the Go run its line in Python. It fails at the first thing that
// happens in one run and not in the other.
func (p Program) Align(inGo, inPython []Event) (lines []int, err error) {
	x := exceptions[p.Name]
	if x.blocks != nil {
		lines, err = inBlocks(inGo, x.blocks, p.Go.Text, p.Python.Text)
	} else {
		lines, err = p.align(inGo, inPython, x)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	return lines, nil
}

func (p Program) align(inGo, inPython []Event, x exception) (lines []int, err error) {
	goSteps, pythonSteps := split(inGo), split(slices.DeleteFunc(slices.Clone(inPython), func(e Event) bool {
		return e.At == Run && noCounterpart[e.Call]
	}))
	a := newAligner(p, x.says)
	for i := range max(len(goSteps), len(pythonSteps)) {
		err := a.compare(i, at(goSteps, i), at(pythonSteps, i))
		if err != nil && x.differs != "" {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	suspended := map[int]int{}
	for _, s := range a.steps {
		lines = append(lines, a.spread(s, suspended)...)
	}
	for _, e := range inGo[len(lines):] {
		lines = append(lines, a.counterpart(e.Line))
	}
	return lines, nil
}

// step is what happens in one entry of the ready queue, with its Run; or while the loop
// waits; or, the first, before anything of that.
type step []Event

func split(events []Event) []step {
	var steps []step
	begin := 0
	for i, e := range events {
		if e.begins() {
			steps = append(steps, events[begin:i])
			begin = i
		}
	}
	return append(steps, events[begin:])
}

func at(steps []step, i int) step {
	if i < len(steps) {
		return steps[i]
	}
	return nil
}

// anchors are the places in s of what must happen in both runs.
func (s step) anchors() []int {
	var places []int
	for i, e := range s {
		if e.isAnchor() {
			places = append(places, i)
		}
	}
	return places
}

// pair is the same step in both runs, and their anchors, of which there are as many.
type pair struct {
	inGo, inPython           step
	goAnchors, pythonAnchors []int
}

type aligner struct {
	program Program
	says    map[string]string // what is printed in Python, by what is printed in Go
	steps   []pair
	learned map[int]map[int]bool // the lines in Python at which anchors were, by those in Go

	wording     map[int]map[int]int // how alike lines are, in Go and in Python
	pythonLines []string
}

func newAligner(p Program, says map[string]string) *aligner {
	a := &aligner{program: p, says: says, learned: map[int]map[int]bool{}}
	a.pythonLines = strings.Split(p.Python.Text, "\n")
	a.wording = compareWords(strings.Split(p.Go.Text, "\n"), a.pythonLines)
	return a
}

// compare takes in the same step of both runs, the n-th.
func (a *aligner) compare(n int, inGo, inPython step) error {
	p := pair{inGo, inPython, inGo.anchors(), inPython.anchors()}
	for i := range max(len(p.goAnchors), len(p.pythonAnchors)) {
		g, py := event(inGo, p.goAnchors, i), event(inPython, p.pythonAnchors, i)
		if g == nil || py == nil || !a.same(*g, *py) {
			return fmt.Errorf("the runs differ in step %d:\n  in Go      %s\n  in Python  %s",
				n, where(g, inGo, a.program.Go.File), where(py, inPython, a.program.Python.File))
		}
		a.learn(g.Line, py.Line)
	}
	a.steps = append(a.steps, p)
	return nil
}

// same reports whether the same happens in both runs.
func (a *aligner) same(inGo, inPython Event) bool {
	if text, ok := a.says[inGo.Text]; ok {
		inGo.Text = text
	}
	return inGo.matches(inPython)
}

// event is the i-th anchor of s, nil if there is none.
func event(s step, anchors []int, i int) *Event {
	if i >= len(anchors) {
		return nil
	}
	return &s[anchors[i]]
}

// where says where in a file the anchor e of s is; nil is for what should have come next.
func where(e *Event, s step, file string) string {
	switch {
	case s == nil:
		return file + ": the run is over"
	case e != nil && (e.begins() || !s.begins()):
		return fmt.Sprintf("%s: %v", place(file, e.Line), *e)
	case e != nil:
		return fmt.Sprintf("%s: %v, in the step in which %v", place(file, e.Line), *e, s[0])
	case s.begins():
		return fmt.Sprintf("%s: nothing more in the step in which %v", place(file, s.lastLine()), s[0])
	}
	return place(file, s.lastLine()) + ": nothing more before anything runs"
}

func place(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// begins reports whether s is an entry or a wait: only the first step is neither.
func (s step) begins() bool { return len(s) > 0 && s[0].begins() }

func (s step) lastLine() int {
	for _, e := range slices.Backward(s) {
		if e.Line != 0 {
			return e.Line
		}
	}
	return 0
}

func (a *aligner) learn(inGo, inPython int) {
	if inGo == 0 || inPython == 0 {
		return
	}
	if a.learned[inGo] == nil {
		a.learned[inGo] = map[int]bool{}
	}
	a.learned[inGo][inPython] = true
}
