package determinism

import (
	"path/filepath"
	"strconv"

	"golang.org/x/tools/go/analysis"
)

// report reports what coroutines lead to within the package. Each cause is found once, however many
// coroutines have it.
func (p *program) report() {
	reached := map[*unit]bool{}
	for _, u := range p.ordered {
		if u.coroutine {
			p.reportFrom(u, u, reached)
		}
	}
}

// reportFrom reports what is in u, which the coroutine root leads to, and goes on from there.
func (p *program) reportFrom(root, u *unit, reached map[*unit]bool) {
	if reached[u] {
		return
	}
	reached[u] = true
	in := " in a coroutine"
	if u.name != root.name {
		in = " in " + u.name + ", which the coroutine " + root.name + " leads to"
	}
	for _, c := range u.causes {
		p.pass.Report(analysis.Diagnostic{Pos: c.pos, Message: c.String() + in + ": use " + c.use})
	}
	for _, next := range u.refers {
		if !next.coroutine { // those have their own turn
			p.reportFrom(root, next, reached)
		}
	}
}

// leadsTo is the fact that a function has a cause, or leads to one. Coroutines have none: what is in
// them is reported where they are.
type leadsTo struct{ What, Use, Where string }

// AFact implements analysis.Fact.
func (*leadsTo) AFact() {}

func (l *leadsTo) String() string { return l.What + " at " + l.Where }

// exportFacts tells the packages that import this one. Those of the library are taken at their
// word: they are what keeps the time and the goroutines away.
func (p *program) exportFacts() {
	if ofTheLibrary(p.pass.Pkg) {
		return
	}
	for _, u := range p.ordered {
		if u.fn == nil || u.coroutine {
			continue
		}
		if c, ok := u.first(map[*unit]bool{}); ok {
			p.pass.ExportObjectFact(u.fn, p.fact(c))
		}
	}
}

func (p *program) fact(c cause) *leadsTo {
	if c.fact != nil {
		return c.fact
	}
	at := p.pass.Fset.Position(c.pos)
	return &leadsTo{c.what, c.use, filepath.Base(at.Filename) + ":" + strconv.Itoa(at.Line)}
}

// first is the first cause that a unit has or leads to.
func (u *unit) first(seen map[*unit]bool) (cause, bool) {
	if len(u.causes) > 0 {
		return u.causes[0], true
	}
	seen[u] = true
	for _, next := range u.refers {
		if next.coroutine || seen[next] {
			continue
		}
		if c, ok := next.first(seen); ok {
			return c, true
		}
	}
	return cause{}, false
}
