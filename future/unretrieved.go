package future

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Unretrieved is a loop's list of the errors that nobody has looked at yet. Each
// is reported once: when its future is collected as garbage, or when the loop
// closes. The zero value is an empty list.
//
// Only what the garbage collector calls is safe for concurrent use.
type Unretrieved struct {
	// AtCloseOnly leaves the garbage collector out of it, for a loop whose
	// behavior must not depend on chance.
	AtCloseOnly bool

	first, last *note

	lost struct {
		any   atomic.Bool
		mu    sync.Mutex
		notes []*note
	}
}

// A note stands for an error without keeping its future alive.
type note struct {
	next, prev *note
	list       *Unretrieved
	err        error
	task       string
	context    any
	dropped    atomic.Bool // retrieved or reported
}

// Named is a [Role] with a name and a context of its own, as a task has them.
type Named interface {
	Name() string
	Context() any
}

func (u *Unretrieved) add(c *Core) *note {
	n := &note{list: u, err: c.err, prev: u.last}
	if named, ok := c.role.(Named); ok {
		n.task, n.context = named.Name(), named.Context()
	}
	if u.last == nil {
		u.first = n
	} else {
		u.last.next = n
	}
	u.last = n
	if !u.AtCloseOnly {
		runtime.AddCleanup(c, u.collected, n)
	}
	return n
}

// drop takes n off its list.
func (n *note) drop() {
	if n.dropped.Swap(true) {
		return
	}
	u := n.list
	if n.prev == nil {
		u.first = n.next
	} else {
		n.prev.next = n.next
	}
	if n.next == nil {
		u.last = n.prev
	} else {
		n.next.prev = n.prev
	}
	n.next, n.prev = nil, nil
}

// collected runs on a goroutine of the garbage collector's. It only leaves word:
// waking the loop from here would touch channels that may belong to a
// testing/synctest bubble.
func (u *Unretrieved) collected(n *note) {
	if n.dropped.Load() {
		return
	}
	u.lost.mu.Lock()
	u.lost.notes = append(u.lost.notes, n)
	u.lost.mu.Unlock()
	u.lost.any.Store(true)
}

// AnyLost reports whether ReportLost has something to report.
func (u *Unretrieved) AnyLost() bool { return u.lost.any.Load() }

// ReportLost calls report for the errors whose futures were collected since the
// last call. With none it costs one atomic load.
func (u *Unretrieved) ReportLost(report func(ErrorContext)) {
	if !u.lost.any.Load() {
		return
	}
	u.lost.mu.Lock()
	notes := u.lost.notes
	u.lost.notes = nil
	u.lost.any.Store(false)
	u.lost.mu.Unlock()
	for _, n := range notes {
		n.report(report)
	}
}

// ReportAll calls report for all of them, oldest first: the loop is closing.
func (u *Unretrieved) ReportAll(report func(ErrorContext)) {
	for u.first != nil {
		u.first.report(report)
	}
}

func (n *note) report(report func(ErrorContext)) {
	if n.dropped.Load() {
		return
	}
	n.drop()
	what := "Future"
	if n.task != "" {
		what = "Task"
	}
	report(ErrorContext{
		Message: what + " exception was never retrieved",
		Err:     n.err,
		Task:    n.task,
		Context: n.context,
	})
}
