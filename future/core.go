package future

// Core is the part of a future that does not depend on the type of its result:
// state, callbacks, error. Programs have no use for it; it is exported for those
// who build futures of their own kind, as package coro does with tasks, gather
// and shield.
type Core struct {
	loop        Loop
	role        Role
	first, last *Link
	err         error // Finished: its error. Canceled: the CanceledError to hand out first
	note        *note // the error's entry among the unretrieved ones
	msg         *string
	state       State
	owned       bool // the outcome is its maker's business, see Init
	canceling   bool // a cancel request is on its way through this future
	selfAwaited bool // see SelfAwaited
	shown       bool // its String is at work
	marked      bool // AnyTwice has come by
}

// Role is what stands behind a future of a special kind. It may also implement
// [Canceler].
type Role interface {
	// Describe says in a few words what waiting for this future means, for
	// reports: "sleep", "task 'fetch'".
	Describe() string
}

// Init makes c a pending future of loop. The role is nil for a plain future; an
// owned one takes an outcome from nobody until its maker calls Release.
func (c *Core) Init(loop Loop, role Role, owned bool) {
	c.loop, c.role, c.owned = loop, role, owned
}

// Release lets an owned future take its outcome, which its maker is about to give.
func (c *Core) Release() { c.owned = false }

// open reports whether the future can be given an outcome now.
func (c *Core) open() bool { return c.state == Pending && !c.owned }

// Loop is the loop that the future belongs to.
func (c *Core) Loop() Loop { return c.loop }

// Role is what Init was given.
func (c *Core) Role() Role { return c.role }

// State is where the future is in its life.
func (c *Core) State() State { return c.state }

// Done reports whether the future has a result or an error, or was canceled.
func (c *Core) Done() bool { return c.state != Pending }

// Canceled reports whether the future was canceled.
func (c *Core) Canceled() bool { return c.state == Canceled }

// Err is the error of a finished future, nil if it has a result, a
// *CanceledError if it was canceled and ErrInvalidState if it is pending. The
// error counts as retrieved from now on.
//
// Semantics: asyncio.Future.exception, CPython 3.14.
func (c *Core) Err() error {
	switch c.state {
	case Finished:
		c.Retrieve()
		return c.err
	case Canceled:
		return c.TakeCanceled()
	}
	return ErrInvalidState
}

// TakeCanceled makes the error of a cancellation. The error that ended a canceled
// task is handed out once; after that, and for other futures, it is a new one
// with the message of the cancellation.
func (c *Core) TakeCanceled() error {
	if err := c.err; err != nil && c.state == Canceled {
		c.err = nil
		return err
	}
	return &CanceledError{c.msg}
}

// CancelMessage is the message of the last cancel request that this future
// itself was given, nil for none.
func (c *Core) CancelMessage() *string { return c.msg }

// SetCancelMessage notes the message of a request that is delivered later.
func (c *Core) SetCancelMessage(msg *string) { c.msg = msg }

// SelfAwaited reports whether the future is a task that has awaited itself, which
// MarkSelfAwaited has said. CPython lets nobody await such a task any more until it
// is done, because a flag of the failed attempt stays behind.
func (c *Core) SelfAwaited() bool { return c.selfAwaited }

// MarkSelfAwaited makes SelfAwaited true.
func (c *Core) MarkSelfAwaited() { c.selfAwaited = true }

// Finish ends the future with a result, which the caller has stored. It reports
// false if the future was done already.
func (c *Core) Finish() bool {
	if !c.open() {
		return false
	}
	c.state = Finished
	c.scheduleCallbacks()
	return true
}

// Fail ends the future with err. It reports false if the future was done already.
func (c *Core) Fail(err error) bool {
	if !c.open() {
		return false
	}
	c.state, c.err = Finished, err
	c.scheduleCallbacks()
	c.note = c.loop.Unretrieved().add(c)
	return true
}

// MarkCanceled ends the future as canceled, with the error to hand out first (nil
// for a new one) and the message of those after it. It reports false if the
// future was done already.
func (c *Core) MarkCanceled(first error, msg *string) bool {
	if !c.open() {
		return false
	}
	c.state, c.err, c.msg = Canceled, first, msg
	c.scheduleCallbacks()
	return true
}

// Retrieve marks the error as looked at: it will not be reported.
func (c *Core) Retrieve() {
	if c.note != nil {
		c.note.drop()
		c.note = nil
	}
}

// AnyTwice reports whether there is a future of loop more than once among n of them.
// core gives the i-th, or nil.
func AnyTwice(loop Loop, n int, core func(i int) *Core) bool {
	twice, i := false, 0
	for ; i < n && !twice; i++ {
		if c := core(i); c != nil && c.loop == loop {
			twice = c.marked
			c.marked = true
		}
	}
	for i--; i >= 0; i-- {
		if c := core(i); c != nil && c.loop == loop {
			c.marked = false
		}
	}
	return twice
}
