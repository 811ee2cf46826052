// Package unretrieved keeps the errors of futures that nobody has looked at yet. Each
// is reported once: when its future is collected as garbage, or when the loop closes.
package unretrieved

import (
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/ouro-loop/ouro/internal/frames"
)

// List is a loop's list of such errors. The zero value is an empty list.
//
// Only Collected and Look are safe for concurrent use.
type List struct {
	first, last *Note

	lost struct {
		any   atomic.Bool
		mu    sync.Mutex
		added uint32 // to the list so far; here it takes no room
		notes []*Note
	}
}

// A Note stands for an error without keeping its future alive.
type Note struct {
	Err  error
	Vars any // the task's context
	Origin
	Number uint32 // in its list, in order of Add, from 1 on

	next, prev *Note
	list       *List
	dropped    atomic.Bool // retrieved or reported
	looked     atomic.Bool // retrieved on another goroutine, which can only leave word
}

// Error makes a Note fit for the place of its error.
func (n *Note) Error() string { return n.Err.Error() }

// An Origin is what reports say about the task that failed, without keeping it alive.
type Origin struct {
	Task     string          // its name, if it was given one
	Number   int32           // or else its number; 0 for a future that is no task
	Function frames.Function // what it ran
	Created  string          // the line that created it, in debug mode
}

// IsTask reports whether it is one.
func (o Origin) IsTask() bool { return o.Task != "" || o.Number > 0 }

// Name is the task's name, "" for a future that is none.
func (o Origin) Name() string {
	if o.Task == "" && o.Number > 0 {
		return "Task-" + strconv.Itoa(int(o.Number))
	}
	return o.Task
}

// Add puts n at the end of the list.
func (l *List) Add(n *Note) {
	l.lost.added++
	n.list, n.prev, n.Number = l, l.last, l.lost.added
	if l.last == nil {
		l.first = n
	} else {
		l.last.next = n
	}
	l.last = n
}

// Drop takes n off its list: somebody has looked at the error.
func (n *Note) Drop() {
	if n.dropped.Swap(true) {
		return
	}
	l := n.list
	if n.prev == nil {
		l.first = n.next
	} else {
		n.prev.next = n.next
	}
	if n.next == nil {
		l.last = n.prev
	} else {
		n.next.prev = n.prev
	}
	n.next, n.prev = nil, nil
}

// Collected is called when the garbage collector has found the future of n. It only
// leaves word: waking the loop from the collector's goroutine would touch channels that
// may belong to a testing/synctest bubble.
func Collected(n *Note) {
	if !n.dropped.Load() {
		n.leaveWord()
	}
}

// Look is Drop for other goroutines.
func (n *Note) Look() {
	if !n.looked.Swap(true) {
		n.leaveWord()
	}
}

func (n *Note) leaveWord() {
	lost := &n.list.lost
	lost.mu.Lock()
	lost.notes = append(lost.notes, n)
	lost.mu.Unlock()
	lost.any.Store(true)
}

// AnyLost reports whether ReportLost has something to report.
func (l *List) AnyLost() bool { return l.lost.any.Load() }

// ReportLost calls report for the errors whose futures were collected since the
// last call. With none it costs one atomic load.
func (l *List) ReportLost(report func(*Note)) {
	if !l.lost.any.Load() {
		return
	}
	l.lost.mu.Lock()
	notes := l.lost.notes
	l.lost.notes = nil
	l.lost.any.Store(false)
	l.lost.mu.Unlock()
	for _, n := range notes {
		n.Report(report)
	}
}

// All are the errors that are in the list, oldest first.
func (l *List) All() []*Note {
	var notes []*Note
	for n := l.first; n != nil; n = n.next {
		notes = append(notes, n)
	}
	return notes
}

// Numbered is the one in the list with that number, nil if there is none.
func (l *List) Numbered(number uint32) *Note {
	for n := l.first; n != nil; n = n.next {
		if n.Number == number {
			return n
		}
	}
	return nil
}

// Report calls report with n, unless it has been dropped, and drops it.
func (n *Note) Report(report func(*Note)) {
	if n.dropped.Load() {
		return
	}
	n.Drop()
	if !n.looked.Load() {
		report(n)
	}
}
