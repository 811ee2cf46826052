package loop

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
)

// replay is what a tape has that is replayed.
type replay struct {
	*record.Record
	box        *box
	changed    string // what of the program is known to differ
	crossed    int    // so many checkpoints were the same
	endContext context.CancelCauseFunc
	last       sched.Entry        // that was taken
	run        *mainRun           // that the end of a context ends
	out        map[uint64]fetcher // jobs and channels that are waited for, by outKey
}

// A fetcher brings what has arrived for it when it was recorded, and gives the entry for it.
type fetcher interface {
	fetch(e record.Event) (sched.Entry, error)
}

func newReplay(o options) *replay {
	return &replay{box: newBox(), endContext: o.endContext, out: make(map[uint64]fetcher)}
}

func outKey(of record.Source, number uint64) uint64 { return number<<8 | uint64(of) }

// expectArrival has f bring what arrives for it.
func (t *tape) expectArrival(of record.Source, number uint64, f fetcher) {
	t.in.out[outKey(of, number)] = f
}

// next is the next event of the record, if it is of that kind and this is its place.
func (t *tape) next(k record.Kind) (e record.Event, ok bool) {
	if t.over {
		return e, false
	}
	next, ok := t.in.Event()
	if !ok || next.Kind != k || !t.isHere(next) {
		return e, false
	}
	return *next, true
}

func (t *tape) isHere(e *record.Event) bool {
	if e.Kind == record.Reading {
		return e.Place.Entries == t.entries
	}
	return e.Place == t.place()
}

// went goes on behind e, the next event.
func (t *tape) went(e record.Event) {
	t.at(&e)
	t.in.Next()
}

// expect is the next event, which must be of that kind, and here; else the program, which does
// what is said, parts from its record, and it is nil.
func (t *tape) expect(k record.Kind, does string) *record.Event {
	if t.over {
		return nil
	}
	e, ok := t.next(k)
	if !ok {
		t.part(does, frames.CallSite())
		return nil
	}
	t.went(e)
	return &e
}

// part ends the replay: the program does what the record does not have.
func (t *tape) part(does, site string) {
	if e, ok := t.in.Event(); ok {
		t.parted(t.describe(e), does, site)
		return
	}
	entry, ok := t.in.Entry()
	switch {
	case ok:
		t.parted(t.describeEntry(entry), does, site)
	case t.in.Cut:
		t.stop(fmt.Errorf("%w; it %s", ErrRecordEnds, t.after()))
	default:
		t.parted("the loop closed", does, site)
	}
}

// partAt is part where the record has e, which was taken from it.
func (t *tape) partAt(e record.Event, does string) { t.parted(t.describe(&e), does, frames.CallSite()) }

func (t *tape) parted(has, does, site string) {
	t.stop(&PartedError{Record: has, Program: does, Site: site, After: t.after(), Changed: t.in.changed})
}

// stop ends the replay with err.
func (t *tape) stop(err error) {
	if t.over {
		return
	}
	t.over, t.err = true, err
	t.loop.abortWith(err)
}

// after says up to where all was the same.
func (t *tape) after() string {
	if t.in.crossed == 0 {
		return fmt.Sprintf("up to here, after %d entries", t.entries)
	}
	c, _ := t.in.Checkpoint(t.in.crossed - 1)
	return fmt.Sprintf("at its checkpoint after %d entries at %v: iteration %d, %d ready, %d timers, %d tasks",
		c.Entries, c.Time, c.Iteration, c.Ready, c.Timers, c.Tasks)
}

// describe says what e is, for an error.
func (t *tape) describe(e *record.Event) string {
	what := ""
	switch e.Kind {
	case record.Reading:
		what = "a reading of the clock"
	case record.Due:
		what = "a timer that is due"
	case record.Arrival:
		what = e.Source.String()
		if e.Site != "" {
			what += " (" + e.Site + ")"
		}
	case record.Polled:
		what = "a descriptor that is ready"
	case record.Lost:
		what = "an error that nobody has asked for"
	case record.Stopped:
		what = "the end of a run by a Stop"
	case record.Value:
		what = "a value of Recorded"
	case record.Looked:
		what = "a look at " + e.Source.String()
	case record.Ended:
		what = "a context that has ended"
	}
	what += fmt.Sprintf(" at %v", e.Time)
	if n := e.Place.Entries - t.entries; e.Place.Entries > t.entries {
		what += fmt.Sprintf(", %d entries later", n)
	}
	return what
}

// describeEntry says what an entry is, for an error.
func (t *tape) describeEntry(e record.Entry) string {
	switch events.What(e.What) {
	case events.Step:
		return "a step of " + t.taskName(e.Task)
	case events.Call:
		return "a callback of CallSoon"
	case events.Timed:
		return "a callback of CallLater or CallAt"
	case events.Posted:
		return "a callback from outside"
	}
	return "something of the module's own"
}

