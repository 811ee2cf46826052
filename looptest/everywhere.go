package looptest

import (
	"fmt"
	"math"
	"testing"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
)

// CancelEverywhere runs main by the usual schedule, and then once for every moment at which a
// cancellation may meet one of its tasks, which is canceled there: before its first step, so that it
// never begins; and of each time that it waits, as soon as it does, and when it was woken and has
// yet to run, where what it was given is easily lost. Main's own task is one of them.
//
// The error that main returns then is not judged, which as a rule is the cancellation. All else
// is: what [T.Finally] and [T.Always] look at, deadlocks, panics, what is reported to the exception
// handler, and what is left behind. So what must hold in any case belongs into Finally, and what main
// requires behind a wait, it should require only if that has returned no error.
//
// There is no limit of time, unless [Within] is given.
func CancelEverywhere(tb testing.TB, main Main, opts ...Option) {
	tb.Helper()
	everywhere(tb, main, opts, schedule.Cancel, nil)
}

// TimeoutEverywhere is [CancelEverywhere] with a time limit in place of the cancellation: as if
// the call that waits were in a [coro.Timeout] of its own, which expires as soon as the task waits, or
// when it was woken and has yet to run. So what is waited for is canceled, and the wait ends
// with a *future.TimeoutError, unless what is waited for has kept the cancellation to itself.
//
// [coro.Timeout]: https://pkg.go.dev/github.com/ouro-loop/ouro/coro#Timeout
func TimeoutEverywhere(tb testing.TB, main Main, opts ...Option) {
	tb.Helper()
	everywhere(tb, main, opts, schedule.Expire, nil)
}

// FailEverywhere is [CancelEverywhere] with a failure in place of the cancellation: each time that a
// task waits for something that can fail, and that comes with a result, the task is given err in
// place of it. What can fail is a task, a future of the program's own, that of a Gather, of a
// Shield or of an executor, and what was handed to a thread or a goroutine. A sleep cannot, nor
// can a lock, nor a group that waits for its tasks. What is waited for has had its result, and
// whoever else waits for it gets that.
//
// A program that waits for nothing that can fail, fails the test.
func FailEverywhere(tb testing.TB, err error, main Main, opts ...Option) {
	tb.Helper()
	if err == nil {
		panic("looptest: FailEverywhere with a nil error")
	}
	everywhere(tb, main, opts, schedule.Fail, err)
}

// nouns are what is done to tasks, once and often.
var nouns = map[schedule.Kind][2]string{
	schedule.Cancel: {"cancellation", "cancellations"},
	schedule.Expire: {"timeout", "timeouts"},
	schedule.Fail:   {"failure", "failures"},
}

// A point is a moment at which something is done, and that moment in words.
type point struct {
	what schedule.Departure
	text string
}

func everywhere(tb testing.TB, main Main, opts []Option, kind schedule.Kind, err error) {
	tb.Helper()
	x := newExplorer(tb, main, append([]Option{Within(math.MaxInt64)}, opts...))
	x.err = err
	defer x.end()
	if x.replays() {
		return
	}
	points, ok := x.points(kind)
	if !ok {
		return
	}
	if len(points) == 0 {
		x.tb.Errorf("looptest: main waits for nothing that can fail, so nothing is tested")
		x.result(Result{Failure: "nothing can fail"})
		return
	}
	for n, p := range points {
		if x.over(1) {
			x.passedEverywhere(points[:n], len(points))
			return
		}
		if !x.tryPoint(p, len(points)) {
			return
		}
	}
	x.passedEverywhere(points, len(points))
}

// points are all moments at which something of a kind can be done, if the usual schedule passes.
func (x *explorer) points(kind schedule.Kind) (points []point, ok bool) {
	x.tb.Helper()
	s := search.NewReplay(schedule.Schedule{})
	s.Begin()
	r := newRun(x, s)
	r.debug = true
	r.collect = func(m moment) {
		if m.allows(kind) {
			points = append(points, point{m.departure(kind), m.String()})
		}
	}
	x.execute(r)
	x.ran++
	x.pass(r)
	return points, !r.failed()
}

// tryPoint reports whether the run with p passes, one of so many.
func (x *explorer) tryPoint(p point, of int) bool {
	x.tb.Helper()
	s := schedule.Schedule{p.what}
	r := x.once(search.NewReplay(s))
	x.ran++
	switch {
	case r.skipped:
		x.tb.Skip(r.text())
	case r.drift != nil:
		x.tb.Errorf("looptest: run %d does not do the same as the first up to %v %s: %v.\n%s", x.ran, p.what.Kind, p.text, r.drift, unsteady)
		x.result(Result{Failure: r.drift.Error()})
	case r.failed():
		x.report(r, s, fmt.Sprintf("run %d of %d fails, with %v %s", x.ran, of+1, p.what.Kind, p.text))
	default:
		return true
	}
	return false
}

// passedEverywhere is the end of runs in which nothing has failed.
func (x *explorer) passedEverywhere(points []point, of int) {
	x.tb.Helper()
	x.lookForWanted()
	tasks, waits := map[int]bool{}, map[[2]int]bool{}
	for _, p := range points {
		tasks[p.what.At] = true
		if p.what.N > 0 {
			waits[[2]int{p.what.At, p.what.N}] = true
		}
	}
	n, noun := len(points), nouns[points[0].what.Kind]
	what := count(n, noun[0]+" passes", noun[1]+" pass")
	if n < of {
		what = fmt.Sprintf("the first %d of %d %s pass", n, of, noun[1])
	}
	x.result(Result{All: n == of})
	x.tb.Logf("looptest: %s: %s, %s", what, count(len(tasks), "task", "tasks"), count(len(waits), "wait", "waits"))
}
