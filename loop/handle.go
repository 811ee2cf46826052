package loop

import (
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/timers"
)

// A callback is a function that was scheduled.
type callback struct {
	loop     *Loop
	fn       func()
	vars     sched.Vars
	given    *sched.Vars // the context it runs in, nil for vars
	gen      uint64      // how often it has run: a Handle is for one time
	site     *string     // where it was scheduled, in debug mode
	canceled bool
	once     bool // of a call that was given a context: it is not used again
	never    bool // of a timedCall for the end of time, which has no timer
}

// A call is a callback of CallSoon. It is used again once it has run, so that scheduling
// allocates nothing.
type call struct {
	callback
	next *call // in the loop's list of calls to use again
}

// newCall takes fn and a copy of the present context.
func (l *Loop) newCall(fn func()) *call {
	c := l.freeCalls
	if c == nil {
		l.mustBeMade() // a loop that was not has none either
		c = &call{callback: callback{loop: l}}
	} else {
		l.freeCalls = c.next
	}
	c.fn, c.vars = fn, *l.sched.Vars()
	if l.sched.Debug {
		c.noteSite()
	}
	return c
}

// noteSite notes the line of the program that schedules c.
func (c *callback) noteSite() {
	site := frames.CallSite()
	c.site = &site
}

// scheduledAt is what noteSite has noted, if it has.
func (c *callback) scheduledAt() string {
	if c.site == nil {
		return ""
	}
	return *c.site
}

// context is what c runs in.
func (c *callback) context() *sched.Vars {
	if c.given != nil {
		return c.given
	}
	return &c.vars
}

// give has c run in v itself, if that is not nil.
func (c *callback) give(v *sched.Vars) {
	if v != nil {
		c.given, c.once = v, true
	}
}

// InContext is an option of CallSoon, CallLater, CallAt, CallSoonThreadsafe, and of a
// future's AddDoneCallback. It has the callback called in v itself instead of a copy of the
// context in which it is scheduled: asyncio's context=. See [coro.InContext] for tasks.
func InContext(v *coro.Vars) future.CallOption {
	if v == nil {
		panic("loop: InContext of nil")
	}
	return func(o *sched.CallOptions) { o.Vars = (*sched.Vars)(v) }
}

// collect sums up the options of a callback. It is apart from its callers so that a call
// without options allocates nothing.
func collect(opts []future.CallOption) sched.CallOptions {
	var o sched.CallOptions
	for _, opt := range opts {
		if opt == nil {
			panic("loop: a nil CallOption; leave it out")
		}
		opt(&o)
	}
	return o
}

// Run calls the function, unless it was canceled.
func (c *call) Run() {
	if c.canceled {
		return // and is not used again: handles may still ask about it
	}
	c.gen++ // from here on it is too late for a Cancel, also for one by fn itself
	c.loop.sched.Call(c.context(), c.fn)
	c.free()
}

// free puts a call that has run among those to use again. The loop gives them back when
// a burst is over, see Calm.
func (c *call) free() {
	c.fn, c.vars, c.site = nil, sched.Vars{}, nil
	if l := c.loop; !c.once {
		c.next, l.freeCalls = l.freeCalls, c
	}
}

// Handle is a callback that was scheduled with CallSoon. It is a value, and can be
// copied. Its methods must be called on the loop's goroutine.
//
// Semantics: asyncio.Handle, CPython 3.15.
//
// # Differences from asyncio
//
// Canceling a callback that has run changes nothing: Canceled stays false.
type Handle struct {
	c   *callback
	gen uint64
}

// Cancel keeps the callback from being called, if it has not been yet.
func (h Handle) Cancel() {
	if h.c != nil && h.c.gen == h.gen {
		(*wired)(h.c.loop).CheckGoroutine()
		h.c.canceled = true
		h.c.fn = nil
	}
}

// Canceled reports whether the callback was canceled before it was called.
func (h Handle) Canceled() bool { return h.c != nil && h.c.gen == h.gen && h.c.canceled }

// A timedCall is a callback that waits for a deadline. It is not used again.
type timedCall struct {
	callback
	timer timers.Timer
}