func (t *tape) taskName(serial uint32) string {
	name := fmt.Sprintf("task number %d, which has ended,", serial)
	if serial > t.loop.sched.Created {
		name = fmt.Sprintf("task number %d, which does not exist", serial)
	}
	t.loop.eachName(func(s uint32, n string) {
		if s == serial {
			name = n
		}
	})
	return name
}

// replayEntry compares the entry that is taken with the record.
func (t *tape) replayEntry(e sched.Entry, got record.Entry) {
	t.cross(record.BeforeEntry)
	if t.over || t.missed() {
		return
	}
	if next, ok := t.in.Event(); ok && next.Place.Entries <= t.entries {
		t.goesOn(t.describe(next), e, got)
		return
	}
	switch want, ok := t.in.Entry(); {
	case !ok:
		t.part("goes on with "+t.describeEntry(got), standsAt(e))
	case want != got:
		t.goesOn(t.describeEntry(want), e, got)
	}
	t.in.last = e
}

// goesOn parts where the program goes on with an entry, and the record with something else.
func (t *tape) goesOn(has string, e sched.Entry, got record.Entry) {
	does, site := "goes on with "+t.describeEntry(got), standsAt(e)
	if last := t.in.last; last != nil {
		does += " after " + t.describeEntry(recordEntryOf(last))
		if site == "" {
			site = standsAt(last)
		}
	}
	t.parted(has, does, site)
}

// recordEntryOf is what a record has of e.
func recordEntryOf(e sched.Entry) record.Entry {
	return record.Entry{What: uint8(sched.WhatIs(e)), Task: sched.SerialOf(e)}
}

// missed reports whether there is something that the last entry should have done, and has not. The
// replay has ended then.
func (t *tape) missed() bool {
	next, ok := t.in.Event()
	if !ok || next.Place.Entries > t.entries || !next.Kind.Done() {
		return false
	}
	last := t.in.last
	if last == nil {
		t.parted(t.describe(next), "begins without it", "")
		return true
	}
	t.parted(t.describe(next), "has run "+t.describeEntry(recordEntryOf(last))+" without it", standsAt(last))
	return true
}

