package driver

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
)

// A waiter is a task that waits for a descriptor, or a callback. Those that are not a descriptor's own are as
// many as have waited at a time: one that has been woken is for the next to wait, so a wait allocates nothing.
type waiter struct {
	next *waiter // in line, or free
	line *line   // that it stands in, nil if it was woken
	core future.Core
	call func() // of Once, in place of a task
	of   *Descriptor
	in   Direction

	resumed bool
}

// A line is those who wait for the same, in order.
type line struct{ first, last *waiter }

// maxFree is how many waiters are kept for use again.
const maxFree = 1024

// suspend waits in line for an event, or a LookAgain. Where the loop is closed meanwhile it does
// not return, but leaves the line all the same.
func (t *Descriptor) suspend(co *coro.Co, in Direction) error {
	d := t.driver
	w := t.waiter()
	w.of, w.in = t, in
	w.core.Init(co, w)
	d.join(&t.lines[in>>1], w)
	defer w.end()
	err := co.Suspend(&w.core)
	w.resumed = true
	return err
}

// end is the end of a wait.
func (w *waiter) end() {
	d := w.of.driver
	d.leave(w)
	if w.resumed { // else the loop closes, and the task is still tied to w.core
		w.resumed = false
		d.recycle(w)
	}
}

// waiter is one that nobody uses, without what was in it.
func (t *Descriptor) waiter() *waiter {
	if t.own.of != nil {
		return t.driver.newWaiter()
	}
	t.own.core = future.Core{}
	return &t.own
}

// Describe and Wait are what reports are told.
func (w *waiter) Describe() string { return w.Wait().String() }
func (w *waiter) Wait() waits.Info { return w.of.waitsFor(w.in) }

func (d *Driver) newWaiter() *waiter {
	w := d.free
	if w == nil {
		return new(waiter)
	}
	d.free, w.next = w.next, nil
	d.nfree--
	w.core = future.Core{}
	return w
}

func (d *Driver) recycle(w *waiter) {
	own := w == &w.of.own
	w.of = nil
	if !own && d.nfree < maxFree {
		w.next, d.free = d.free, w
		d.nfree++
	}
}

func (d *Driver) join(l *line, w *waiter) {
	d.waiting++
	w.line = l
	if l.last == nil {
		l.first = w
	} else {
		l.last.next = w
	}
	l.last = w
}

// leave takes w out of its line, unless it was woken: its task was canceled.
func (d *Driver) leave(w *waiter) {
	l := w.line
	if l == nil {
		return
	}
	d.waiting--
	var before *waiter
	for at := l.first; at != w; at = at.next {
		before = at
	}
	if before == nil {
		l.first = w.next
	} else {
		before.next = w.next
	}
	if l.last == w {
		l.last = before
	}
	w.line, w.next = nil, nil
}

// wakeAll wakes those in line.
func (d *Driver) wakeAll(l *line) {
	w := l.first
	l.first, l.last = nil, nil
	for w != nil {
		next := w.next
		w.line, w.next = nil, nil
		d.waiting--
		if call := w.call; call != nil {
			w.call = nil
			d.recycle(w)
			d.callSoon(call)
		} else {
			w.core.Finish()
		}
		w = next
	}
}

func (d *Driver) callSoon(f func()) {
	s := (*sched.Scheduler)(d.on.Scheduler())
	s.Schedule(s.Loop().Callback(f, sched.CallOptions{}))
}
