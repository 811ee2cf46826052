package looptest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
	"github.com/ouro-loop/ouro/trace"
)

// An explorer runs main again and again.
type explorer struct {
	tb      testing.TB
	main    Main
	options options
	worker  worker
	workers *coro.Workers // of the loops
	name    string        // of the test
	number  int           // which of its explorations it is, from 1 on
	began   time.Time
	ran     int
	wanted  []*wanted

	record     []byte     // what is replayed, nil for nothing
	bubble     *testing.T // for one, nil for none
	outer      bool       // tb has failed
	stuckAfter int

	fuzzed     bool // it is one of many of a fuzzer
	goroutines int  // there were then

	err error // what FailEverywhere gives
}

// keptWorkers is for how many tasks at a time a run finds the stacks grown that those of the run before had.
const keptWorkers = 1000

// wanted is what is to be so in some run.
type wanted struct {
	what string // what there is to say if it never was
	was  bool
}

// numbers has how many explorations each test has begun, by its name.
var numbers sync.Map

func newExplorer(tb testing.TB, main Main, opts []Option) *explorer {
	tb.Helper()
	if main == nil {
		panic("looptest: a nil function to test")
	}
	if t, ok := tb.(*T); ok {
		panic(fmt.Sprintf("looptest: a run inside of a run of %s; call it with the test's own t, outside of main", t.Name()))
	}
	x := &explorer{tb: tb, name: tb.Name(), main: main, options: newOptions(opts), began: time.Now()}
	x.worker.begin = x.setLabel
	x.workers = coro.NewWorkers(keptWorkers)
	for _, n := range x.options.jobs.named {
		x.sometimes(n.missing(), false)
	}
	x.prepareBubble()
	x.outer, x.stuckAfter = tb.Failed(), livelock
	n, known := numbers.LoadOrStore(tb.Name(), new(int))
	x.number = *n.(*int) + 1
	*n.(*int) = x.number
	if !known {
		tb.Cleanup(func() { numbers.Delete(tb.Name()) })
	}
	return x
}

func (x *explorer) end() {
	x.tb.Helper()
	x.worker.stop()
	x.workers.Close()
	x.lookForGoroutines()
}

// once makes a run, and returns it when it has ended.
func (x *explorer) once(s search.Strategy) *run {
	s.Begin()
	r := newRun(x, s)
	x.execute(r)
	return r
}

func (x *explorer) execute(r *run) {
	if x.bubble != nil {
		x.worker.do(r.executeBubbled)
	} else {
		x.worker.do(r.execute)
	}
	r.over.Store(true)
	x.noteOuter(r)
}

// recorded is once, with what has happened.
func (x *explorer) recorded(s search.Strategy) *run {
	s.Begin()
	r := newRun(x, s)
	r.recorder, r.tells = trace.New(trace.Full()), true
	x.execute(r)
	return r
}

// replays runs the schedule that a flag gives, if there is one.
func (x *explorer) replays() bool {
	x.tb.Helper()
	text, which, ok := givenSchedule()
	if !ok {
		return false
	}
	if which != x.number {
		x.tb.Logf("looptest: not run: the schedule that was given is for exploration %d of the test", which)
		return true
	}
	s, err := schedule.Parse(text)
	if err != nil {
		x.tb.Fatalf("looptest: %v", err)
	}
	r := x.once(search.NewReplay(s))
	x.ran = 1
	switch {
	case r.drift != nil:
		x.tb.Errorf("looptest: the schedule %v is of another test, or of another version of it: %v", s, r.drift)
	case r.failed():
		x.report(r, s, "")
	default:
		x.pass(r)
		x.tb.Logf("looptest: the schedule %v passes", s)
	}
	return true
}

// pass takes what a run says that has not been one of many.
func (x *explorer) pass(r *run) {
	x.tb.Helper()
	switch {
	case r.skipped:
		x.tb.Skip(r.text())
	case r.failed():
		x.report(r, r.departed, "")
	case r.said.Len() > 0:
		x.tb.Log("\n" + r.text())
	}
}

func (x *explorer) explore() {
	x.tb.Helper()
	departures := search.NewDepartures(x.options.runs)
	usual := x.try(departures)
	if usual == nil {
		return
	}
	for !x.options.random && !departures.All() && !x.over(2) {
		if x.try(departures) == nil {
			return
		}
	}
	if !departures.All() {
		random := search.NewRandom(x.options.seed)
		for !x.over(1) {
			if x.try(random) == nil {
				return
			}
		}
	}
	x.passed(departures, usual)
}

// over reports whether a part of what there is to spend is spent.
func (x *explorer) over(part int) bool {
	return x.ran >= (x.options.runs+part-1)/part || time.Since(x.began) >= x.options.within/time.Duration(part)
}

