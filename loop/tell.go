package loop

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/timers"
	"github.com/ouro-loop/ouro/trace"
)

// Record has r note what happens on the loop, see package [trace].
func Record(r *trace.Recorder) Option { return func(o *options) { o.recorder = r } }

// SetRecorder has r note what happens from now on, or nobody if it is nil. What is there
// already, r is told first: tasks, what is ready, timers. A recorder is for one loop at a
// time, until that is closed or given another one; with a loop that is closed it does nothing.
func (l *Loop) SetRecorder(r *trace.Recorder) {
	l.mustBeMade()
	(*wired)(l).CheckGoroutine()
	l.setRecorder((*events.Recorder)(r))
}

func (l *Loop) setRecorder(r *events.Recorder) {
	before := l.sched.Events
	switch {
	case r == nil:
	case !r.Made():
		panic("loop: a trace.Recorder that was not made by trace.New")
	case r.Names != nil && r != before:
		panic("loop: a trace.Recorder that is with another loop; each has one of its own")
	}
	if before != nil {
		before.Names, before.Current = nil, nil
	}
	l.sched.SetEvents(nil)
	l.troubled.Store(false)
	if r != nil && !l.closed.Load() {
		l.record(r)
		l.troubled.Store(r.OnTrouble != nil)
	}
	l.setWatchful()
}

// Recorder is what SetRecorder or [Record] was given, nil for none, and when the loop is
// closed.
func (l *Loop) Recorder() *trace.Recorder {
	l.mustBeMade()
	return (*trace.Recorder)(l.sched.Events)
}

// record tells r what there is, and from then on what happens.
func (l *Loop) record(r *events.Recorder) {
	r.Names, r.Current = l.eachName, l.sched.Task
	l.sched.Created = max(l.sched.Created, r.LastTask()) // no two tasks in a trace have one number
	(*wired)(l).TellAll(r)
	l.sched.SetEvents(r)
}

// TellAll tells r, which has been told nothing of the loop, what there is.
func (w *wired) TellAll(r *events.Recorder) {
	l := w.loop()
	r.Begin(l.timeOfRecord(), l.sched.Ready())
	l.sched.All(func(c *sched.Coroutine) { recorded(c).TellExisting(r) })
	i := 0
	l.sched.EachReady(func(e sched.Entry) {
		r.Found(i, sched.WhatIs(e), sched.SerialOf(e))
		i++
	})
	l.timers.Each(func(t *timers.Timer) { r.Timer(0, l.timers.Number(t), t.When()) })
}

// timeOfRecord is the time of what is recorded now. Where there is a tape it is that, so that a
// replay shows the same.
func (l *Loop) timeOfRecord() time.Duration {
	if l.tape != nil {
		return l.tape.now
	}
	return l.Time()
}

// endRecord is the last that is recorded: the loop closes.
func (l *Loop) endRecord() {
	if r := l.sched.Events; r != nil {
		r.Note(events.Closed, 0, 0, "")
		l.setRecorder(nil)
	}
}

// A recordable is a task as a recorder is told of it.
type recordable interface {
	Serial() uint32
	Task() coro.AnyTask
	TellExisting(r *events.Recorder)
}

func recorded(c *sched.Coroutine) recordable { return c.Body().(recordable) }

func (l *Loop) eachName(yield func(serial uint32, name string)) {
	l.sched.All(func(c *sched.Coroutine) {
		t := recorded(c)
		yield(t.Serial(), t.Task().Name())
	})
}

// tellPush tells that e was put into the ready queue, by a timer of that number if cause
// is that.
//
//go:noinline
func (l *Loop) tellPush(e sched.Entry, cause events.Cause, timer uint64) {
	r := l.sched.Events
	what := sched.WhatIs(e)
	r.Push(what, cause, l.sched.Task(), sched.SerialOf(e), timer)
	if r.Full() {
		d := events.Detail{Text: l.about(e)}
		if cause == events.ByCode && what != events.Internal {
			d.Site = frames.CallSite()
		}
		r.Explain(d)
	}
}

// about is what e is called where people are told of it; a step needs no word.
func (l *Loop) about(e sched.Entry) string {
	switch e := e.(type) {
	case *sched.Coroutine:
		return ""
	case interface{ About() string }:
		return e.About()
	}
	return l.subject(e).String()
}

// promoteTold is promote for who records.
func (l *Loop) promoteTold(now time.Duration) {
	r := l.sched.Events
	r.Clock(now)
	for next := l.timers.Next(); next != nil; next = l.timers.Next() {
		number := l.timers.Number(next)
		if l.timers.PopDue(now) == nil {
			return
		}
		l.sched.Push(next.Run)
		l.tellPush(next.Run, events.ByTimer, number)
	}
}

// tellWait tells that the loop is about to wait, or its clock to jump.
func (l *Loop) tellWait() {
	if l.sched.Events == nil {
		return
	}
	until := noLimit
	if next := l.timers.Next(); next != nil {
		until = next.When()
	}
	l.sched.Events.Clock(l.timeOfRecord())
	l.sched.Events.Wait(until)
}

// tellTimer tells that t was set.
func (l *Loop) tellTimer(t *timers.Timer) {
	r := l.sched.Events
	r.Timer(l.sched.Task(), l.timers.Number(t), t.When())
	if r.Full() {
		r.Explain(events.Detail{Text: l.about(t.Run), Site: frames.CallSite()})
	}
}

// removeTold is RemoveTimer for who records.
func (l *Loop) removeTold(t *timers.Timer) bool {
	number := l.timers.Number(t)
	if !l.timers.Remove(t) {
		return false
	}
	l.sched.Events.Untimer(l.sched.Task(), number)
	return true
}

// tellCleanup tells that Run has the result of its main task, and brings the rest to its end.
func (l *Loop) tellCleanup() {
	if r := l.sched.Events; r != nil {
		r.Note(events.Cleanup, 0, 0, "")
	}
}

// tellReport tells of what the exception handler is told.
func (l *Loop) tellReport(c future.ErrorContext) {
	text := c.Message
	if c.Err != nil {
		text += ": " + short(c.Err).Error()
	}
	l.sched.Events.Note(events.Report, l.sched.Task(), 0, text)
}

// trouble tells a recorder of what it may explain.
func (l *Loop) trouble(err error) {
	if r := l.sched.Events; r != nil {
		r.Trouble(err.Error())
	}
}

// tellStall tells a recorder of a stall, on the loop's goroutine. It is called by a watchdog, on
// its own. Where nobody wants to know, the loop is given nothing to do.
func (l *Loop) tellStall(s Stall) {
	if !l.troubled.Load() {
		return
	}
	_, _ = l.post(record.Nothing, func() {
		if r := l.sched.Events; r != nil {
			r.Trouble(s.String())
		}
	})
}

// What a callback is to who records.
func (c *call) What() events.What         { return events.Call }
func (t *timedCall) What() events.What    { return events.Timed }
func (p *posted) What() events.What       { return events.Posted }
func (c *standingCall) What() events.What { return events.Posted }
func (w *signalWatch) What() events.What  { return events.Posted }
