package loop

import (
	"time"

	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/timers"
)

// What asyncio leaves open, a sched.Chooser settles, if there is one. Nobody chooses what is
// fixed: the ready queue is first in, first out, timers are in order of deadline. Each
// alternative is what CPython does for some heap of equal deadlines, some order of a set, and
// some time that each callback and step takes.

// choices is what the loop keeps for a Chooser.
type choices struct {
	earlier uint64 // the latest timer that was set before the clock came to where it is
	late    bool   // some of them came too late for the last iteration
	tied    *tied  // nil as long as nobody has chosen
}

// tied are timers with one deadline, in memory that is used again.
type tied struct {
	timers  []*timers.Timer
	entries []sched.Entry // what they run
	numbers []uint64
}

// promoteChosen is promote where somebody chooses. While something is ready, time may pass: a
// virtual clock goes on to the next deadline, and to the one after that.
func (l *Loop) promoteChosen() {
	for l.promoteTied() {
		if next := l.timers.Next(); next == nil || !l.mayPass() {
			return
		}
		if l.sched.Choose(sched.Choice{Kind: sched.Slow, N: 2}) == 0 {
			return
		}
		l.jump(l.timers.Next().When())
	}
}

// mayPass reports whether time may pass before what is ready runs.
func (l *Loop) mayPass() bool {
	return l.sched.Ready() > 0 && l.clock.virtual && l.steps == nil && !l.holdsStill()
}

// promoteTied moves the timers that are due. It reports false if some of them come too late for
// this iteration.
func (l *Loop) promoteTied() bool {
	now := l.Time()
	for next := l.timers.Next(); next != nil && next.When() <= now; next = l.timers.Next() {
		if l.tied == nil {
			l.tied = new(tied)
		}
		l.tied.timers = l.timers.AppendEarliest(l.tied.timers[:0])
		last := l.tied.timers[len(l.tied.timers)-1]
		mayBeLate := next.When() == now && l.timers.Number(last) <= l.earlier
		if l.late = !l.promoteInto(l.tied.timers, mayBeLate); l.late {
			return false
		}
	}
	return true
}

// promoteInto moves timers with one deadline in an order that is chosen. Those that are left may
// be late: their deadlines are equal by a clock that stands still, but by one that goes on each
// would be a little later than those that were set before. So none is late of which a later one
// was taken first, and one of them is what the clock has come here for.
func (l *Loop) promoteInto(left []*timers.Timer, mayBeLate bool) bool {
	first := !l.late
	for ; len(left) > 0; first = false {
		n := len(left)
		if mayBeLate && !first && l.sched.Ready() > 0 {
			n++
		}
		entries, numbers := l.describe(left)
		i := l.sched.Choose(sched.Choice{Kind: sched.Tie, N: n, Timers: entries, Numbers: numbers})
		if i == len(left) {
			return false
		}
		mayBeLate = mayBeLate && i == 0
		l.promoteTimer(left[i])
		copy(left[1:], left[:i])
		left = left[1:]
	}
	return true
}

func (l *Loop) describe(timers []*timers.Timer) (entries []sched.Entry, numbers []uint64) {
	entries, numbers = l.tied.entries[:0], l.tied.numbers[:0]
	for _, t := range timers {
		entries, numbers = append(entries, t.Run), append(numbers, l.timers.Number(t))
	}
	l.tied.entries, l.tied.numbers = entries, numbers
	return entries, numbers
}

func (l *Loop) promoteTimer(t *timers.Timer) {
	number := l.timers.Number(t)
	l.timers.Remove(t)
	l.sched.Push(t.Run)
	if l.sched.Events != nil {
		l.sched.Events.Clock(l.Time())
		l.tellPush(t.Run, events.ByTimer, number)
	}
}

// EachDeadline calls f for the deadline of every timer that is set, in no order that is of use. It
// is for package looptest.
func (w *wired) EachDeadline(f func(when time.Duration)) {
	w.timers.Each(func(t *timers.Timer) { f(t.When()) })
}
