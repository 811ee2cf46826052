package coro

import (
	"fmt"

	"github.com/ouro-loop/ouro/future"
)

// Waiters is a line of suspended coroutines, first come, first served. The zero Waiters
// is an empty line.
//
// A coroutine that is woken or canceled stays in line until it runs, in the next
// iteration: what asyncio's primitives decide by looking at the futures in their
// deque can be decided here in the same way.
type Waiters struct {
	first, last *waiter
	pending     *waiter // the first that is neither woken nor canceled; nil if none is
	free        *waiter // to be used again
	nfree       int
}

// A waiter is one coroutine in line.
type waiter struct {
	next, prev *waiter
	co         *Co
	core       future.Core
}

// maxFree is how many waiters a line keeps for use again: enough for coroutines that
// come and go all the time, and not for a crowd that came once.
const maxFree = 32

// Wait puts the coroutine at the end of the line and suspends it until it is woken
// or its task is canceled. The role says in reports what it waits for. The error is
// the cancellation; woken then reports whether a Wake had come before it, and is
// lost unless the caller passes it on.
//
// A coroutine whose loop closes leaves the line too; Wait does not return then.
func (ws *Waiters) Wait(co *Co, role future.Role) (woken bool, err error) {
	w := ws.join(co, role)
	suspended := true
	defer func() {
		ws.leave(w)
		if !suspended { // else the loop closes, and the task is still tied to w.core
			ws.recycle(w)
		}
	}()
	if co.enter(&w.core) {
		if !co.coroutine.Host() { // see Coroutine.Yield
			co.coroutine.Yield()
		}
		err = co.woken(&w.core)
	} else {
		err = co.refuse(&w.core)
	}
	suspended = false
	return !w.core.Canceled(), err
}

func (ws *Waiters) join(co *Co, role future.Role) *waiter {
	w := ws.free
	if w == nil {
		w = new(waiter)
	} else {
		ws.free, w.next = w.next, nil
		ws.nfree--
		w.core = future.Core{}
	}
	w.co = co
	w.core.Init(co, role)
	w.prev = ws.last
	if ws.last == nil {
		ws.first = w
	} else {
		ws.last.next = w
	}
	ws.last = w
	if ws.pending == nil {
		ws.pending = w
	}
	return w
}

func (ws *Waiters) leave(w *waiter) {
	if ws.pending == w {
		ws.pending = w.next
	}
	if w.prev == nil {
		ws.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		ws.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.next, w.prev, w.co = nil, nil, nil
}

func (ws *Waiters) recycle(w *waiter) {
	if ws.nfree < maxFree {
		w.next, ws.free = ws.free, w
		ws.nfree++
	}
}

// Wake wakes up to n coroutines that are neither woken nor canceled yet, the first in
// line first, and returns how many it woke. They run in the next iteration.
func (ws *Waiters) Wake(n int) (woken int) {
	if ws.pending == nil {
		return 0
	}
	return ws.wake(n)
}

func (ws *Waiters) wake(n int) (woken int) {
	w := ws.pending
	for ; w != nil && woken < n; w = w.next {
		if w.core.Finish() {
			woken++
		}
	}
	ws.pending = w
	return woken
}

// WakeAll is Wake of everyone.
func (ws *Waiters) WakeAll() {
	for w := ws.pending; w != nil; w = w.next {
		w.core.Finish()
	}
	ws.pending = nil
}

// WakeFirst wakes the first in line, and nobody if that one is woken or canceled
// already.
func (ws *Waiters) WakeFirst() {
	if ws.first != nil {
		ws.first.core.Finish()
	}
}

// Empty reports whether nobody is in line.
func (ws *Waiters) Empty() bool { return ws.first == nil }

// AllCanceled reports whether everybody in line was canceled and has yet to run, or
// nobody is in line.
func (ws *Waiters) AllCanceled() bool {
	for w := ws.first; w != nil; w = w.next {
		if !w.core.Canceled() {
			return false
		}
	}
	return true
}

// Tasks are those in line, in order, nil if there are none.
func (ws *Waiters) Tasks() []AnyTask {
	var tasks []AnyTask
	for w := ws.first; w != nil; w = w.next {
		tasks = append(tasks, w.co.Task())
	}
	return tasks
}

// Len is how many are in line.
func (ws *Waiters) Len() int {
	n := 0
	for w := ws.first; w != nil; w = w.next {
		n++
	}
	return n
}

// Bound ties a primitive to the first loop on which somebody waits for it. The zero
// Bound is tied to none.
//
// Semantics: asyncio.mixins._LoopBoundMixin, CPython 3.15.
type Bound struct{ scheduler *future.Scheduler }

// Bind ties the primitive to the loop of co. The error wraps ErrOtherLoop if it is
// tied to another; the role describes the primitive.
func (b *Bound) Bind(co *Co, role future.Role) error {
	if b.scheduler == co.Scheduler() {
		return nil
	}
	return b.bind(co, role)
}

func (b *Bound) bind(co *Co, role future.Role) error {
	if b.scheduler == nil {
		b.scheduler = co.Scheduler()
		return nil
	}
	return fmt.Errorf("%s is bound to a different event loop: %w", role.Describe(), ErrOtherLoop)
}
