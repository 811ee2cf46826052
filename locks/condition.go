package locks

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// Condition lets tasks that hold a lock wait until another one tells them that
// something has changed. The zero Condition has a lock of its own; [NewCondition]
// makes one that shares a Lock. It must not be copied after its first use.
//
//	err := changed.With(co, func() error {
//		if err := changed.WaitFor(co, func() bool { return len(items) > 0 }); err != nil {
//			return err
//		}
//		...
//	})
//
// Semantics: asyncio.Condition, CPython 3.14.
type Condition struct {
	common // of those who wait for a notification
	shared *Lock
	own    Lock
}

// NewCondition makes a condition of a lock, which may be that of other conditions
// too; nil for one of its own.
//
// Semantics: asyncio.Condition, CPython 3.14.
func NewCondition(lock *Lock) *Condition { return &Condition{shared: lock} }

func (c *Condition) lock() *Lock {
	if c.shared != nil {
		return c.shared
	}
	return &c.own
}

// SetName names the condition in reports, and its lock if that is its own.
func (c *Condition) SetName(name string) {
	c.common.SetName(name)
	c.own.SetName(name)
}

// Acquire acquires the lock, see [Lock.Acquire].
func (c *Condition) Acquire(co *coro.Co) error { return c.lock().Acquire(co) }

// Release releases the lock, see [Lock.Release].
func (c *Condition) Release() error { return c.lock().Release() }

// With runs body with the lock held, see [Lock.With].
func (c *Condition) With(co *coro.Co, body func() error) error { return c.lock().With(co, body) }

// Locked reports whether a task holds the lock.
func (c *Condition) Locked() bool { return c.lock().Locked() }

// Owner is the task that holds the lock, nil while it is free. Those who wait for
// the lock are not among Waiters, who wait for a notification.
func (c *Condition) Owner() coro.AnyTask { return c.lock().Owner() }

// Wait releases the lock, waits for a notification, and acquires the lock again,
// which it does however often the task is canceled meanwhile: the caller holds the
// lock when Wait returns, and the last of the cancellations is its error.
//
// It may return without the notification that the caller is after: a task that was
// notified and cannot make use of it passes it on. So look again, or use WaitFor.
//
// The error is ErrNotAcquired, at once, if nobody holds the lock.
//
// Semantics: asyncio.Condition.wait, CPython 3.14.
func (c *Condition) Wait(co *coro.Co) error {
	lock := c.lock()
	if !lock.Locked() {
		return ErrNotAcquired
	}
	if err := c.bound.Bind(co, (*conditionRole)(c)); err != nil {
		return err
	}
	_ = lock.Release() // it is held
	err := c.suspend(co, lock)
	for {
		again := lock.Acquire(co)
		if again == nil {
			break
		}
		err = again
		if !future.IsCanceled(again) { // the lock is of another loop: trying on would not end
			break
		}
	}
	if err != nil {
		// This task may have been notified, and is not going to look.
		c.waiters.Wake(1)
	}
	return err
}

// suspend waits for a notification. If the loop closes meanwhile, deferred calls
// of Release are about to run, and find the lock held if it is free to be had.
func (c *Condition) suspend(co *coro.Co, lock *Lock) error {
	returned := false
	defer func() {
		if !returned && lock.owner == nil {
			lock.owner = co
		}
	}()
	_, err := c.waiters.Wait(co, (*conditionRole)(c))
	returned = true
	return err
}

// WaitFor waits until condition, which is called with the lock held, reports true:
// once at the beginning, and after each notification. The caller holds the lock
// when WaitFor returns. The errors are those of Wait; a condition that is true at
// once needs no lock.
//
// Semantics: asyncio.Condition.wait_for, CPython 3.14.
func (c *Condition) WaitFor(co *coro.Co, condition func() bool) error {
	if condition == nil {
		panic("locks: WaitFor of a nil function")
	}
	for !condition() {
		if err := c.Wait(co); err != nil {
			return err
		}
	}
	return nil
}

// Notify wakes n of the tasks that wait, the first ones first, or all if they are
// fewer. They return from Wait one after the other, once they have got the lock
// that the caller holds. The error is ErrNotAcquired if nobody does.
//
// Semantics: asyncio.Condition.notify, CPython 3.14.
func (c *Condition) Notify(n int) error {
	if !c.Locked() {
		return ErrNotAcquired
	}
	c.waiters.Wake(n)
	return nil
}

// NotifyAll is Notify of all tasks that wait.
//
// Semantics: asyncio.Condition.notify_all, CPython 3.14.
func (c *Condition) NotifyAll() error {
	if !c.Locked() {
		return ErrNotAcquired
	}
	c.waiters.WakeAll()
	return nil
}

// String shows the name, the state of the lock and how many wait for a
// notification.
func (c *Condition) String() string { return c.format("Condition", lockState(c.Locked())) }

// conditionRole is a Condition as what stands behind the futures of its waiters.
type conditionRole Condition

func (r *conditionRole) Describe() string { return "a notification of " + r.name.Title("condition") }
