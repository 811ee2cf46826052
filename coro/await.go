package coro

import (
	"fmt"

	"github.com/ouro-loop/ouro/future"
)

// Await waits until f, a future or task of whatever type, is done, and returns its error,
// nil if it has a result. One that is done already does not suspend the coroutine. If the
// task of co is canceled meanwhile, f is canceled with it. Where the type is known, and the
// result wanted, f has an Await itself.
//
// Semantics: asyncio.Future.__await__, CPython 3.15.
func Await(co *Co, f future.Any) error {
	mustBeFuture(f)
	if f.Done() {
		return f.Err()
	}
	co.mustBeGiven()
	return co.Suspend(f.Core())
}

// Suspend parks the coroutine until the future of c is done, and returns its error, nil
// if it has a result. Await is the way to it for everyone but the authors of futures.
// A cancellation of this task, or a refusal, is returned in place of the future's error.
//
// Semantics: asyncio.Task.__step and __wakeup, CPython 3.15.
func (co *Co) Suspend(c *future.Core) error {
	if !co.enter(c) {
		return co.refuse(c)
	}
	if !co.coroutine.Host() { // see Coroutine.Yield
		co.coroutine.Yield()
	}
	return co.woken(c)
}

// enter registers the task with the future that it is about to wait for. It reports
// false if that cannot be awaited. Between enter and woken the caller suspends: itself,
// because every frame below a suspended function has a price.
func (co *Co) enter(c *future.Core) bool {
	co.mustRun()
	if c.Scheduler() != co.Scheduler() || c == co.core || awaitsItself(c) {
		return false
	}
	c.Attach(&co.link) // first: who is told of it may look
	if co.coroutine.Recorded() {
		co.tellAwait(c)
	}
	if co.mustCancel && c.Cancel(co.core.CancelMessage()) {
		co.mustCancel = false
	}
	return true
}

// woken is the end of what enter began.
func (co *Co) woken(c *future.Core) error {
	if co.coroutine.Asked() {
		co.coroutine.Answer()
	}
	co.link.Forget()
	if !c.Done() || co.mustCancel {
		if err := co.wokenOtherwise(c); err != nil {
			return err
		}
	}
	return c.Err()
}

// wokenOtherwise is the end of a Suspend whose task was canceled meanwhile.
func (co *Co) wokenOtherwise(c *future.Core) error {
	for !co.mustCancel && !c.Done() {
		// A circle of awaits was canceled here, and the request taken back.
		c.Attach(&co.link)
		if co.coroutine.Recorded() {
			co.tellAwait(c)
		}
		if !co.coroutine.Host() {
			co.coroutine.Yield()
		}
		if co.coroutine.Asked() {
			co.coroutine.Answer()
		}
		co.link.Forget()
	}
	switch {
	case !co.mustCancel:
		return nil
	case !c.Done(), !c.Canceled() && !future.IsCanceled(c.Err()):
		return co.takeCancel()
	}
	// The future ended as canceled itself, and its error is the one to be seen.
	co.mustCancel = false
	return co.extra.takeInjected()
}

// takeCancel delivers the cancellation that was asked for.
func (co *Co) takeCancel() error {
	co.mustCancel = false
	if err := co.extra.takeInjected(); err != nil {
		return err
	}
	return canceledError(co.core)
}

// canceledError is a cancellation with the message of the last request to c.
func canceledError(c *future.Core) error {
	return future.NewCanceledError(optional(c.CancelMessage())...)
}

// awaitsItself reports whether c is a task that has awaited itself. CPython lets nobody
// await such a task any more until it is done, because a flag of the failed attempt
// stays behind.
func awaitsItself(c *future.Core) bool {
	r, ok := c.Role().(*taskRole)
	return ok && r.selfAwaited
}

// refuse is what comes of a Suspend on a future that cannot be awaited.
func (co *Co) refuse(c *future.Core) error {
	switch {
	case c.Scheduler() == nil:
		panic(zeroFuture)
	case awaitsItself(c):
		return fmt.Errorf("%w: %s has done so, and cannot be awaited before it ends", ErrAwaitSelf, c.Role().Describe())
	case c == co.core:
		co.selfAwaited = true
		return co.throw(fmt.Errorf("%w (task %q)", ErrAwaitSelf, co.Name()))
	}
	return co.throw(fmt.Errorf("%w (task %q)", ErrOtherLoop, co.Name()))
}

// throw returns err to the coroutine, as a step of its own would.
func (co *Co) throw(err error) error {
	if canceled := Sleep(co, 0); canceled != nil {
		return canceled
	}
	return err
}
