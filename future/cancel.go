package future

// Canceler is the [Role] of a future for which a cancel request is not yet the
// end: a task passes it on to what it waits for, a gather to its children.
type Canceler interface {
	Role

	// BeginCancel notes the request.
	BeginCancel(msg *string)

	// CancelTarget is the i-th future to pass the request to, nil after the last.
	CancelTarget(i int) *Core

	// EndCancel is told whether any target took the request, and reports
	// whether this future takes it. With circular set, a target was being
	// canceled already: the futures wait for each other in a circle, and
	// nothing else will wake this one.
	EndCancel(msg *string, taken, circular bool) bool
}

// Cancel requests that the future be canceled, and reports whether it took the
// request; a future that is done does not. A plain future is canceled at once.
//
// Semantics: asyncio.Future.cancel, CPython 3.15.
//
// # Differences from asyncio
//
// The request walks along tasks that wait for each other without recursion, so
// no depth overflows the stack. In a circle of tasks, the one that closes the
// circle gets the cancellation itself.
func (c *Core) Cancel(msg *string) bool {
	if c.state != Pending {
		c.seenByCancel()
		return false
	}
	if r, ok := c.role.(Canceler); ok {
		return cancelAlong(c, r, msg)
	}
	return c.MarkCanceled(nil, msg)
}

// seenByCancel marks the error of a future that is done as looked at: a canceler is not
// interested in it. A gather's is kept, as asyncio has it.
func (c *Core) seenByCancel() {
	if !c.KeepsError {
		c.Retrieve()
	}
}

// A cancelStep is one future on the way of a cancel request.
type cancelStep struct {
	core            *Core
	role            Canceler
	next            int // the target to visit next
	taken, circular bool
}

// cancelAlong does what nested calls of cancel would do, in the same order, with
// a stack of its own.
func cancelAlong(c *Core, r Canceler, msg *string) bool {
	var room [8]cancelStep
	path := append(room[:0], cancelStep{core: c, role: r})
	c.canceling = true
	r.BeginCancel(msg)
	for {
		at := &path[len(path)-1]
		target := at.role.CancelTarget(at.next)
		if target != nil {
			at.next++
			switch r, ok := target.role.(Canceler); {
			case target.state != Pending:
				target.seenByCancel()
			case target.canceling:
				at.circular = true
			case ok:
				target.canceling = true
				r.BeginCancel(msg)
				path = append(path, cancelStep{core: target, role: r})
			default:
				at.taken = target.MarkCanceled(nil, msg) || at.taken
			}
			continue
		}
		at.core.canceling = false
		taken := at.role.EndCancel(msg, at.taken, at.circular)
		circular := at.circular && !taken
		path = path[:len(path)-1]
		if len(path) == 0 {
			return taken
		}
		above := &path[len(path)-1]
		above.taken = above.taken || taken
		above.circular = above.circular || circular
	}
}
