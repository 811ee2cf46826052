package loop

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
)

// A tape is what enters a loop from outside, in order, with the place in the run where it does. It
// is recorded, or replayed; what does one and not the other is in files of their own. It belongs to
// the loop's goroutine.
//
// It is a clock, too, which stands in front of the loop's own: what the program reads of it is on
// the tape. What the loop itself reads is not: only that timers were due, and when.
type tape struct {
	loop *Loop
	own  Clock          // the loop's, nil for the computer's
	out  *record.Writer // nil in a replay
	in   *replay        // nil while it is recorded
	over bool           // nothing more is recorded, or replayed,
	err  error          // because of this

	now       time.Duration // the last that is on the tape
	saved     time.Duration // when the last block was written
	entries   uint64        // taken so far
	iteration uint64
	hash      uint64 // of all that has happened

	// The numbers of what was sent out last, in the order of the program.
	jobs, channels, wrapped, descriptors uint64
}

// newTape is the tape that the options ask for, nil for none. It takes the place of the clock.
func newTape(l *Loop, o options) *tape {
	t := &tape{loop: l, own: l.clock.own}
	switch {
	case o.recordTo != nil:
		l.clock.epoch = l.clock.epoch.Round(0) // a replay cannot have its monotonic reading
		h := record.NewHeader()
		h.Seed, h.Options = l.chance.seed, o.described()
		h.SetEpoch(l.clock.epoch)
		t.out = record.NewWriter(o.recordTo, h)
	case o.replayFrom != nil:
		t.in = newReplay(o)
		in, err := record.Read(o.replayFrom)
		if err != nil {
			t.over, t.err = true, fmt.Errorf("%w: %w", ErrNoRecord, err)
			t.in.Record = new(record.Record) // of which nothing is asked
			break
		}
		t.in.Record = in
		now := record.NewHeader()
		now.Options = o.described()
		t.in.changed = in.Header.Differences(now)
		l.chance.seed = in.Header.Seed
		l.clock.epoch = in.Header.EpochTime()
		l.inbox.hold(t.in.box)
	default:
		return nil
	}
	l.clock.own, l.clock.special = t, true
	l.sched.SetTape(t)
	return t
}

// replays reports whether the loop is a replay. It is asked by other goroutines, too.
func (l *Loop) replays() bool { return l.tape != nil && l.tape.in != nil }

// Time is a reading of the program's.
func (t *tape) Time() time.Duration {
	switch {
	case t.in != nil:
		if e := t.expect(record.Reading, "reads the clock"); e != nil {
			t.now = e.Time
		}
		return t.now
	case t.over:
		return t.real()
	}
	t.note(record.Event{Kind: record.Reading, Time: t.real()})
	return t.now
}

// look is the time for what the loop itself does, which is not on the tape.
func (t *tape) look() time.Duration {
	if t.in != nil {
		return t.now
	}
	return t.real()
}

// real is the time by the loop's own clock, and never before what is on the tape.
func (t *tape) real() time.Duration {
	if t.own != nil {
		return max(t.own.Time(), t.now)
	}
	return time.Since(t.loop.clock.start)
}

// SleepTime is for how long the loop waits. A replay does not, but comes to know there that it
// would.
func (t *tape) SleepTime(when time.Duration) time.Duration {
	switch {
	case t.in != nil:
		return noLimit
	case t.own != nil:
		return t.own.SleepTime(when)
	}
	return when - t.look()
}

// place is where the run is.
func (t *tape) place() record.Place {
	return record.Place{Entries: t.entries, Ready: t.loop.sched.Ready()}
}

// due is the time at which the timers are due that are moved now, and false if none is.
func (t *tape) due() (now time.Duration, ok bool) {
	switch {
	case t.in != nil:
		if e, ok := t.next(record.Due); ok {
			t.went(e)
			return t.now, true
		}
		return 0, false
	case t.over:
		return t.real(), true
	}
	now = t.real()
	if now < t.loop.timers.Next().When() {
		return 0, false
	}
	t.note(record.Event{Kind: record.Due, Time: now})
	return now, true
}

// Take is told of every entry that is taken, before it runs; begins is that of an iteration.
func (t *tape) Take(e sched.Entry, begins bool) {
	if t.over || e == nil { // which is put back
		return
	}
	if begins {
		t.iteration++
	}
	entry := recordEntryOf(e)
	if t.in != nil {
		t.replayEntry(e, entry)
	} else {
		t.recordEntry(entry)
	}
	t.entries++
	t.hash = events.Mix(t.hash, uint64(entry.What)|uint64(entry.Task)<<8)
}

// at goes on to the event e.
func (t *tape) at(e *record.Event) {
	t.now = e.Time
	if r := t.loop.sched.Events; r != nil {
		r.Clock(t.now) // here, and not where it is read: a replay waits at other points
	}
	t.hash = events.Mix(t.hash, uint64(e.Kind)|uint64(e.Source)<<8|e.Number<<16)
	t.hash = events.Mix(t.hash, uint64(e.Time))
}

// checkpoint is how the loop stands at this moment.
func (t *tape) checkpoint(m record.Moment) record.Checkpoint {
	return record.Checkpoint{
		Entries: t.entries, Iteration: t.iteration, Ready: t.loop.sched.Ready(),
		Timers: t.loop.timers.Len(), Tasks: t.loop.sched.Count(), Hash: t.hash, Time: t.now, Moment: m,
	}
}

// stopped tells that a Stop has ended a run.
func (t *tape) stopped() {
	switch {
	case t.in != nil:
		t.expect(record.Stopped, "has ended a run with a Stop")
	default:
		t.note(record.Event{Kind: record.Stopped})
	}
}

// looked is what was seen of something that other goroutines may change at any time: what see
// says, or what it said when it was recorded.
func (t *tape) looked(of record.Source, what string, see func() bool) bool {
	if t.in == nil {
		n := uint64(0)
		if see() {
			n = 1
		}
		t.note(record.Event{Kind: record.Looked, Source: of, Number: n})
		return n == 1
	}
	e := t.expect(record.Looked, what)
	return e != nil && e.Number == 1
}

// refused is the error of an executor that has refused a job, nil in a replay if none has.
func (t *tape) refused(err error) error {
	if t.in == nil {
		t.note(record.Event{Kind: record.Looked, Source: record.Job, Data: record.Encode(struct{}{}, err)})
		return err
	}
	if e, ok := t.next(record.Looked); ok && e.Source == record.Job {
		t.went(e)
		return returned(e.Data)
	}
	return nil
}

// returned is the error in data.
func returned(data []byte) error {
	_, err, failed := record.Decode[struct{}](data)
	if failed != nil {
		return failed
	}
	return restored(err)
}

// restored makes those errors of this module's of what is left of them that programs ask
// errors.As for.
func restored(err error) error {
	if e, ok := err.(*record.Error); ok && e.Type == "*future.PanicError" {
		return &future.PanicError{Value: e}
	}
	return err
}
