// Package determinism finds, in the code of coroutines, what is not the same in every run, or
// blocks the loop.
package determinism

import (
	"strings"

	"golang.org/x/tools/go/analysis"
)

const doc = `find what makes coroutines nondeterministic

The code of a coroutine is a function that takes a *coro.Co or a *coro.Yielder, and what it
refers to: function literals, functions of its package, and those of other packages of the
program. What it hands to a goroutine, as with loop.ToThread, is not. Dependencies are not
looked into. What is found is

 - the clock of package time, its timers, and contexts that end by them;
 - randomness without a seed: math/rand's own functions, crypto/rand, random UUIDs;
 - a range over a map that awaits, creates tasks, schedules or settles something;
 - go statements, select, and what is done with channels;
 - a mutex of package sync that is locked over an await, and waits of package sync.

What is meant to be so says why: on its line, on a line of its own before it, or in the doc
comment of a function, for all of it.

	//ouro:allow it is only logged

Files of tests are looked at with -determinism.tests.`

// Analyzer is the check.
var Analyzer = newAnalyzer()

// A checker has the flags.
type checker struct{ tests bool }

func newAnalyzer() *analysis.Analyzer {
	c := new(checker)
	a := &analysis.Analyzer{
		Name:      "determinism",
		Doc:       doc,
		URL:       "https://pkg.go.dev/github.com/ouro-loop/ouro/cmd/ourovet/determinism",
		Run:       c.run,
		FactTypes: []analysis.Fact{new(leadsTo)},
	}
	a.Flags.BoolVar(&c.tests, "tests", false, "look at files of tests, too")
	return a
}

func (c *checker) run(pass *analysis.Pass) (any, error) {
	if !ofTheProgram(pass) {
		return nil, nil
	}
	p := &program{pass: pass, units: map[any]*unit{}, allowances: map[line]bool{}}
	for _, file := range pass.Files {
		if c.tests || !strings.HasSuffix(p.at(file.FileStart).file, "_test.go") {
			if err := p.readAllowances(file); err != nil {
				return nil, err
			}
			p.readFile(file)
		}
	}
	p.report()
	p.exportFacts()
	return nil, nil
}

// ofTheProgram reports whether the package is in a module that is worked on. A dependency has a
// version; the standard library is in no module, as are files that are named to go vet.
func ofTheProgram(pass *analysis.Pass) bool {
	if m := pass.Module; m != nil && m.Path != "" {
		return m.Version == "" && m.Path != "std"
	}
	path := pass.Pkg.Path()
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".") || path == "command-line-arguments"
}
