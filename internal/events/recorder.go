package events

import (
	"slices"
	"strings"
	"time"
)

// Recorder keeps the events of one loop: the last ones in a ring, or all of them. Its
// methods are for the loop's goroutine, or for who owns the loop while it does not run.
type Recorder struct {
	ring []Event // its length is a power of two
	n    uint64  // events so far, of the ring

	pushed, taken uint64   // entries
	ahead         []uint64 // the numbers of those that are next, if they are not taken in order
	lastTask      uint32   // the greatest serial
	now           time.Duration
	settling      bool // callbacks of a future that is done are being pushed

	texts  []text // a ring as well, see texted
	ntexts uint64

	full    bool
	all     []Event  // in place of the ring
	details []Detail // one for each of all
	shared  shared

	// BeforeEvent, if it is set and all is kept, is called before each event, with the task
	// that has run until then. It may Note something.
	BeforeEvent func(task uint32)

	// OnEvent, if it is set and all is kept, is called after each event.
	OnEvent func()

	// OnTrouble, if it is set, is called when there is something that the recorded events
	// may explain.
	OnTrouble func(what string)

	// Guests is for how many the recorder was made who look for a while, and of whom the last
	// takes it off the loop; zero for one of the program's.
	Guests int

	// Current is the task that runs, zero for none, once the recorder is with a loop.
	Current func() uint32

	// Names gives the present names of the tasks that have not ended, once the recorder is
	// with a loop.
	Names func(yield func(serial uint32, name string))
}

// A text belongs to an event, as few have one.
type text struct {
	event uint64 // its number, from 0 on
	text  string
}

// Detail is what is noted of an event where all is.
type Detail struct {
	Name  string   // of a Spawn: the task's; of Done and Cancel: what the future is, if it is no task's
	Text  string   // what it is about
	Site  string   // the program's line, file:line
	Tasks []uint32 // who could end the wait
	State any      // of a Hold: what the thing looks like now
}

// Init makes r a recorder of the last events, at least so many.
func (r *Recorder) Init(last int) {
	size := 16
	for size < last {
		size *= 2
	}
	r.ring = make([]Event, size)
	r.texts = make([]text, size/4)
}

// InitFull makes r a recorder of all events, with details.
func (r *Recorder) InitFull() { r.full = true }

// Made reports whether r was made by Init or InitFull.
func (r *Recorder) Made() bool { return r.ring != nil || r.full }

// Full reports whether details are wanted: then Explain is to follow an event.
func (r *Recorder) Full() bool { return r.full }

// Begin tells that r is with a loop from now on, in whose ready queue there are so many
// entries.
func (r *Recorder) Begin(now time.Duration, ready int) {
	r.now = now
	r.pushed = r.taken + uint64(ready)
}

// Entries is the number of the next entry that is taken, and that of the one that is
// pushed next.
func (r *Recorder) Entries() (next, pushed uint64) { return r.taken + 1, r.pushed + 1 }

// record writes an event to its place, field by field: to make one and to copy it takes twice
// as long.
func (r *Recorder) record(kind Kind, what What, cause Cause, task uint32, entry, object uint64, arg int64) {
	if r.full {
		r.keep(Event{kind, what, cause, task, entry, object, arg, r.now})
		return
	}
	e := &r.ring[r.n&uint64(len(r.ring)-1)]
	r.n++
	e.Kind, e.What, e.Cause, e.Task = kind, what, cause, task
	e.Entry, e.Object, e.Arg, e.Time = entry, object, arg, r.now
}

// keep is record where all is kept.
func (r *Recorder) keep(e Event) {
	if e.Kind != Hold {
		task := r.before(e)
		r.look(task)
		if r.BeforeEvent != nil {
			r.BeforeEvent(task)
		}
	}
	r.all = append(r.all, e)
	r.details = append(r.details, Detail{})
	if r.OnEvent != nil {
		r.OnEvent()
	}
}

