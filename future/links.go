package future

import "github.com/ouro-loop/ouro/internal/events"

// Link is one entry in a future's list of callbacks. It is meant to be part of
// whatever waits (a coroutine, one child of a gather), so that waiting allocates
// nothing and can be given up without a search.
type Link struct {
	next *Link // nil for the last
	prev *Link // of the first: the last
	core *Core // the future it is registered with, nil when it is with none
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

// Attach registers l, after those already there. With a future that is done, l
// is scheduled at once instead. A link can be with one future at a time.
//
// Semantics: asyncio.Future.add_done_callback, CPython 3.15.
func (c *Core) Attach(l *Link) {
	if c.state != Pending {
		c.sched.Schedule(l.run)
		return
	}
	if l.core != nil {
		panic("future: a link that is attached already")
	}
	l.core = c
	if first := c.first; first == nil {
		c.first, l.prev = l, l
	} else {
		last := first.prev
		last.next, l.prev, first.prev = l, last, l
	}
}

// Detach takes l back, and reports whether it was still registered. Once the
// future is done it is not, even if what it scheduled has yet to run.
//
// Semantics: asyncio.Future.remove_done_callback, CPython 3.15.
func (l *Link) Detach() bool {
	c := l.core
	if c == nil {
		return false
	}
	if l == c.first {
		c.first = l.next
	} else {
		l.prev.next = l.next
	}
	if l.next != nil {
		l.next.prev = l.prev
	} else if c.first != nil {
		c.first.prev = l.prev
	}
	l.next, l.prev, l.core = nil, nil, nil
	return true
}

// Links calls f for what is registered, the latest first, until f returns false.
func (c *Core) Links(f func(*Link) bool) {
	if c.first == nil {
		return
	}
	for l, more := c.first.prev, true; more; {
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
		l.core = nil
		if l.prev != l { // as it is when there is one alone; a pointer less to write
			l.next, l.prev = nil, nil
		}
		c.sched.Schedule(l.run)
		l = next
	}
	if r != nil {
		r.Settled()
	}
}