// Run calls the function, unless it was canceled.
func (t *timedCall) Run() {
	if t.canceled {
		return
	}
	t.gen++ // from here on it is too late for a Cancel
	t.loop.sched.Call(t.context(), t.fn)
	t.fn, t.vars, t.given = nil, sched.Vars{}, nil
}

// TimerHandle is a callback that was scheduled with CallLater or CallAt. It is a
// value, and can be copied. Its methods must be called on the loop's goroutine.
//
// Semantics: asyncio.TimerHandle, CPython 3.15.
//
// # Differences from asyncio
//
// Canceling a callback that has run changes nothing: Canceled stays false.
type TimerHandle struct{ t *timedCall }

// When is the loop's time at which the callback is to be called.
func (h TimerHandle) When() time.Duration {
	switch {
	case h.t == nil:
		return 0
	case h.t.never:
		return noLimit
	}
	return h.t.timer.When()
}

// Cancel keeps the callback from being called, if it has not been yet. Its timer
// leaves the queue at once.
func (h TimerHandle) Cancel() {
	if h.t != nil && h.t.gen == 0 {
		(*wired)(h.t.loop).CheckGoroutine()
		h.t.canceled = true
		h.t.fn = nil
		(*wired)(h.t.loop).RemoveTimer(&h.t.timer)
	}
}

// Canceled reports whether the callback was canceled before it was called.
func (h TimerHandle) Canceled() bool { return h.t != nil && h.t.canceled }

// CallSoon has fn called in the next iteration, after everything that is scheduled
// already, in a copy of the present context, or in the one that [InContext] gives. A panic
// of fn goes to the exception handler.
//
// It panics with ErrClosed on a closed loop.
//
// Semantics: asyncio.loop.call_soon, CPython 3.15.
func (l *Loop) CallSoon(fn func(), opts ...future.CallOption) Handle {
	if l == nil || l.attentive() || fn == nil || len(opts) > 0 {
		return l.callSoon(fn, opts)
	}
	c := l.newCall(fn)
	l.sched.Push(c)
	return Handle{&c.callback, c.gen}
}

// callSoon is CallSoon where there is more to do than to schedule fn.
func (l *Loop) callSoon(fn func(), opts []future.CallOption) Handle {
	l.mayCall()
	if fn == nil {
		panic("loop: CallSoon of a nil function")
	}
	c := l.newCall(fn)
	if len(opts) > 0 {
		c.give(collect(opts).Vars)
	}
	l.push(c)
	return Handle{&c.callback, c.gen}
}

// CallLater has fn called once d has passed; a d of zero or less is due at once,
// but comes after what is ready. Callbacks with the same deadline are called in
// the order of scheduling.
//
// Semantics: asyncio.loop.call_later, CPython 3.15.
func (l *Loop) CallLater(d time.Duration, fn func(), opts ...future.CallOption) TimerHandle {
	t := l.newTimedCall(fn, opts)
	when := l.Deadline(d)
	t.never = when == noLimit
	(*wired)(l).AddTimer(&t.timer, when)
	return TimerHandle{t}
}

// CallAt has fn called once the loop's time is when.
//
// Semantics: asyncio.loop.call_at, CPython 3.15.
func (l *Loop) CallAt(when time.Duration, fn func(), opts ...future.CallOption) TimerHandle {
	t := l.newTimedCall(fn, opts)
	t.never = when == noLimit
	(*wired)(l).AddTimerAt(&t.timer, when)
	return TimerHandle{t}
}

// newTimedCall is what CallLater and CallAt set a timer for.
func (l *Loop) newTimedCall(fn func(), opts []future.CallOption) *timedCall {
	l.mayCall()
	if fn == nil {
		panic("loop: CallLater or CallAt of a nil function")
	}
	l.mustBeMade()
	t := &timedCall{}
	t.loop, t.fn, t.vars = l, fn, *l.sched.Vars()
	if len(opts) > 0 {
		t.give(collect(opts).Vars)
	}
	if l.sched.Debug {
		t.noteSite()
	}
	t.timer.Run = t
	return t
}
