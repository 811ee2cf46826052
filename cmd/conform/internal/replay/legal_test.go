package replay_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/replay"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

var schedules = flag.Uint64("schedules", 1, "of each program in TestLegal")

// TestLegal: whatever is chosen, what asyncio has fixed stays as it is. It is seen from what a
// recorder was told, without the loop's own idea of order.
func TestLegal(t *testing.T) {
	programs := uint64(1000)
	if testing.Short() {
		programs = 50
	}
	for part := range uint64(4) {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			for n := part; n < programs; n += 4 {
				p := generator.Program(21, n, generator.All)
				for s := range *schedules {
					tr := recordChosen(p, rand.New(rand.NewPCG(n, s)))
					if at, wrong := illegal(tr); wrong != "" {
						t.Fatalf("program %d, schedule %d, event %d: %s\n%s\n%s", n, s, at, wrong, p.Listing(), tail(tr, at))
					}
				}
			}
		})
	}
}

// atRandom picks every alternative as often, but lets time pass only now and then: else it would
// always run on.
type atRandom struct{ *rand.Rand }

func (r atRandom) Choose(c sched.Choice) int {
	if c.Kind == sched.Slow && r.IntN(8) > 0 {
		return 0
	}
	return r.IntN(c.N)
}

func recordChosen(p *program.Program, random *rand.Rand) *trace.Trace {
	r := trace.New(trace.Full())
	replay.RunRecorded(p, sched.DefaultMaxHosted, r, func(l *loop.Loop) {
		(*sched.Scheduler)(l.Scheduler()).Chooser = atRandom{random}
	})
	return r.Trace()
}

// A legality is what is known of a run up to some event.
type legality struct {
	ready   []trace.Event // pushes of what has not run
	left    int64         // entries of this iteration that have not run
	timers  map[uint64]time.Duration
	due     []timer // that came since the last iteration
	clock   clock
	reading map[uint64]int    // of the clock, when each timer was set
	awaited map[uint32]uint64 // by task: the task that it waits for
	since   map[uint32]int    // and since which event
	done    uint64            // the task whose callbacks are being pushed
	woken   int               // the event since which the last of them waited
}

type timer struct {
	id   uint64
	when time.Duration
}

// illegal is the first event that asyncio could not have, and why.
func illegal(tr *trace.Trace) (at int, wrong string) {
	l := &legality{
		timers: map[uint64]time.Duration{}, reading: map[uint64]int{},
		awaited: map[uint32]uint64{}, since: map[uint32]int{},
	}
	for at, e := range tr.Events {
		if wrong := l.next(at, e); wrong != "" {
			return at, wrong
		}
	}
	if !l.clock.possible() {
		return len(tr.Events) - 1, "no clock reads so"
	}
	return 0, ""
}

func (l *legality) next(at int, e trace.Event) string {
	if e.Kind != trace.Push {
		l.done = 0
	}
	switch e.Kind {
	case trace.Push:
		l.ready = append(l.ready, e)
		switch e.Cause {
		case trace.ByTimer:
			return l.promoted(e)
		case trace.ByDone:
			return l.wakes(e)
		}
	case trace.Iterate:
		return l.iterate(e)
	case trace.Run:
		if e.What != trace.Eager {
			return l.run(e)
		}
	case trace.Timer:
		l.timers[e.Object] = time.Duration(e.Arg)
		l.reading[e.Object] = l.clock.read(e.Time)
	case trace.Untimer:
		delete(l.timers, e.Object)
	case trace.Await:
		delete(l.awaited, e.Task)
		if e.What == trace.OnTask {
			l.awaited[e.Task], l.since[e.Task] = e.Object, at
		}
	case trace.Done:
		l.done, l.woken = e.Object, -1
	}
	return ""
}

// promoted: no timer comes before one that is due earlier, or before its time.
func (l *legality) promoted(e trace.Event) string {
	id := uint64(e.Arg)
	when, set := l.timers[id]
	if !set {
		return fmt.Sprintf("timer %d is not set", id)
	}
	for other, earlier := range l.timers {
		if earlier < when {
			return fmt.Sprintf("timer %d, due at %v, comes before timer %d, due at %v", id, when, other, earlier)
		}
	}
	if when > e.Time {
		return fmt.Sprintf("timer %d, due at %v, comes at %v", id, when, e.Time)
	}
	if l.left > 0 {
		return fmt.Sprintf("timer %d comes in the middle of an iteration", id)
	}
	delete(l.timers, id)
	l.due = append(l.due, timer{id, when})
	return ""
}

// iterate: the iteration runs exactly what is ready.
func (l *legality) iterate(e trace.Event) string {
	if l.left > 0 {
		return fmt.Sprintf("the iteration before has %d entries left", l.left)
	}
	if l.left = e.Arg; int(l.left) != len(l.ready) {
		return fmt.Sprintf("%d entries are ready, and %d to be run", len(l.ready), l.left)
	}
	return l.late(e)
}

