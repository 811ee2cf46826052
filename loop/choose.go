package loop

import (
	"slices"
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
	late    bool   // some timers came too late for the last iteration
	arrive  bool   // the Chooser is asked what arrives before an entry is put into the ready queue

	*chosenSoFar // nil until somebody chooses
}

type chosenSoFar struct {
	readings
	given   map[uint64]bool // timers whose deadline the program has given
	tied    []*timers.Timer // to be used again
	entries []sched.Entry   // what they run
	numbers []uint64
}

func (l *Loop) keepChosen() {
	if l.chosenSoFar == nil {
		l.chosenSoFar = &chosenSoFar{given: make(map[uint64]bool)}
	}
}

// promoteChosen is promote where somebody chooses. While something is ready, time may pass: a
// virtual clock goes on to the next deadline, and to the one after that.
func (l *Loop) promoteChosen() {
	l.keepChosen()
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
		l.tied = l.timers.AppendEarliest(l.tied[:0])
		if l.late = !l.promoteInto(l.tied, next.When() == now && l.mayBeLate(l.tied)); l.late {
			return false
		}
	}
	if l.timers.Next() == nil {
		l.readings.forget()
		clear(l.given)
	}
	return true
}

// mayBeLate reports whether some timers with the present time as their deadline may come too late.
// None was set at this time: those would say that the clock has come to where they are late. And
// what the program has given as a deadline is not by how much the clock has gone on.
func (l *Loop) mayBeLate(tied []*timers.Timer) bool {
	return l.timers.Latest() == l.earlier &&
		!slices.ContainsFunc(tied, func(t *timers.Timer) bool { return l.given[l.timers.Number(t)] })
}

// noteGiven notes that the program has given the deadline of t.
func (l *Loop) noteGiven(t *timers.Timer) {
	l.keepChosen()
	l.given[l.timers.Number(t)] = true
}

// promoteInto moves timers with one deadline in an order that is chosen. Those that are left may
// be late: their deadlines are equal by a clock that stands still, but by one that goes on they
// may be a little later than those that were set before. One of them is what the clock has come
// here for.
func (l *Loop) promoteInto(tied []*timers.Timer, mayBeLate bool) bool {
	var latest uint64 // of those that are moved
	for first := !l.late; len(tied) > 0; first = false {
		next := l.exchangeable(tied)
		goneOn, ok := l.readings.mayGoOn(latest, l.timers.Number(tied[0]))
		l.describe(next)
		c := sched.Choice{Kind: sched.Tie, N: len(next), Timers: l.entries, Numbers: l.numbers}
		if mayBeLate && !first && ok && l.sched.Ready() > 0 {
			c.N++
		}
		i := l.sched.Choose(c)
		if i == len(next) {
			if latest > 0 {
				l.readings.wentOn(goneOn)
			}
			return false
		}
		if i > 0 {
			l.readings.stoodStill(l.timers.Number(tied[0]), l.timers.Number(tied[i]))
		}
		latest = max(latest, l.timers.Number(tied[i]))
		l.promoteTimer(tied[i])
		copy(tied[1:], tied[:i])
		tied = tied[1:]
	}
	return true
}

// exchangeable are those of timers with one deadline, in the order in which they were set, that
// may have the deadline of the first by a clock that goes on.
func (l *Loop) exchangeable(tied []*timers.Timer) []*timers.Timer {
	end := l.readings.goneOnAfter(l.timers.Number(tied[0]))
	n := 1
	for n < len(tied) && l.timers.Number(tied[n]) < end {
		n++
	}
	return tied[:n]
}

func (l *Loop) describe(tied []*timers.Timer) {
	l.entries, l.numbers = l.entries[:0], l.numbers[:0]
	for _, t := range tied {
		l.entries, l.numbers = append(l.entries, t.Run), append(l.numbers, l.timers.Number(t))
	}
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

// A readiness is what a descriptor is ready for.
type readiness struct {
	fd    int
	d     *descriptor
	write bool
}

// pollChosen is pollDescriptors where somebody chooses: the order in which descriptors are found ready
// is the kernel's.
func (l *Loop) pollChosen() error {
	var found []readiness
	err := l.pollInto(func(fd int, d *descriptor, write bool) { found = append(found, readiness{fd, d, write}) })
	slices.SortStableFunc(found, func(a, b readiness) int { return a.fd - b.fd })
	sched.Walk(&l.sched, found)
	for _, r := range found {
		l.readyDescriptor(r.fd, r.d, r.write)
	}
	return err
}

// EachDeadline calls f for the deadline of every timer that is set, in no order that is of use. It
// is for package looptest.
func (w *wired) EachDeadline(f func(when time.Duration)) {
	w.timers.Each(func(t *timers.Timer) { f(t.When()) })
}

// ClockState is a number for what has been chosen of the clock, as far as it settles what may be
// chosen of timers with these numbers, which are all that are set, in order. It is for package
// looptest.
func (w *wired) ClockState(numbers []uint64) uint64 {
	l := w.loop()
	l.keepChosen()
	state := uint64(1)
	if l.late {
		state = 2
	}
	if l.timers.Latest() != l.earlier {
		state += 2
	}
	for i := 1; i < len(numbers); i++ {
		state = events.Mix(state, l.readings.between(numbers[i-1], numbers[i]))
	}
	return state
}

// SetArrivals says whether sched.Jobs is asked what arrives in the middle of a step. It is for package
// looptest.
func (w *wired) SetArrivals(on bool) {
	l := w.loop()
	l.arrive = on
	l.setWatchful()
}
