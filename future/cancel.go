package future

import "math"

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
// circle gets the cancellation itself. Where gathers share children the walk is linear,
// and the counts of requests are those of asyncio's walk, which goes each way.
func (c *Core) Cancel(msg *string) bool {
	if c.state != Pending {
		c.seenByCancel()
		return false
	}
	if r, ok := c.role.(Canceler); ok {
		return cancelAlong(c, r, msg)
	}
	return c.cancelHere(0, msg)
}

// cancelHere is the end of a request that has passed so many futures: c, which is pending, is a plain one.
func (c *Core) cancelHere(depth int, msg *string) bool {
	if c.recorded() {
		c.tellCancel(depth, msg)
	}
	return c.MarkCanceled(nil, msg)
}

// beginCancel is the beginning of a request to c that may be passed on.
func (c *Core) beginCancel(r Canceler, depth int, msg *string) {
	c.canceling = true
	if c.recorded() {
		c.tellCancel(depth, msg)
	}
	r.BeginCancel(msg)
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

// A cancelWalk does what nested calls of cancel would do, in the same order, with a stack
// of its own.
//
// Gathers that share children make a graph with more ways through it than anybody can go:
// asyncio goes each of them. The first two visits of a future may differ, as what it waits
// for has been canceled in between. From the third on a visit changes nothing but the counts
// of requests, so those are added up at the end, and the walk is linear.
type cancelWalk struct {
	msg     *string
	path    []cancelStep
	visited []*Core       // in the order in which their first visit ended
	more    map[*Core]int // visits beyond the second; nil as long as there is none
}

// cancelVisits says how often a walk has visited a future: once, or more often, and then
// whether the last visit has taken the request.
type cancelVisits uint8

const (
	visitedNever cancelVisits = iota
	visitedOnce
	visitedTwice
	visitedTwiceTaken
)

// cancelAlong passes a cancel request on from c.
func cancelAlong(c *Core, r Canceler, msg *string) bool {
	c.beginCancel(r, 0, msg)
	target := r.CancelTarget(0)
	if target == nil || !target.cancelsAlong() && r.CancelTarget(1) == nil { // the end of most ways
		taken := false
		switch {
		case target == nil:
		case target.state != Pending:
			target.seenByCancel()
		default:
			taken = target.cancelHere(1, msg)
		}
		c.canceling = false
		return r.EndCancel(msg, taken, false)
	}
	return walkAlong(c, r, msg)
}

// cancelsAlong reports whether a request to c may be passed on.
func (c *Core) cancelsAlong() bool {
	_, ok := c.role.(Canceler)
	return ok
}

// walkAlong passes on a request that has begun at c.
func walkAlong(c *Core, r Canceler, msg *string) bool {
	w := cancelWalk{msg: msg, path: make([]cancelStep, 0, 8), visited: make([]*Core, 0, 8)}
	w.path = append(w.path, cancelStep{core: c, role: r})
	taken := w.run()
	if w.more != nil {
		w.addUp()
	}
	for _, c := range w.visited {
		c.visits = visitedNever
	}
	return taken
}

func (w *cancelWalk) run() (taken bool) {
	for {
		at := &w.path[len(w.path)-1]
		if target := at.role.CancelTarget(at.next); target != nil {
			at.next++
			w.visit(at, target)
			continue
		}
		taken, circular := w.leave(at)
		if len(w.path) == 0 {
			return taken
		}
		above := &w.path[len(w.path)-1]
		above.taken = above.taken || taken
		above.circular = above.circular || circular
	}
}

// visit passes the request from at to a target.
func (w *cancelWalk) visit(at *cancelStep, target *Core) {
	r, ok := target.role.(Canceler)
	switch {
	case target.state != Pending:
		target.seenByCancel()
	case target.canceling:
		at.circular = true
	case !ok:
		at.taken = target.cancelHere(len(w.path), w.msg) || at.taken
	case target.visits >= visitedTwice:
		if w.more == nil {
			w.more = make(map[*Core]int)
		}
		w.more[target]++
		at.taken = at.taken || target.visits == visitedTwiceTaken
	default:
		w.enter(target, r)
	}
}

func (w *cancelWalk) enter(c *Core, r Canceler) {
	c.beginCancel(r, len(w.path), w.msg)
	w.path = append(w.path, cancelStep{core: c, role: r})
}

// leave takes the last step off the path.
func (w *cancelWalk) leave(at *cancelStep) (taken, circular bool) {
	c := at.core
	c.canceling = false
	taken = at.role.EndCancel(w.msg, at.taken, at.circular)
	switch {
	case c.visits == visitedNever:
		c.visits = visitedOnce
		w.visited = append(w.visited, c)
	case taken:
		c.visits = visitedTwiceTaken
	default:
		c.visits = visitedTwice
	}
	circular = at.circular && !taken
	w.path = w.path[:len(w.path)-1]
	return taken, circular
}

// addUp counts the visits that were not made: a future has them from those above it, and
// hands them on to those below. The last whose visit ended stands above the others.
func (w *cancelWalk) addUp() {
	for i := len(w.visited) - 1; i >= 0; i-- {
		c := w.visited[i]
		n := w.more[c]
		if n == 0 {
			continue
		}
		r := c.role.(Canceler)
		if counter, ok := r.(interface{ CancelMore(n int) }); ok {
			counter.CancelMore(n)
		}
		for i := 0; ; i++ {
			target := r.CancelTarget(i)
			if target == nil {
				break
			}
			if target.visits != visitedNever {
				w.more[target] = saturated(w.more[target], n)
			}
		}
	}
}

// saturated is a+b, or the greatest int if that is out of range.
func saturated(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}
