package future

import (
	"runtime"

	"github.com/ouro-loop/ouro/internal/mark"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
)

// Core is the part of a future that does not depend on the type of its result:
// state, callbacks, error.
type Core struct {
	sched   *sched.Scheduler
	role    Role
	first   *Link // of its callbacks
	outcome       // a failed one's error is in its *unretrieved.Note until somebody looks
	flags
	state     State
	canceling bool // a cancel request is on its way through this future
	visits    cancelVisits
	shown     bool // String is running
}

// These are embedded under names that godoc does not show.
type (
	flags   = mark.Flags
	outcome = mark.Outcome
)

// Role is what stands behind a future of a special kind. It may also implement
// [Canceler] and [Named].
type Role interface {
	// Describe says in a few words what waiting for this future means, for
	// reports: "sleep", "task 'fetch'".
	Describe() string
}

// Named is a [Role] with a name and a context of its own, as a task has them.
type Named interface {
	Name() string
	Vars() any // a *coro.Vars
}

// Init makes c a pending future of the loop that on is on. The role is nil for a plain
// future.
func (c *Core) Init(on OnLoop, role Role) {
	c.sched, c.role = (*sched.Scheduler)(on.Scheduler()), role
}

// open reports whether the future can be given an outcome now.
func (c *Core) open() bool { return c.state == Pending && !c.Owned }

// Scheduler stands for the loop that the future belongs to.
func (c *Core) Scheduler() *Scheduler { return (*Scheduler)(c.sched) }

// Role is what Init was given.
func (c *Core) Role() Role { return c.role }

// State is where the future is in its life.
func (c *Core) State() State { return c.state }

// Done reports whether the future has a result or an error, or was canceled.
func (c *Core) Done() bool { return c.state != Pending }

// Canceled reports whether the future was canceled.
func (c *Core) Canceled() bool { return c.state == Canceled }

// Failed reports whether the future ended with an error; a cancellation is none. Unlike
// Err it is no look at the error, which is still reported if nobody else looks.
func (c *Core) Failed() bool { return c.state == Finished && c.outcome.Err != nil }

// Err is the error of a finished future, nil if it has a result, a
// *CanceledError if it was canceled and ErrInvalidState if it is pending. The
// error counts as retrieved from now on.
//
// Semantics: asyncio.Future.exception, CPython 3.15.
func (c *Core) Err() error {
	switch c.state {
	case Finished:
		c.Retrieve()
		return c.outcome.Err
	case Canceled:
		return c.takeCanceled()
	}
	return ErrInvalidState
}

// takeCanceled makes the error of a canceled future. The error that ended a canceled
// task is handed out once; after that, and for other futures, it is a new one
// with the message of the cancellation.
func (c *Core) takeCanceled() error {
	msg := c.CancelMessage()
	if first := c.outcome.Err; first != nil && msg == nil {
		c.outcome.Err = nil
		return first
	}
	return &CanceledError{msg: msg}
}

// Finish ends the future with a result, which the caller has stored. It reports
// false if the future was done already.
func (c *Core) Finish() bool {
	if !c.open() {
		return false
	}
	if c.outcome.Err != nil {
		c.SetCancelMessage(nil)
	}
	c.settle(Finished)
	return true
}

// Fail ends the future with err. It reports false if the future was done already.
func (c *Core) Fail(err error) bool {
	if !c.open() {
		return false
	}
	c.outcome.Err = err
	c.settle(Finished)
	c.noteError()
	return true
}

// MarkCanceled ends the future as canceled, with the error to hand out first; or, if that is nil,
// with the message of all of its errors. It reports false if the future was done already.
func (c *Core) MarkCanceled(first error, msg *string) bool {
	if !c.open() {
		return false
	}
	if c.outcome.Err = first; first == nil {
		c.SetCancelMessage(msg)
	}
	c.settle(Canceled)
	return true
}

// noteError puts the error among those that nobody has looked at.
func (c *Core) noteError() {
	n := &unretrieved.Note{Err: c.outcome.Err}
	if named, ok := c.role.(Named); ok {
		n.Vars = named.Vars()
		if task, ok := named.(interface{ Origin() unretrieved.Origin }); ok {
			n.Origin = task.Origin()
		} else {
			n.Task = named.Name()
		}
	}
	l := c.sched.Loop().(eventLoop)
	l.Unretrieved().Add(n)
	if l.ReportsCollected() {
		runtime.AddCleanup(c, unretrieved.Collected, n)
	}
	c.outcome.Err = n
}

// Retrieve marks the error as looked at: it will not be reported.
func (c *Core) Retrieve() {
	if n, ok := c.outcome.Err.(*unretrieved.Note); ok {
		n.Drop()
		c.outcome.Err = n.Err
	}
}

// failure is the error of one that has failed, without a look at it.
func (c *Core) failure() error {
	if n, ok := c.outcome.Err.(*unretrieved.Note); ok {
		return n.Err
	}
	return c.outcome.Err
}
