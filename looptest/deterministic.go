package looptest

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
	"github.com/ouro-loop/ouro/trace"
)

// Deterministic runs main 64 times by the usual schedule, and fails if it does not do the same each
// time: then something that is in no schedule decides what happens, and no failure can be run
// again. It says which event is the first that differs, and what in Go may be why.
//
// The last runs are disturbed, so that what depends on other goroutines, on the computer's clock
// or on the garbage collector has a chance to show: three pause between steps, and two collect
// the garbage before each of the first steps. Once in many is found too: a map of two entries is
// walked the other way in one range of eight.
//
// Runs are alike if they come to the same events as [trace.Trace.Hash] has them, of tasks with the
// same names, from the same lines, with the same notes of [T.Note], and if they fail alike. So what
// cannot be found is:
//
//   - a value that changes no step, no time and no name: to have it compared, Note it
//   - what is the same in one process, as the seed of a package-level maphash.Seed, or the
//     computer's name: the log has a hash of what has happened, which is to be that of another
//     process
//   - what is the same in 64 runs in a row, as files, the network and the day of the week may be
//   - a data race that has no effect: the race detector is for those
//
// It is a test of what main does, and not of what may happen: for that there is [Explore].
func Deterministic(tb testing.TB, main Main, opts ...Option) {
	tb.Helper()
	x := newExplorer(tb, main, opts)
	defer x.end()
	if x.replays() {
		return
	}
	first := x.observe(nil)
	if first.skipped || first.failed() {
		x.pass(first)
		return
	}
	if n, other := x.firstUnlike(first); other != nil {
		x.reportUnlike(first, other, n)
		return
	}
	hash := first.recorder.Trace().Hash()
	x.result(Result{Hash: hash})
	tb.Logf("looptest: %d runs do the same, and so must those of another process: hash %016x", x.ran, hash)
}

const (
	plainRuns     = 59
	pausedRuns    = 3
	collectedRuns = 2
	sameRuns      = plainRuns + pausedRuns + collectedRuns
)

// disturbance is what is done before a step of the n-th run, the plain ones first: they take a
// hundredth of the time.
func (x *explorer) disturbance(n int) func(step int) {
	pause := pause
	if x.bubble != nil {
		pause = pauseInBubble
	}
	switch {
	case n <= plainRuns:
		return nil
	case n <= plainRuns+pausedRuns:
		return pause
	}
	return func(step int) { collect(step, pause) }
}

// pause lets other goroutines, and the clock, go on.
func pause(step int) {
	const enough, short = 100, 20 * time.Microsecond
	if step <= enough {
		time.Sleep(short)
	}
}

// collect lets the garbage collector find what there is to find, and gives what it calls the time to
// run.
func collect(step int, pause func(step int)) {
	const enough = 8
	if step <= enough {
		runtime.GC()
		pause(step)
	}
}

// observe makes a run by the usual schedule, with what has happened.
func (x *explorer) observe(disturb func(step int)) *run {
	s := search.NewReplay(schedule.Schedule{})
	s.Begin()
	r := newRun(x, s)
	r.recorder, r.tells, r.often = trace.New(trace.Full()), true, true
	r.steps.disturb = disturb
	x.execute(r)
	x.ran++
	return r
}

// firstUnlike runs main again, until a run is not like the first. It is the n-th.
func (x *explorer) firstUnlike(first *run) (n int, unlike *run) {
	want := happeningsOf(first.recorder.Trace())
	for n = 2; n <= sameRuns; n++ {
		r := x.observe(x.disturbance(n))
		if at := parting(want, happeningsOf(r.recorder.Trace())); at >= 0 || r.failed() || r.skipped {
			return n, r
		}
	}
	return 0, nil
}

// allAlike reports whether the runs after the first are all like one of them.
func (x *explorer) allAlike(r *run) bool {
	want := happeningsOf(r.recorder.Trace())
	for n := 3; n <= plainRuns; n++ {
		if parting(want, happeningsOf(x.observe(nil).recorder.Trace())) >= 0 {
			return false
		}
	}
	return true
}

func (x *explorer) reportUnlike(first, other *run, n int) {
	x.tb.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "looptest: run %d of %d is not like the first, by the same schedule.\n", n, sameRuns)
	writeParting(&b, first.recorder.Trace(), other.recorder.Trace(), n)
	if other.failed() {
		fmt.Fprintf(&b, "It fails, and the first did not:\n    %s\n", strings.ReplaceAll(other.failure.text, "\n", "\n    "))
	}
	b.WriteString(x.suspects(other, n))
	x.result(Result{Failure: fmt.Sprintf("run %d is not like the first", n)})
	x.tb.Errorf("%s", b.String())
}

// suspects says what may be why the n-th run is the first that is not like the others.
func (x *explorer) suspects(other *run, n int) string {
	const chance = "the order of a range over a map, math/rand, crypto/rand, a select with two cases that are ready, " +
		"time.Now, an address that is printed or hashed, another goroutine, a runtime.AddCleanup or a finalizer"
	switch {
	case n > plainRuns+pausedRuns:
		return "Those before it have not collected the garbage: look for a runtime.AddCleanup, a finalizer, " +
			"a weak pointer, a sync.Pool."
	case n > plainRuns:
		return "Those before it have not paused between steps: look for another goroutine that main does not wait for, " +
			"for the computer's clock, as time.Now and time.After, or for a runtime.AddCleanup or a finalizer."
	case n == 2 && x.allAlike(other):
		return "All that came after it are like it: look for what is kept from one run to the next, as a variable of the " +
			"package, a sync.Once, a sync.Pool. If not that, it is what decides at random: " + chance + "."
	}
	return "Look for what decides at random: " + chance + "; or what is kept from one run to the next."
}
