package future

import "github.com/ouro-loop/ouro/internal/events"

// Link is one entry in a future's list of callbacks. It is meant to be part of
// whatever waits (a coroutine, one child of a gather), so that waiting allocates
// nothing and can be given up without a search.
type Link struct {
	core *Core // the future it is registered with, or was until that was done; nil for none
	next *Link // nil for the last
	prev *Link // of the first: the last, or nil if it is alone
	run  Runnable
}

// Init says what is scheduled when the future is done, and returns l. It comes once,
// before the first Attach.
func (l *Link) Init(run Runnable) *Link {
	l.run = run
	return l
}

// Runnable is what Init was given.
func (l *Link) Runnable() Runnable { return l.run }

// Core is the future that l was attached to last, nil after a Detach.
func (l *Link) Core() *Core { return l.core }

// Attach registers l, after those already there. With a future that is done, l
// is scheduled at once instead. A link can be with one future at a time.
//
// Semantics: asyncio.Future.add_done_callback, CPython 3.15.
func (c *Core) Attach(l *Link) {
	if l.core != nil && l.core.state == Pending {
		panic("future: a link that is attached already")
	}
	l.core = c
	switch first := c.first; {
	case c.state != Pending:
		c.sched.Schedule(l.run)
	case first == nil:
		c.first = l
	default:
		last := first.last()
		last.next, l.prev, first.prev = l, last, l
	}
}

// last is the last of those that begin with l.
func (l *Link) last() *Link {
	if l.prev == nil {
		return l
	}
	return l.prev
}

// Detach takes l back, and reports whether it was still registered. Once the
// future is done it is not, even if what it scheduled has yet to run. The link no longer keeps
// the future alive.
//
// Semantics: asyncio.Future.remove_done_callback, CPython 3.15.
func (l *Link) Detach() bool {
	if l.core == nil || l.core.state != Pending {
		l.core = nil
		return false
	}
	c, before, after := l.core, l.prev, l.next
	l.Forget()
	l.prev, l.next = nil, nil
	if l == c.first {
		c.first = after
	} else {
		before.next = after
	}
	if after != nil {
		after.prev = before
	} else if c.first != nil {
		c.first.prev = before
	}
	if first := c.first; first != nil && first.next == nil {
		first.prev = nil
	}
	return true
}

// Forget is Detach where what was scheduled has run.
func (l *Link) Forget() { l.core = nil }

// Links calls f for what is registered, the latest first, until f returns false.
func (c *Core) Links(f func(*Link) bool) {
	if c.first == nil {
		return
	}
	for l, more := c.first.last(), true; more; {
		before := l.prev // f may detach l
		more = l != c.first
		if !f(l) {
			return
		}
		l = before
	}
}

// settle is the one change of state. It hands every callback to the loop, one by one in
// order of registration, and forgets them.
func (c *Core) settle(state State) {
	c.state = state
	l := c.first
	c.first = nil
	var r *events.Recorder
	if c.recorded() {
		r = c.sched.Events
		c.tellDone(r, l)
	}
	for l != nil {
		next := l.next
		if next != nil || l.prev != nil {
			l.next, l.prev = nil, nil
		}
		c.sched.Schedule(l.run)
		l = next
	}
	if r != nil {
		r.Settled()
	}
}