// standsAt is the program's line at which the task of a step waits, or where it begins.
func standsAt(e sched.Entry) string {
	c, ok := e.(*sched.Coroutine)
	if !ok {
		return ""
	}
	for _, f := range recorded(c).Task().Stack() {
		if frames.IsUser(f.File) {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
	}
	return ""
}

// cross compares the loop with a checkpoint, if here is one.
func (t *tape) cross(m record.Moment) {
	for !t.over && t.in.crossed < t.in.Checkpoints() {
		want, passed := t.in.Checkpoint(t.in.crossed)
		if !passed || want.Entries != t.entries || want.Moment != m {
			return
		}
		if got := t.checkpoint(m); got != want {
			t.parted(differences(want, got), "stands differently", "")
			return
		}
		t.in.crossed++
	}
}

// differences says how a checkpoint of the record differs.
func differences(want, got record.Checkpoint) string {
	for _, d := range []struct {
		what      string
		want, got uint64
	}{
		{"iterations", want.Iteration, got.Iteration},
		{"entries that are ready", uint64(want.Ready), uint64(got.Ready)},
		{"timers", uint64(want.Timers), uint64(got.Timers)},
		{"tasks", uint64(want.Tasks), uint64(got.Tasks)},
	} {
		if d.want != d.got {
			return fmt.Sprintf("a checkpoint with %d %s instead of %d", d.want, d.what, d.got)
		}
	}
	return "a checkpoint after other events"
}

// runReplayed runs an entry, unless the replay has ended with it.
func (l *Loop) runReplayed(e sched.Entry) {
	t := l.tape
	if t.over {
		return
	}
	defer t.lookStopped()
	l.runLooked(e)
}

// lookStopped ends the run if somebody outside has stopped it here.
func (t *tape) lookStopped() {
	if _, ok := t.next(record.Stopped); ok {
		t.loop.stopping.Or(stopAsked)
	}
}

// waited takes the place of a wait of a loop with a tape, and reports whether it has.
func (t *tape) waited(limit time.Duration) bool {
	if t.in == nil {
		if limit > 0 {
			t.rests()
		}
		return false
	}
	t.bring()
	if limit == 0 || t.loop.sched.Ready() > 0 {
		return true
	}
	t.loop.tellWait()
	t.cross(record.BeforeWait)
	t.lookStopped()
	if t.over || t.loop.ending() {
		return true
	}
	if e, ok := t.in.Event(); ok && (e.Kind == record.Due || e.Kind == record.Lost) && t.isHere(e) {
		return true // for the next steps of the loop
	}
	if !t.missed() {
		t.part("has nothing to do", "")
	}
	return true
}

// bring replays what arrives here, and which descriptors are ready.
func (t *tape) bring() {
	for before := -1; before != t.loop.sched.Ready(); {
		before = t.loop.sched.Ready()
		t.arrivals()
		t.polls()
	}
}

// arrivals replays what arrives here.
func (t *tape) arrivals() {
	for e, ok := t.next(record.Arrival); ok; e, ok = t.next(record.Arrival) {
		entry, err := t.arrive(e)
		if err != nil {
			t.partAt(e, "has "+err.Error())
			return
		}
		t.went(e)
		t.loop.sched.Push(entry)
		if t.loop.sched.Events != nil {
			t.loop.tellPush(entry, events.Outside, 0)
		}
	}
}

// arrive gives the entry that has arrived.
func (t *tape) arrive(e record.Event) (sched.Entry, error) {
	l := t.loop
	switch e.Source {
	case record.Job, record.Channel:
		key := outKey(e.Source, e.Number)
		f := t.in.out[key]
		delete(t.in.out, key)
		if f == nil {
			return nil, fmt.Errorf("none: number %d is not waited for", e.Number)
		}
		return f.fetch(e)
	case record.Signal:
		for sig, w := range l.signals {
			if sig.String() == e.Site {
				return w, nil
			}
		}
		return nil, fmt.Errorf("no handler for it")
	case record.Interrupt:
		if w := l.signals[os.Interrupt]; w != nil && w.runner != nil {
			w.runner.received++
			return interrupt{w.runner, e.Number == 1}, nil
		}
		return nil, fmt.Errorf("no Runner that handles it")
	case record.Context:
		if t.in.run == nil {
			return nil, fmt.Errorf("no main task")
		}
		t.in.endContext(returned(e.Data))
		return t.ownPost(t.in.run.contextEnded), nil
	case record.Nothing:
		return t.ownPost(func() {}), nil
	}
	return t.in.box.take(arrival{source: e.Source, number: e.Number, site: e.Site})
}

// ownPost is an entry as CallSoonThreadsafe makes one.
func (t *tape) ownPost(f func()) sched.Entry {
	h := t.loop.inbox.giveOut(t.loop)
	h.p.fn = f
	return h.p
}

// wasCanceled reports whether the function of CallSoonThreadsafe or Submit that runs now was canceled.
func (t *tape) wasCanceled(from record.Source) bool {
	e, ok := t.next(record.Looked)
	if ok = ok && e.Source == from; ok {
		t.went(e)
	}
	return ok
}

// polled notes that a descriptor is ready.
func (t *tape) polled(d *descriptor, write bool) {
	n := d.number << 1
	if write {
		n |= 1
	}
	t.note(record.Event{Kind: record.Polled, Number: n, Time: t.real()})
}

// polls replays which descriptors are ready.
func (t *tape) polls() {
	for e, ok := t.next(record.Polled); ok; e, ok = t.next(record.Polled) {
		found := false
		for fd, d := range t.loop.watched() {
			if d.number == e.Number>>1 && *d.slot(e.Number&1 == 1) != nil {
				t.went(e)
				t.loop.readyDescriptor(fd, d, e.Number&1 == 1)
				found = true
				break
			}
		}
		if !found {
			t.partAt(e, "does not watch it")
		}
	}
}

// endedBefore reports whether ctx had ended when a run began.
func (t *tape) endedBefore(ctx context.Context) bool {
	switch {
	case t == nil || t.over:
		return ctx.Err() != nil
	case t.in == nil:
		if ctx.Err() == nil {
			return false
		}
		t.note(record.Event{Kind: record.Ended, Data: record.Encode(struct{}{}, context.Cause(ctx))})
		return true
	}
	e, ok := t.next(record.Ended)
	if ok {
		t.went(e)
		t.in.endContext(returned(e.Data))
	}
	return ok
}

// reportLost reports the errors that the garbage collector has found.
func (l *Loop) reportLost() {
	t := l.tape
	switch {
	case t == nil || t.over && t.in == nil:
		l.unretrieved.ReportLost(l.reportUnretrieved)
	case t.in == nil:
		l.unretrieved.ReportLost(func(n *unretrieved.Note) {
			t.note(record.Event{Kind: record.Lost, Number: uint64(n.Number)})
			l.reportUnretrieved(n)
		})
	default:
		t.replayLost()
	}
}

func (t *tape) replayLost() {
	for e, ok := t.next(record.Lost); ok; e, ok = t.next(record.Lost) {
		n := t.loop.unretrieved.Numbered(uint32(e.Number))
		if n == nil {
			t.partAt(e, "has none that is lost")
			return
		}
		t.went(e)
		n.Report(t.loop.reportUnretrieved)
	}
}

// replayEnds is told that the loop is closed.
func (t *tape) replayEnds() {
	if _, ok := t.in.Event(); ok {
		t.part("is closed", "")
		return
	}
	if entry, ok := t.in.Entry(); ok {
		t.parted(t.describeEntry(entry), "is closed", "")
		return
	}
	t.cross(record.BeforeClose)
}
