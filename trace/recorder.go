package trace

import (
	"fmt"

	"github.com/ouro-loop/ouro/internal/events"
)

// Recorder notes what happens on a loop: give it to loop.Record, or to Loop.SetRecorder
// of one that exists. It is for one loop at a time. Its methods must be called on the
// loop's goroutine, or while the loop does not run; the Trace that it gives is a copy.
type Recorder events.Recorder

func (r *Recorder) events() *events.Recorder {
	e := (*events.Recorder)(r)
	if e == nil || !e.Made() {
		panic("trace: a Recorder that was not made by New")
	}
	return e
}

// Option is an option of New.
type Option func(*options)

type options struct {
	last    int
	full    bool
	trouble func(why string, t *Trace)
}

// DefaultLast is how many events a Recorder keeps if neither Last nor Full is given.
const DefaultLast = 4096

// maxLast is the most that Last can be given: 40 gigabytes.
const maxLast = 1 << 30

// Last has the last n events kept, or some more, up to twice as many. An event takes 40
// bytes, is noted in nanoseconds, and allocates nothing: a program can run with this for
// ever, as an aircraft does with its flight recorder.
func Last(n int) Option {
	switch {
	case n <= 0:
		panic("trace: Last of less than one event")
	case n > maxLast:
		panic(fmt.Sprintf("trace: Last of %d events, which no memory has room for; Full keeps all there are", n))
	}
	return func(o *options) { o.last = n }
}

// Full has every event kept, with the line of the program that it comes from, what is
// waited for and by whom it is held, and the state of what tasks share. It takes
// microseconds an event, and memory without bound.
func Full() Option { return func(o *options) { o.full = true } }

// OnTrouble has f given the trace when something goes wrong that it may explain: a
// deadlock, a virtual clock that is stuck, a panic in a callback or a task, a
// stall that a loop.Watch has seen. It is called on
// the loop's goroutine, before the loop goes on, and must not use the loop. why says in a
// line what it is.
func OnTrouble(f func(why string, t *Trace)) Option { return func(o *options) { o.trouble = f } }

// New makes a Recorder.
func New(opts ...Option) *Recorder {
	o := options{last: DefaultLast}
	for _, opt := range opts {
		if opt == nil {
			panic("trace: a nil Option; leave it out")
		}
		opt(&o)
	}
	e := new(events.Recorder)
	if o.full {
		e.InitFull()
	} else {
		e.Init(o.last)
	}
	r := (*Recorder)(e)
	if f := o.trouble; f != nil {
		e.OnTrouble = func(why string) { f(why, r.Trace()) }
	}
	return r
}

// Note adds a text to the trace, as what the present task or callback says of itself.
func (r *Recorder) Note(text string) {
	e := r.events()
	task := uint32(0)
	if e.Current != nil {
		task = e.Current()
	}
	e.Note(events.Text, task, 0, text)
}

// eventOf is e as programs see it.
func eventOf(e events.Event) Event {
	return Event{Kind(e.Kind), What(e.What), Cause(e.Cause), e.Task, e.Entry, e.Object, e.Arg, e.Time}
}

// Trace is what was recorded so far.
func (r *Recorder) Trace() *Trace {
	e := r.events()
	recorded, lost := e.Events()
	t := &Trace{Events: make([]Event, len(recorded)), Lost: lost}
	for i, event := range recorded {
		t.Events[i] = eventOf(event)
	}
	t.explain(e.Details())
	if e.Names != nil {
		e.Names(func(serial uint32, name string) { t.name(serial, name) })
	}
	return t
}