// try makes a run by the next schedule. It returns nil if the exploration is over with it.
func (x *explorer) try(s search.Strategy) *run {
	x.tb.Helper()
	r := x.once(s)
	x.ran++
	switch {
	case r.skipped:
		x.tb.Skip(r.text())
	case errors.Is(r.drift, search.ErrDigest):
		x.tb.Errorf("looptest: run %d: %v", x.ran, r.drift)
		x.result(Result{Failure: r.drift.Error()})
	case r.drift != nil:
		x.tb.Errorf("looptest: run %d does not do the same as one before it with the same schedule: %v.\n"+
			"%s", x.ran, r.drift, unsteady)
		x.result(Result{Failure: r.drift.Error()})
	case r.failed():
		x.failed(r)
	default:
		return r
	}
	return nil
}

// unsteady is why a program does not do the same as before.
const unsteady = "Something else decides what the program does: time.Now, chance, the order of a range over a map, a goroutine, " +
	"or what is kept from one run to the next."

// failed reports that a schedule of many has failed.
func (x *explorer) failed(r *run) {
	x.tb.Helper()
	x.shrunk(r, fmt.Sprintf("run %d of at most %d", x.ran, x.options.runs))
}

// shrunk makes the schedule of r shorter, and reports it. Which says which run it is.
func (x *explorer) shrunk(r *run, which string) {
	x.tb.Helper()
	if len(r.departed) == 0 {
		x.report(r, r.departed, which+" fails, by the usual schedule")
		return
	}
	if r.failure.kind == "outer" {
		x.reportOuter(r)
		return
	}
	s := search.Shrink(r.departed, maxShrink, func(s schedule.Schedule) (schedule.Schedule, bool) {
		again := x.once(search.NewAttempt(s))
		return again.departed, again.failsAs(r)
	})
	if x.options.random || x.fuzzed {
		s = x.shorter(r, s)
	}
	x.report(r, s, fmt.Sprintf("%s fails, with %s from the usual schedule; %s enough",
		which, departures(len(r.departed)), count(len(s), "is", "are")))
}

// shorter is the first schedule by which main fails as in r of those that are tried in order, if it is
// shorter than s: that which is left of a long one need not be the shortest that there is.
func (x *explorer) shorter(r *run, s schedule.Schedule) schedule.Schedule {
	departures := search.NewDepartures(maxShrink)
	for range maxShrink {
		if departures.All() || departures.Complete() >= len(s)-1 {
			break
		}
		if other := x.once(departures); other.failsAs(r) && len(other.departed) < len(s) {
			return other.departed
		}
	}
	return s
}

// maxShrink is how many runs are made to make a schedule shorter.
const maxShrink = 1000

func departures(n int) string {
	if n == 1 {
		return "1 departure"
	}
	return fmt.Sprintf("%d departures", n)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// passed is the end of an exploration in which nothing has failed. It begins with the usual
// schedule again, which must do what it has done first.
func (x *explorer) passed(d *search.Departures, usual *run) {
	x.tb.Helper()
	if again := x.once(search.NewReplay(schedule.Schedule{})); again.failed() || again.choices != usual.choices {
		x.tb.Errorf("looptest: the usual schedule does not do the same a second time: %d choices, and %d the first time%s.\n"+
			"Something is kept from one run to the next.", again.choices, usual.choices, again.because())
		x.result(Result{Failure: "not the same a second time"})
		return
	}
	x.lookForWanted()
	if x.options.hostile {
		x.passedHostile()
		return
	}
	result := Result{All: d.All()}
	if !d.All() {
		result.Departures = d.Complete()
	}
	x.result(result)
	switch {
	case d.All() && d.Hits() > 0:
		x.tb.Logf("looptest: all schedules pass: %s, those left out come to states in which others have been", count(x.ran, "was run", "were run"))
	case d.All():
		x.tb.Logf("looptest: all %s", count(x.ran, "schedule passes, there is no other", "schedules pass"))
	case d.Complete() < 0:
		x.tb.Logf("looptest: %s", count(x.ran, "schedule passes", "schedules pass"))
	default:
		x.tb.Logf("looptest: %s, among them all with up to %s from the usual one",
			count(x.ran, "schedule passes", "schedules pass"), departures(d.Complete()))
	}
}

// lookForWanted fails the test for what never was.
func (x *explorer) lookForWanted() {
	x.tb.Helper()
	for _, w := range x.wanted {
		if !w.was {
			x.tb.Errorf("looptest: %s in %s", w.what, count(x.ran, "schedule", "schedules"))
		}
	}
}

func (r *run) because() string {
	if !r.failed() {
		return ""
	}
	return ", and it fails: " + r.failure.text
}

func (x *explorer) result(r Result) {
	if x.options.result != nil {
		r.Runs = x.ran
		*x.options.result = r
	}
}

func (x *explorer) sometimes(what string, ok bool) {
	i := slices.IndexFunc(x.wanted, func(w *wanted) bool { return w.what == what })
	if i < 0 {
		i = len(x.wanted)
		x.wanted = append(x.wanted, &wanted{what: what})
	}
	x.wanted[i].was = x.wanted[i].was || ok
}