// before is the task that ran until e: what begins with e has changed nothing yet.
func (r *Recorder) before(e Event) uint32 {
	switch e.Kind {
	case Run, Iterate, Wait:
		if n := len(r.all); n > 0 {
			return r.all[n-1].Task
		}
	}
	return e.Task
}

// Explain gives the last event its details, where they are wanted. They are made before the
// event if that calls what is the program's.
func (r *Recorder) Explain(d Detail) {
	if r.full {
		r.details[len(r.details)-1] = d
	}
}

// texted gives the next event a text.
func (r *Recorder) texted(s string) {
	if r.full {
		return // Explain does it
	}
	r.texts[r.ntexts&uint64(len(r.texts)-1)] = text{r.n, s}
	r.ntexts++
}

// Clock sets the loop's time, which all events have until it is set again: whoever reads
// the clock anyway sets it.
func (r *Recorder) Clock(now time.Duration) { r.now = now }

// Iterate: an iteration begins to run n entries.
func (r *Recorder) Iterate(n int) { r.record(Iterate, None, 0, 0, 0, 0, int64(n)) }

// Wait: nothing is ready before until.
func (r *Recorder) Wait(until time.Duration) { r.record(Wait, None, 0, 0, 0, 0, int64(until)) }

// Push: an entry was appended to the ready queue while task ran; it is a step of the task
// of.
func (r *Recorder) Push(what What, cause Cause, task, of uint32, timer uint64) {
	r.pushed++
	if cause == ByCode && r.settling {
		cause = ByDone
	}
	r.record(Push, what, cause, task, r.pushed, uint64(of), int64(timer))
}

// Found: an entry was in the ready queue before, see Begin. It is the i-th.
func (r *Recorder) Found(i int, what What, of uint32) {
	r.record(Push, what, Before, 0, r.taken+1+uint64(i), uint64(of), 0)
}

// Run: the next entry was taken.
func (r *Recorder) Run(what What, task uint32) {
	r.taken++
	entry := r.taken
	if len(r.ahead) > 0 {
		entry, r.ahead = r.ahead[0], r.ahead[1:]
	}
	r.record(Run, what, 0, task, entry, 0, 0)
}

// OutOfTurn: the next entry is the one that would be the i-th after it.
func (r *Recorder) OutOfTurn(i int) {
	for n := len(r.ahead); n <= i; n++ {
		r.ahead = append(r.ahead, r.taken+1+uint64(n))
	}
	first := r.ahead[i]
	copy(r.ahead[1:], r.ahead[:i])
	r.ahead[0] = first
}

// Start: a task begins inside of what runs.
func (r *Recorder) Start(task uint32) { r.record(Run, Eager, 0, task, 0, 0, 0) }

// Spawn: task has created the task of that serial. Its name is Task-number, or another.
func (r *Recorder) Spawn(what What, task, serial uint32, number int32, name string) {
	if name != "" {
		r.texted(name)
	}
	r.lastTask = max(r.lastTask, serial)
	r.record(Spawn, what, 0, task, 0, uint64(serial), int64(number))
}

// Await: task is about to wait for something, the end of the task on if what is OnTask.
func (r *Recorder) Await(what What, task, on uint32) {
	r.record(Await, what, 0, task, 0, uint64(on), 0)
}

// Done: a future has its outcome, which is that of the task of, and waiter the first task
// that waits for it. Its callbacks are pushed now, until Settled.
func (r *Recorder) Done(what What, task, of, waiter uint32) {
	r.settling = true
	r.record(Done, what, 0, task, 0, uint64(of), int64(waiter))
}

// Settled is the end of what Done has begun.
func (r *Recorder) Settled() { r.settling = false }

// Cancel: the task of was asked to cancel, or zero for another future, at that depth of the
// way of the request.
func (r *Recorder) Cancel(what What, task, of uint32, depth int) {
	r.record(Cancel, what, 0, task, 0, uint64(of), int64(depth))
}

