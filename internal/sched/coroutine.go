package sched

import (
	"runtime"
	"slices"
)

// Body is what a coroutine runs.
type Body interface {
	// Run runs the function to its end, on the worker's stack, and calls Retire. It
	// recovers panics. A Goexit that passes through it calls Lost.
	Run()

	// Serial is which of the loop's coroutines it is, in order of creation, from 1 on.
	Serial() uint32

	// Given is the name that it was given, "" if it has but a number.
	Given() string

	// Unwound tells that the function was ended by force, as the loop is closed. It
	// calls Retire, unless Run has done so: a function that is unwound by a panic can
	// recover from that, and return.
	Unwound()
}

// A Coroutine is a function that can be suspended: the loop's side switches to it with
// Run, and it switches back with Yield. It is an entry of the ready queue itself; Run is
// one step.
//
// A coroutine that has not ended is
//   - ready: it is in the ready queue, once;
//   - running: it is the scheduler's current one, or a creator of that;
//   - suspended: somebody will put it into the ready queue.
type Coroutine struct {
	s      *Scheduler
	worker *worker // what the function runs on, nil before the first step and after the last
	body   Body

	ownVars Vars  // its context,
	vars    *Vars // unless it has this one

	place int32 // in the scheduler's register of those that have not ended
}

// Init makes c a coroutine of s that will run body. Its context is vars, or a copy of
// the present one if that is nil. Somebody has to Schedule it, or Start it.
func (c *Coroutine) Init(s *Scheduler, body Body, vars *Vars) {
	c.s, c.body = s, body
	if vars != nil {
		c.vars = vars
	} else if v := s.Vars(); v.table != nil {
		c.ownVars = *v
	}
	s.live.add(c)
}

// Scheduler is what Init was given.
func (c *Coroutine) Scheduler() *Scheduler { return c.s }

// Body is what Init was given.
func (c *Coroutine) Body() Body { return c.body }

// IsCurrent reports whether c is the coroutine that runs.
func (c *Coroutine) IsCurrent() bool { return c.s.current == c }

// Runs reports whether c is the coroutine that runs, or in the middle of starting another.
func (c *Coroutine) Runs() bool { return c.s.current == c || slices.Contains(c.s.creators, c) }

// Begun reports whether the function was called, if it has not ended.
func (c *Coroutine) Begun() bool { return c.worker != nil }

// IsSuspect reports whether a use of c has to be looked at: it is not the coroutine that
// runs, or in debug mode may be used on another goroutine.
func (c *Coroutine) IsSuspect() bool {
	s := c.s
	return s.current != c || s.Debug
}

// Recorded reports whether it is recorded what happens on the loop.
func (c *Coroutine) Recorded() bool { return c.s.Events != nil }

// Schedule puts c into the ready queue.
func (c *Coroutine) Schedule() { c.s.loop.Schedule(c) }

// Run gives c one step, on the stack of the loop's goroutine or of the host.
func (c *Coroutine) Run() {
	if c.worker == nil {
		c.s.pool.get(c)
		c.s.show(c) // which observe could not
	}
	s, resume := c.s, c.worker.resume // c may have ended when resume returns, and another suspended
	s.current = c
	resume()
	for s.question != nil {
		question := s.question
		s.question = nil
		question()
		resume()
	}
	s.current = nil
}

// Start gives c its first step inside of whatever runs now.
func (c *Coroutine) Start() {
	s := c.s
	creator := s.current
	s.creators = append(s.creators, creator)
	s.current = c
	if s.Events != nil {
		s.Events.Start(c.body.Serial())
	}
	s.pool.get(c)
	s.show(c)
	c.worker.resume()
	s.current = creator
	s.show(creator)
	s.creators = s.creators[:len(s.creators)-1]
}

// Yield suspends the function until the next step of c. What suspends a function is
//
//	if !c.Host() {
//		c.Yield()
//	}
//	if c.Asked() {
//		c.Answer()
//	}
//
// and is written out where it is needed: both calls of the condition are inlined, and a
// function around it would be one frame more on every suspended stack.
func (c *Coroutine) Yield() { c.worker.yield(struct{}{}) }

// Asked reports whether c was resumed only to Answer a request.
func (c *Coroutine) Asked() bool { return c.s.request != nil }

// Answer runs what c was asked for, and suspends it again.
func (c *Coroutine) Answer() {
	for c.s.request != nil {
		request := c.s.request
		c.s.request = nil
		request()
		c.worker.yield(struct{}{})
	}
}

// ask has the suspended function run request where it stands, on its own stack.
func (c *Coroutine) ask(request func()) {
	c.s.request = request
	c.worker.resume()
}

// OnStack has f called on the stack of c, wherever c is, if it has begun and not ended.
// A host that is asked by a coroutine that was started eagerly is too far away: f is not
// called then.
func (c *Coroutine) OnStack(f func()) {
	w := c.worker
	switch {
	case w == nil, w.dead, w.unwinding:
	case c.s.current == c, slices.Contains(c.s.creators, c):
		f() // c is among the callers, rather than suspended
	case c == c.s.host:
		c.s.askHost(f)
	default:
		c.ask(f)
	}
}

// OnStacks is OnStack of c, and then of what c runs in if that is a generator: of who
// drives that, and so on, the innermost stack first.
func (c *Coroutine) OnStacks(f func()) {
	c.OnStack(func() {
		f()
		if g := c.worker.inside; g != nil && !slices.Contains(c.s.creators, c) {
			g.askDriver(f)
		}
	})
}

// askHost has the host run question on its stack. A callback is on top of it. The
// coroutine that runs is one switch away: it yields, and is resumed at once.
func (s *Scheduler) askHost(question func()) {
	switch {
	case len(s.creators) > 0:
	case s.current == nil:
		question()
	default:
		s.question = question
		s.current.worker.yield(struct{}{})
	}
}

// Lost tells that a Goexit ends the function. The host or creator that resumed it ends
// as well, and at last the loop.
func (c *Coroutine) Lost() {
	c.worker.dead = true
	c.worker.unregister()
	c.s.torn = true
}

// Torn reports whether the function is on its way out by force, and must not suspend
// again.
func (c *Coroutine) Torn() bool { return c.worker != nil && (c.worker.unwinding || c.s.torn) }

// Retire is the end of c: the scheduler forgets it.
func (c *Coroutine) Retire() {
	c.s.live.remove(c)
	c.worker = nil
}

// unwind ends c by force, because the loop is closed.
func (c *Coroutine) unwind() {
	if w := c.worker; w != nil && !w.dead {
		w.unwinding = true
		c.askToExit()
	}
	c.body.Unwound()
}

// askToExit makes the suspended function run its deferred functions and end, even
// one that ignores every error. A Goexit comes out of resume too, so it is for a goroutine
// that is there for nothing else.
func (c *Coroutine) askToExit() {
	if c.s.thread != "" {
		c.ask(c.Exit)
	} else {
		elsewhere(func() { c.ask(c.Exit) })
	}
}

// Exit ends the function by force, from its own stack: with a Goexit, from which nothing
// recovers, or on a locked thread, where no other goroutine can take that, with a panic.
func (c *Coroutine) Exit() {
	if c.s.thread == "" || !c.worker.unwinding {
		runtime.Goexit()
	}
	if c.worker.exits++; c.worker.exits <= maxExits {
		panic(unwinding{})
	}
	for { // it recovers again and again: it is left suspended
		c.worker.yield(struct{}{})
	}
}

// IsExit reports whether v, which was recovered, is what Exit has panicked with. It has to
// go on then.
func IsExit(v any) bool {
	_, ok := v.(unwinding)
	return ok
}
