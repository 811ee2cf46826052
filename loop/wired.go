package loop

import (
	"context"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
	"github.com/ouro-loop/ouro/timers"
)

// wired is a Loop as the packages below it know it: internal/sched, future and coro
// each declare an interface of what they need. It is a type of its own so that a
// program's view of a Loop has nothing but what asyncio's has.
type wired Loop

func (w *wired) loop() *Loop { return (*Loop)(w) }

// Of is the loop that runs the coroutine of co.
func Of(co *coro.Co) *Loop {
	s := (*sched.Scheduler)(co.Scheduler())
	if s == nil || s.Loop() == nil {
		panic("loop: Of what is on no loop: a nil Co, or a zero value")
	}
	return s.Loop().(*wired).loop() // there is no other kind: nobody else can make a scheduler
}

// Schedule puts an entry into the ready queue. Futures and tasks come this way; CallSoon
// is for functions. On a closed loop the entry is dropped.
func (w *wired) Schedule(e sched.Entry) {
	if l := w.loop(); l.attentive() {
		l.schedule(e)
	} else {
		l.sched.Push(e)
	}
}

// schedule is Schedule of an attentive loop.
func (l *Loop) schedule(e sched.Entry) {
	switch {
	case l.sched.Debug && l.calledFromElsewhere():
		l.reportWrongGoroutine(e)
	case !l.closed.Load():
		l.endRest()
		l.push(e)
	}
}

func (w *wired) Callback(fn func(), o sched.CallOptions) sched.Entry {
	w.CheckGoroutine()
	c := w.loop().newCall(fn)
	c.give(o.Vars)
	return c
}

// Calm is told that a burst of entries is over.
func (w *wired) Calm() { w.freeCalls = nil }

func (w *wired) Panicked(v any) { w.loop().reportPanic(future.NewPanicError(v)) }

// For future.

func (w *wired) CallExceptionHandler(c future.ErrorContext) { w.loop().CallExceptionHandler(c) }
func (w *wired) Unretrieved() *unretrieved.List             { return &w.unretrieved }
func (w *wired) HasVirtualTime() bool                       { return w.clock.virtual }
func (w *wired) ReportsCollected() bool                     { return !w.clock.virtual && !w.sched.Leaks }

// For coro.

// AddTimer has t.Run become ready once the loop's time is when. The end of time is never
// reached: a timer for it is not kept.
func (w *wired) AddTimer(t *timers.Timer, when time.Duration) {
	if when == noLimit || w.closed.Load() {
		return
	}
	if w.resting != nil {
		w.loop().endRest() // for less time now, it may be
	}
	w.timers.Add(t, when)
	if w.sched.Events != nil {
		w.loop().tellTimer(t)
	}
}

// AddTimerAt is AddTimer with a time that the program gives, see choices.
func (w *wired) AddTimerAt(t *timers.Timer, when time.Duration) {
	w.AddTimer(t, when)
	if w.sched.Chooser != nil && t.Queued() {
		w.loop().noteGiven(t)
	}
}

// RemoveTimer takes t back, and reports whether it was still waiting.
func (w *wired) RemoveTimer(t *timers.Timer) bool {
	if w.sched.Events != nil {
		return w.loop().removeTold(t)
	}
	return w.timers.Remove(t)
}

func (w *wired) Time() time.Duration            { return w.loop().Time() }
func (w *wired) TimeOfRecord() time.Duration    { return w.loop().timeOfRecord() }
func (w *wired) IsRunning() bool                { return w.isRunning.Load() }
func (w *wired) Abort(err error)                { w.loop().abortWith(err) }
func (w *wired) Post(f func())                  { _, _ = w.loop().post(record.Unknown, f) }
func (w *wired) EagerTasks() bool               { return w.eagerTasks }
func (w *wired) ParentContext() context.Context { return w.ctx }

// Driver is what transports watch their descriptors with.
func (w *wired) Driver() (*driver.Driver, error) {
	l := w.loop()
	if err := l.mayHaveTransports(); err != nil {
		return nil, err
	}
	d, err := l.openDescriptors()
	if err != nil {
		return nil, err
	}
	return d.driver, nil
}

// Helpers is what transports have where goroutines wait for them.
func (w *wired) Helpers() (*driver.Helpers, error) {
	l := w.loop()
	if l.helpers != nil {
		return l.helpers.Helpers, nil
	}
	if err := l.mayHaveTransports(); err != nil {
		return nil, err
	}
	return l.openHelpers(), nil
}

// Ended is closed when the loop has been closed. It is for package inspect.
func (w *wired) Ended() <-chan struct{} { return w.closing.ended }

// ClosesAbandoned is false in a testing/synctest bubble, where the collector's goroutine could
// not wake the loop, and where there is a tape, since the collector comes at other times in a replay.
func (w *wired) ClosesAbandoned() bool {
	return w.ReportsCollected() && w.bubble == "" && w.tape == nil
}