// Timer: a timer was set.
func (r *Recorder) Timer(task uint32, id uint64, when time.Duration) {
	r.record(Timer, None, 0, task, 0, id, int64(when))
}

// Untimer: it was taken back.
func (r *Recorder) Untimer(task uint32, id uint64) {
	r.record(Untimer, None, 0, task, 0, id, 0)
}

// Note: a text.
func (r *Recorder) Note(what What, task uint32, of uint32, s string) {
	r.texted(s)
	r.record(Note, what, 0, task, 0, uint64(of), 0)
	r.Explain(Detail{Text: s})
}

// Line: the program is about to run a line.
func (r *Recorder) Line(task uint32, line int) { r.record(Note, Line, 0, task, 0, 0, int64(line)) }

// Trouble calls OnTrouble, if there is one, with the first line of what. It is called where
// something has gone wrong already, so a panic in it is swallowed.
func (r *Recorder) Trouble(what string) {
	if r.OnTrouble != nil {
		defer func() { _ = recover() }()
		line, _, _ := strings.Cut(what, "\n")
		r.OnTrouble(line)
	}
}

// LastTask is the greatest serial of a task so far.
func (r *Recorder) LastTask() uint32 { return r.lastTask }

// Last is the last event, where all are kept.
func (r *Recorder) Last() Event { return r.all[len(r.all)-1] }

// Since calls f for the events from number n on, counted from 0, and returns how many there are by
// now. It reports false if some of them are not kept any more.
func (r *Recorder) Since(n uint64, f func(e *Event)) (next uint64, ok bool) {
	if r.full {
		for i := range r.all[n:] {
			f(&r.all[n+uint64(i)])
		}
		return uint64(len(r.all)), true
	}
	size := uint64(len(r.ring))
	if r.n-n > size {
		return r.n, false
	}
	for ; n < r.n; n++ {
		f(&r.ring[n&(size-1)])
	}
	return r.n, true
}

// Events are those that are kept, the first first, and how many came before those.
func (r *Recorder) Events() (events []Event, lost uint64) {
	if r.full {
		return slices.Clone(r.all), 0
	}
	size := uint64(len(r.ring))
	if r.n <= size {
		return slices.Clone(r.ring[:r.n]), 0
	}
	at := r.n & (size - 1)
	return slices.Concat(r.ring[at:], r.ring[:at]), r.n - size
}

// Tail are the last events that are kept, up to n, and what is known of them beyond themselves, by
// their place.
func (r *Recorder) Tail(n int) (tail []Event, details map[int]Detail) {
	if !r.full {
		tail, _ = r.Events()
		details = r.Details()
		if cut := len(tail) - n; cut > 0 {
			tail = tail[cut:]
			moved := make(map[int]Detail, len(details))
			for i, d := range details {
				moved[i-cut] = d
			}
			details = moved
		}
		return tail, details
	}
	cut := max(0, len(r.all)-n)
	details = make(map[int]Detail)
	for i, d := range r.details[cut:] {
		if d.Name != "" {
			details[i] = d
		}
	}
	return slices.Clone(r.all[cut:]), details
}

// Details gives what is known of the events beyond themselves, by their place among
// Events.
func (r *Recorder) Details() map[int]Detail {
	details := make(map[int]Detail)
	if r.full {
		for i, d := range r.details {
			if d.Name != "" || d.Text != "" || d.Site != "" || d.Tasks != nil || d.State != nil {
				details[i] = d
			}
		}
		return details
	}
	lost := r.n - min(r.n, uint64(len(r.ring)))
	for _, t := range r.texts[:min(r.ntexts, uint64(len(r.texts)))] {
		if t.event >= lost {
			i := int(t.event - lost)
			if r.ring[t.event&uint64(len(r.ring)-1)].Kind == Spawn {
				details[i] = Detail{Name: t.text}
			} else {
				details[i] = Detail{Text: t.text}
			}
		}
	}
	return details
}
