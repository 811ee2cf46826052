package locks

import (
	"errors"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/waits"
)

// Condition lets a task that holds a lock wait until another task notifies it of a
// change. The zero Condition has a lock of its own; [NewCondition] makes one that
// shares a Lock. It must not be copied after its first use.
//
//	err := changed.With(co, func() error {
//		if err := changed.WaitFor(co, func() bool { return len(items) > 0 }); err != nil {
//			return err
//		}
//		...
//	})
//
// Semantics: asyncio.Condition, CPython 3.15.
type Condition struct {
	common // its waiters wait for a notification
	shared *Lock
	own    Lock
}

// NewCondition makes a condition with a lock, which other conditions may share. With
// nil, the condition has a lock of its own.
//
// Semantics: asyncio.Condition, CPython 3.15.
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

// Owner is the task that holds the lock, nil while it is free. The tasks that wait for
// the lock are not among Waiters, which wait for a notification.
func (c *Condition) Owner() coro.AnyTask { return c.lock().Owner() }

// Wait releases the lock, waits for a notification, and acquires the lock again,
// however often the task is canceled meanwhile. The caller holds the lock when Wait
// returns, and the error is the last of the cancellations.
//
// Wait can return although nothing has changed: a canceled task wakes another one,
// since it may have been notified itself. So look again, or use WaitFor.
//
// The error is ErrNotAcquired, at once, if no task holds the lock.
//
// Semantics: asyncio.Condition.wait, CPython 3.15.
func (c *Condition) Wait(co *coro.Co) error {
	lock := c.lock()
	if !lock.Locked() {
		return c.name.Wrap("condition", ErrNotAcquired)
	}
	if err := c.bound.Bind(co, (*conditionRole)(c)); err != nil {
		return err
	}
	co.Share((*conditionRole)(c))
	_ = lock.Release() // it is held
	err := c.suspend(co, lock)
	for {
		again := lock.Acquire(co)
		if again == nil {
			break
		}
		err = again
		if errors.Is(again, coro.ErrOtherLoop) { // the lock is bound to another loop: no attempt will succeed
			break
		}
	}
	if err != nil {
		// This task may have been notified, and will not look for the change.
		c.waiters.Wake(1)
	}
	return err
}

// suspend waits for a notification. If the loop closes meanwhile, the task takes the
// lock back if that is free: deferred calls of Release are about to run.
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

// WaitFor waits until condition reports true. It calls condition at once, and with
// the lock held after each notification. The caller holds the lock when WaitFor
// returns. The errors are those of Wait; a condition that is true at once needs no
// lock.
//
// Semantics: asyncio.Condition.wait_for, CPython 3.15.
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

// Notify wakes the first n of the tasks that wait, or all if there are fewer. Each
// returns from Wait once it has the lock, which the caller holds. The error is
// ErrNotAcquired if no task holds the lock.
//
// Semantics: asyncio.Condition.notify, CPython 3.15.
func (c *Condition) Notify(n int) error {
	if !c.Locked() {
		return c.name.Wrap("condition", ErrNotAcquired)
	}
	c.waiters.Wake(n)
	return nil
}

// NotifyAll is Notify of all tasks that wait.
//
// Semantics: asyncio.Condition.notify_all, CPython 3.15.
func (c *Condition) NotifyAll() error {
	if !c.Locked() {
		return c.name.Wrap("condition", ErrNotAcquired)
	}
	c.waiters.WakeAll()
	return nil
}

// String shows the name, the state of the lock and how many tasks wait for a
// notification.
func (c *Condition) String() string { return c.format("Condition", lockState(c.Locked())) }

// conditionRole is the future.Role of a Condition's waiters.
type conditionRole Condition

func (r *conditionRole) Describe() string { return "a notification of " + r.name.Title("condition") }

// Wait is what a report tells of it.
func (r *conditionRole) Wait() waits.Info {
	return waits.Info{Kind: "condition", Name: r.name.String(), Text: r.Describe(), Line: &r.waiters}
}