// late: of what is due, only what was set later than all that has come in time may be left.
func (l *legality) late(e trace.Event) string {
	now := l.clock.read(e.Time)
	latest := uint64(0)
	for i, t := range l.due {
		if i > 0 && l.due[i-1].when == t.when {
			l.clock.noSmaller(l.reading[l.due[i-1].id], l.reading[t.id])
		}
		if t.when == e.Time {
			l.clock.noSmaller(l.reading[t.id], now)
			latest = max(latest, t.id)
		}
	}
	l.due = l.due[:0]
	for late, when := range l.timers {
		switch {
		case when < e.Time:
			return fmt.Sprintf("timer %d was due at %v", late, when)
		case when == e.Time && late < latest:
			return fmt.Sprintf("timer %d is late, and timer %d, which was set later, is not", late, latest)
		case when == e.Time:
			l.clock.greater = append(l.clock.greater, [2]int{now, l.reading[late]})
		}
	}
	return ""
}

// run: what is ready runs in the order in which it was pushed. An entry has no number of its own,
// but is of some kind, and of some task.
func (l *legality) run(e trace.Event) string {
	if l.left == 0 {
		return "an entry runs that is of no iteration"
	}
	l.left--
	pushed := l.ready[0]
	l.ready = l.ready[1:]
	if pushed.What != e.What || pushed.What == trace.Step && pushed.Object != uint64(e.Task) {
		return fmt.Sprintf("%s of task %d runs, but %s of task %d was pushed before", e.What, e.Task, pushed.What, pushed.Object)
	}
	return ""
}

// wakes: those that wait for a task are woken in the order in which they have begun to.
func (l *legality) wakes(e trace.Event) string {
	task := uint32(e.Object)
	if e.What != trace.Step || l.done == 0 || l.awaited[task] != l.done {
		return ""
	}
	if l.since[task] < l.woken {
		return fmt.Sprintf("task %d is woken behind one that has waited for less time", task)
	}
	l.woken = l.since[task]
	return ""
}

// TestIllegal: the checks of TestLegal see what they are for.
func TestIllegal(t *testing.T) {
	next := func(may func(a, b trace.Event) bool) func(events []trace.Event, i int) bool {
		return func(events []trace.Event, i int) bool {
			if i+1 == len(events) || !may(events[i], events[i+1]) {
				return false
			}
			events[i], events[i+1] = events[i+1], events[i]
			return true
		}
	}
	both := func(a, b trace.Event, cause trace.Cause) bool {
		return a.Kind == trace.Push && b.Kind == trace.Push && a.Cause == cause && b.Cause == cause
	}
	for _, test := range []struct {
		name  string
		spoil func(events []trace.Event, i int) bool
		want  string
	}{
		{"first in, first out", next(func(a, b trace.Event) bool {
			return both(a, b, trace.ByCode) && a.What != b.What
		}), "was pushed before"},
		{"timers in order of deadline", next(func(a, b trace.Event) bool {
			return both(a, b, trace.ByTimer) && a.Time < b.Time
		}), "comes before timer"},
		{"callbacks in order of registration", next(func(a, b trace.Event) bool {
			return both(a, b, trace.ByDone) && a.What == trace.Step && b.What == trace.Step
		}), "is woken behind"},
		{"an iteration runs what was ready", next(func(a, b trace.Event) bool {
			return a.Kind == trace.Push && b.Kind == trace.Iterate
		}), "entries are ready"},
		{"what is late was set later", func(events []trace.Event, i int) bool {
			if events[i].Cause != trace.ByTimer {
				return false
			}
			iterated := false
			for j, e := range events[i+1:] {
				switch {
				case e.Kind == trace.Iterate:
					iterated = true
				case e.Cause == trace.ByTimer && iterated && e.Time == events[i].Time:
					other := &events[i+1+j]
					events[i].Arg, other.Arg = other.Arg, events[i].Arg
					return true
				}
			}
			return false
		}, "is late"},
		{"a clock only goes forward", func(events []trace.Event, i int) bool {
			later := slices.IndexFunc(events[i+1:], func(e trace.Event) bool { return e.Kind == trace.Timer })
			if events[i].Kind != trace.Timer || later < 0 {
				return false
			}
			other := &events[i+1+later]
			if events[i].Time != other.Time || events[i].Arg == other.Arg {
				return false
			}
			events[i].Object, other.Object = other.Object, events[i].Object
			events[i].Arg, other.Arg = other.Arg, events[i].Arg
			return true
		}, "no clock reads so"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for n := range uint64(300) {
				tr := recordChosen(generator.Program(21, n, generator.All), rand.New(rand.NewPCG(n, 0)))
				for i := range tr.Events {
					spoiled := *tr
					spoiled.Events = slices.Clone(tr.Events)
					if !test.spoil(spoiled.Events, i) {
						continue
					}
					if _, wrong := illegal(&spoiled); strings.Contains(wrong, test.want) {
						return
					}
				}
			}
			t.Error("nothing was seen")
		})
	}
}

// A loop that does run entries out of turn, as asyncio would not, is seen.
func TestOutOfTurnIsIllegal(t *testing.T) {
	found := 0
	for n := range uint64(50) {
		r := trace.New(trace.Full())
		replay.RunRecorded(generator.Program(21, n, generator.All), sched.DefaultMaxHosted, r, func(l *loop.Loop) {
			s := (*sched.Scheduler)(l.Scheduler())
			s.Chooser = atRandom{rand.New(rand.NewPCG(n, 0))}
			s.SetHostile(true)
		})
		if _, wrong := illegal(r.Trace()); strings.Contains(wrong, "was pushed before") {
			found++
		}
	}
	if found < 10 {
		t.Errorf("seen in %d of 50 programs", found)
	}
}
