// Package museum holds traps of asyncio. An exhibit is two small programs, in Go and in
// Python: one that falls into the trap, and one with the cure. Some texts say what is to be
// learned from them.
//
// To add one named x-y, write x_y.go with its texts, x_y_trap.go and x_y_cure.go with a
// function each, x_y_trap.py and x_y_cure.py, and a line in All. What CPython prints goes
// into testdata/x-y, as trap-3.13.out and cure-3.13.out; an earlier version has a file of
// its own if it prints something else. If the trap in Go prints something else, set
// TrapDiffers, say why in Here, and write what it prints to trap-here.out. Record both
// with go generate ./cmd/loopdemo.
package museum

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/loop"
)

// Exhibit is one trap. Its texts are plain, but for code, which stands between backticks.
type Exhibit struct {
	Slug  string // its name, as in an address
	Title string
	Topic string // what it is about, by its name in asyncio
	Refs  []Ref

	Expect  string // what one expects of the trap
	Happens string // what happens in Python
	Why     string
	Cure    string
	Here    string // what differs in this library, or that nothing does

	// TrapProgram and CureProgram are named SLUG/trap and SLUG/cure.
	TrapProgram, CureProgram demos.Demo

	// TrapDiffers says that the trap does not print in Go what it prints in Python,
	// for the reason that Here gives. A cure prints the same.
	TrapDiffers bool

	// Versions are what the programs print in CPython, the oldest version first. The
	// last one is 3.13, and holds for later ones; those before it print something else.
	Versions []Version
}

// Ref is where one can read more.
type Ref struct {
	Text string
	URL  string
}

// Version is what the two programs print in one version of CPython.
type Version struct {
	Python     string // 3.13
	Trap, Cure string
}

// All are the exhibits. The first sixteen are those to begin with.
func All() []Exhibit {
	return []Exhibit{
		vanishingTask(),
		lostResult(),
		gatherGoesOn(),
		swallowedCancel(),
		waitForRace(),
		timeoutZero(),
		shieldOrphan(),
		groupOfOne(),
		awaitIsNoPause(),
		blockingTheLoop(),
		silentFailure(),
		finallyInterrupted(),
		joinWithoutDone(),
		cancelIsARequest(),
		lostNotify(),
		lostUpdate(),
		oneAfterTheOther(),
		forgottenAwait(),
		busyWaiting(),
		contextCopy(),
		lateBinding(),
		lockOverAwait(),
		generatorCleanup(),
		nestedRun(),
		waitingForOneself(),
		forgottenWakeup(),
	}
}

//go:embed *_trap.go *_cure.go *.py
var sources embed.FS

//go:embed testdata/*/*.out
var recorded embed.FS

// recordedOn are the versions of CPython that outputs are recorded of. The last one has
// all of them.
var recordedOn = [...]string{"3.11", "3.12", "3.13"}

// program is the Run of an exhibit's program.
type program = func(opts ...loop.Option) error

// with is the exhibit with its two programs, and what they print in Python.
func (e Exhibit) with(trap, cure program) Exhibit {
	e.TrapProgram = e.demo("trap", trap)
	e.CureProgram = e.demo("cure", cure)
	e.Versions = e.versions()
	return e
}

func (e Exhibit) demo(kind string, run program) demos.Demo {
	base := strings.ReplaceAll(e.Slug, "-", "_") + "_" + kind
	return demos.Demo{
		Name:  e.Slug + "/" + kind,
		Topic: e.Topic,
		About: "the " + kind + " of the exhibit " + strconv.Quote(e.Title),
		Run:   func(_ *rand.Rand, opts ...loop.Option) error { return run(opts...) },
	}.From(sources, base+".go", base+".py")
}

// versions are what is recorded of the exhibit. What a version has no file of, it prints
// as 3.13 does.
func (e Exhibit) versions() []Version {
	newest := recordedOn[len(recordedOn)-1]
	latest := Version{Python: newest, Trap: e.mustRecorded("trap", newest), Cure: e.mustRecorded("cure", newest)}
	var all []Version
	for _, python := range recordedOn[:len(recordedOn)-1] {
		v := latest
		v.Python = python
		trap, trapDiffers := e.recorded("trap", python)
		cure, cureDiffers := e.recorded("cure", python)
		if trapDiffers {
			v.Trap = trap
		}
		if cureDiffers {
			v.Cure = cure
		}
		if trapDiffers || cureDiffers {
			all = append(all, v)
		}
	}
	return append(all, latest)
}

func (e Exhibit) recorded(kind, python string) (text string, ok bool) {
	b, err := recorded.ReadFile(fmt.Sprintf("testdata/%s/%s-%s.out", e.Slug, kind, python))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		panic(err) // it is embedded
	}
	return string(b), err == nil
}

func (e Exhibit) mustRecorded(kind, python string) string {
	text, ok := e.recorded(kind, python)
	if !ok {
		panic(fmt.Sprintf("museum: nothing is recorded of %s/%s on %s", e.Slug, kind, python))
	}
	return text
}

// issue is one of CPython's.
func issue(number int) Ref {
	return Ref{
		Text: fmt.Sprintf("CPython issue %d", number),
		URL:  fmt.Sprintf("https://github.com/python/cpython/issues/%d", number),
	}
}

// pull is a pull request of CPython's.
func pull(number int) Ref {
	return Ref{
		Text: fmt.Sprintf("CPython pull request %d", number),
		URL:  fmt.Sprintf("https://github.com/python/cpython/pull/%d", number),
	}
}

// docs is a place in Python's documentation: what it is about, and its page.
func docs(about, page string) Ref {
	return Ref{Text: "Python's documentation: " + about, URL: "https://docs.python.org/3/" + page}
}
