package locks

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/waits"
)

// Lock is held by one task at a time. The zero Lock is free. It must not be copied
// after its first use.
//
// It is fair: tasks that wait get it in the order in which they came, and no other
// task before them. It is not reentrant: a task that acquires it twice waits for
// itself. Any task or callback may release it, not only the task that holds it.
//
// Semantics: asyncio.Lock, CPython 3.15.
type Lock struct {
	common
	owner *coro.Co    // nil while it is free
	watch *ownerWatch // in debug mode, while it is held
}

// Acquire waits until the lock is free, and takes it. A lock that is free and has
// no waiters is taken without suspending. The error is a cancellation of the task,
// which does not hold the lock then.
//
// Semantics: asyncio.Lock.acquire, CPython 3.15.
func (l *Lock) Acquire(co *coro.Co) error {
	if l.owner != nil || !l.waiters.Empty() || co.NotesHeld() {
		return l.acquireSlowly(co)
	}
	l.owner = co
	return nil
}

func (l *Lock) acquireSlowly(co *coro.Co) error {
	// A lock that was released is for the task that was woken for it, although
	// that has yet to run.
	if l.owner != nil || !l.waiters.AllCanceled() {
		if err := l.bound.Bind(co, (*lockRole)(l)); err != nil {
			return err
		}
		co.Share((*lockRole)(l))
		if _, err := l.waiters.Wait(co, (*lockRole)(l)); err != nil {
			if l.owner == nil {
				l.waiters.WakeFirst() // it may have been this task's turn
			}
			return err
		}
	}
	l.owner = co
	if !co.NoteHeld((*lockRole)(l)) && co.Debug() { // else it is reported when the loop closes
		l.watchOwner()
	}
	return nil
}

// Release gives the lock up, and wakes the first task that waits for it. The error is
// ErrNotAcquired if no task holds it.
//
// Semantics: asyncio.Lock.release, CPython 3.15.
func (l *Lock) Release() error {
	if l.owner == nil {
		return l.name.Wrap("lock", ErrNotAcquired)
	}
	l.owner = nil
	if l.watch != nil {
		l.unwatchOwner()
	}
	l.waiters.WakeFirst()
	return nil
}

func (l *Lock) release() error { return l.Release() }

// With acquires the lock, runs body, and releases the lock on every way out. It
// returns what body returned, the error of Acquire if that failed, or
// ErrNotAcquired if body has released the lock itself.
//
// Semantics: "async with lock", CPython 3.15.
func (l *Lock) With(co *coro.Co, body func() error) error {
	given(body)
	if err := l.Acquire(co); err != nil {
		return err
	}
	return with(l, body)
}

// Locked reports whether a task holds the lock. It is false between a Release and the
// turn of the task that was woken, although Acquire has to wait then.
//
// Semantics: asyncio.Lock.locked, CPython 3.15.
func (l *Lock) Locked() bool { return l.owner != nil }

// Owner is the task that acquired the lock, nil while it is free.
func (l *Lock) Owner() coro.AnyTask {
	if l.owner == nil {
		return nil
	}
	return l.owner.Task()
}

// String shows the name, the state and how many tasks wait.
func (l *Lock) String() string { return l.format("Lock", lockState(l.Locked())) }

func lockState(locked bool) string {
	if locked {
		return "locked"
	}
	return "unlocked"
}

// lockRole is the future.Role of a Lock's waiters.
type lockRole Lock

func (r *lockRole) Name() string { return r.name.String() }

func (r *lockRole) Describe() string { return r.name.Title("lock") }

// Wait is what a report tells of it.
func (r *lockRole) Wait() waits.Info {
	return waits.Info{Kind: "lock", Name: r.name.String(), Line: &r.waiters}
}

// Holders is the owner, for reports.
func (r *lockRole) Holders() []coro.AnyTask {
	if r.owner == nil {
		return nil
	}
	return []coro.AnyTask{r.owner.Task()}
}

// An ownerWatch waits for the end of the task that holds a lock, in debug mode.
type ownerWatch struct {
	link future.Link
	lock *Lock
}

func (l *Lock) watchOwner() {
	w := &ownerWatch{lock: l}
	l.owner.Task().Core().Attach(w.link.Init(w))
	l.watch = w
}

func (l *Lock) unwatchOwner() {
	l.watch.link.Detach()
	l.watch = nil
}

// Run is called when the task has ended.
func (w *ownerWatch) Run() {
	l := w.lock
	if l.watch != w {
		return // released in the meantime
	}
	l.watch = nil
	future.CallExceptionHandler(l.owner, future.ErrorContext{
		Message: fmt.Sprintf("%s is still held by task %q, which has ended", l.name.Title("lock"), l.owner.Name()),
		Task:    l.owner.Name(),
		Future:  l.owner.Task(),
	})
}
