package loop

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/timers"
)

// StuckError ends the run of a loop whose virtual clock can never move, because there is
// always something ready: a coroutine that polls with Sleep(co, 0), say, or a timer that
// sets itself again for now.
type StuckError struct {
	Iterations int           // so many the clock stood still for
	At         time.Duration // the loop's time
	Ran        []string      // the tasks and callbacks that ran in the last of them, the busiest first
}

func (e *StuckError) Error() string {
	return fmt.Sprintf("loop: stuck: the virtual clock has stood at %v for %d iterations, as something was always ready: %s",
		e.At, e.Iterations, strings.Join(e.Ran, ", "))
}

// StuckAfter is for how many iterations a virtual clock may stand still before the run ends
// with a *[StuckError]: 100 million if it is not given, which takes some seconds. With zero
// or less there is no end to it.
func StuckAfter(iterations int) Option { return func(o *options) { o.stuckAfter = iterations } }

// progress is how a loop with a virtual clock finds out that it is stuck.
type progress struct {
	left  int // iterations until somebody has to look
	after int // StuckAfter, zero for never
	spin  int // iterations after which the clock goes on all the same, zero for never, see SetSpin
	still int // of those, for how many it has stood still
	ran   map[string]int
}

const (
	defaultStuckAfter = 100_000_000
	observed          = 100 // iterations in which it is noted what runs
)

func newProgress(o options) progress {
	if o.virtual && o.stuckAfter > 0 {
		return progress{left: o.stuckAfter, after: o.stuckAfter}
	}
	return progress{left: math.MaxInt}
}

// moved notes that the virtual clock has moved, or may.
func (l *Loop) moved() {
	if p := &l.progress; p.after > 0 {
		p.still = 0
		if p.spin > 0 {
			l.lookAfter(p.spin)
		} else {
			l.lookAfter(p.after)
		}
		if p.ran != nil {
			l.observe(nil)
		}
	}
}

func (l *Loop) lookAfter(iterations int) {
	l.progress.left = iterations
	l.inbox.now = -1 // it counts through the same numbers again
}

// observe has it noted in ran what runs, until it is called with nil.
func (l *Loop) observe(ran map[string]int) {
	l.progress.ran = ran
	l.setAround()
}

// lookStuck is called when the clock has stood still for long. It first has the loop note
// what runs.
func (l *Loop) lookStuck() {
	if l.spinsOn() {
		return
	}
	p := &l.progress
	ran := p.ran
	if ran == nil {
		l.observe(make(map[string]int))
		l.lookAfter(observed)
		return
	}
	l.moved()
	names := slices.SortedFunc(maps.Keys(ran), func(a, b string) int {
		return cmp.Or(cmp.Compare(ran[b], ran[a]), cmp.Compare(a, b))
	})
	if more := len(names) - maxNamed; more > 0 {
		names = append(names[:maxNamed], fmt.Sprintf("and %d more", more))
	}
	l.abortWithReport("Stuck", &StuckError{p.after + observed, l.Time(), names})
}

// SetSpin has the clock go on to the next deadline if it has stood still for so many iterations. It
// is for package looptest: each iteration takes some time, on a clock that is not virtual.
func (w *wired) SetSpin(iterations int) {
	w.progress.spin = iterations
	w.loop().moved()
}

// spinsOn has the clock go on after a while, or waits for a timer to be set.
func (l *Loop) spinsOn() bool {
	p := &l.progress
	if p.spin == 0 || l.holdsStill() {
		return false
	}
	next, now := noLimit, l.Time()
	l.timers.Each(func(t *timers.Timer) {
		if when := t.When(); when > now {
			next = min(next, when)
		}
	})
	if next < noLimit {
		l.jump(next)
		return true
	}
	if p.still += p.spin; p.still >= p.after {
		return false
	}
	l.lookAfter(p.spin)
	return true
}

// named says in a word what an entry is.
func (l *Loop) named(entry sched.Entry) string {
	c, ok := entry.(*sched.Coroutine)
	if !ok {
		return l.subject(entry).String()
	}
	p := pendingTask(c)
	s := fmt.Sprintf("task %q", p.Task().Name())
	if f, ok := ownFrame(p.Stack(new(frames.Goroutines))); ok {
		s += fmt.Sprintf(" at %s:%d", f.File, f.Line)
	}
	return s
}

// abortWithReport ends the run with err. It tells the exception handler at once if that is
// the run of a main task: the cleanup that follows may take its time.
func (l *Loop) abortWithReport(message string, err error) {
	l.found = err
	l.abortWith(err)
	l.trouble(err)
	if l.runsMain {
		l.CallExceptionHandler(future.ErrorContext{Message: message, Err: err})
	}
}

// cancelMessage is what the cleanup cancels the tasks with: what was found, if it was.
func (l *Loop) cancelMessage() []string {
	if l.found == nil {
		return nil
	}
	text, _, _ := strings.Cut(l.found.Error(), "\n")
	return []string{text}
}

func (l *Loop) foundDeadlock() {
	l.abortWithReport("Deadlock", l.deadlock())
}
