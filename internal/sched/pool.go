package sched

import (
	"iter"
	"runtime"
	"sync/atomic"
)

// pool keeps idle workers, the last used first: it is the one whose stack is warm.
type pool struct {
	idle    []*worker
	lender  *Workers // where others are to be had, nil for none
	maxIdle int32
	least   int32        // so many were idle all the time since renew
	since   *collections // renew; nil as long as few are idle
}

// get gives c a worker, which runs its function when it is first resumed.
func (p *pool) get(c *Coroutine) {
	var w *worker
	if n := len(p.idle); n > 0 {
		w = p.idle[n-1]
		p.idle[n-1] = nil
		p.idle = p.idle[:n-1]
		p.least = min(p.least, int32(n-1))
		p.lookAhead()
	} else if w = p.lender.lend(c.s); w == nil {
		w = &worker{sched: c.s}
		w.resume, w.stop = iter.Pull(w.run())
	}
	w.take(c)
}

// put takes w back, and reports whether there was room for it.
func (p *pool) put(w *worker) bool {
	if w.sched.closed || len(p.idle) >= int(p.maxIdle) {
		return false
	}
	p.idle = append(p.idle, w)
	return true
}

// The garbage collector looks at the stack of each idle worker, each time. Those that a burst has left, and
// nobody has needed while it came by so often, are given up.
const (
	keptIdle      = 256 // are never given up
	keptFor       = 8   // collections
	givenUpAtOnce = 128 // which takes some 50 µs
)

// long reports whether there may be workers to give up.
func (p *pool) long() bool { return len(p.idle) > keptIdle }

// trim gives up some workers, if it is time for that. It is called on the loop's goroutine, between iterations.
func (p *pool) trim() {
	switch {
	case p.since == nil:
		p.renew()
		return
	case p.since.n.Load() < keptFor:
		return
	}
	n := min(int(p.least), len(p.idle)-keptIdle, givenUpAtOnce)
	if n <= 0 {
		p.renew()
		return
	}
	for _, w := range p.idle[:n] { // the first are those that were idle for longest
		w.stop()
	}
	p.least -= int32(n)
	clear(p.idle[:n])
	p.idle = p.idle[n:]
}

// renew begins a new time of keptFor collections.
func (p *pool) renew() {
	p.least = int32(len(p.idle))
	p.since = new(collections)
	p.since.await()
}

// collections counts those of the garbage collector, as long as somebody keeps it.
type collections struct{ n atomic.Int32 }

// await counts the next one, and those after it.
func (c *collections) await() {
	if c.n.Load() >= keptFor {
		return
	}
	garbage := &struct{ self *collections }{c}
	runtime.AddCleanup(garbage, func(c *collections) {
		c.n.Add(1)
		c.await()
	}, c)
}
