package timers

import (
	"time"

	"github.com/google/btree"
)

const (
	// degree of the tree: nodes of 31 to 63 items. From a thousand timers to a
	// million, half and twice as many measure alike, and beyond that it gets slower.
	degree = 32

	// spareNodes is how many emptied nodes, of some 1.5 kB each, are kept for the
	// next insertion, so that a queue whose length goes up and down does not
	// allocate.
	spareNodes = 256
)

// Queue holds timers in the order of their deadlines; equal deadlines are in
// the order of Add. The zero value is an empty queue ready to use. A queue must
// not be copied, and is not safe for concurrent use.
//
// Semantics: asyncio.BaseEventLoop._scheduled, CPython 3.14, but for what the
// package comment lists.
type Queue struct {
	// The earliest timer stays out of the tree. The loop asks for it in every
	// iteration, and a loop in which one thing waits touches no tree at all. Each
	// operation still costs one tree operation at the most.
	first *Timer              // the earliest; nil when the queue is empty
	rest  *btree.BTreeG[item] // all the others; nil until there is one
	seq   uint64              // of the latest Add
}

// item stands for a timer in the tree. It repeats the keys, so that comparing
// does not have to follow the pointer.
type item struct {
	when  time.Duration
	seq   uint64
	timer *Timer
}

func (a item) before(b item) bool {
	return a.when < b.when || a.when == b.when && a.seq < b.seq
}

func (t *Timer) item() item { return item{t.when, t.seq, t} }

// Add queues t for the deadline when, behind all timers whose deadline is the
// same. Any deadline will do, be it negative or long past. Add panics if t is
// queued already, in this queue or in another.
func (q *Queue) Add(t *Timer, when time.Duration) {
	if t.queue != nil {
		panic("timers: Add of a timer that is queued already")
	}
	q.seq++
	t.when, t.seq, t.queue = when, q.seq, q
	switch {
	case q.first == nil:
		q.first = t
	case when < q.first.when:
		q.insert(q.first)
		q.first = t
	default:
		q.insert(t)
	}
}

// Remove takes t out of the queue, wherever it stands, and reports whether it
// was in this queue.
func (q *Queue) Remove(t *Timer) bool {
	if t.queue != q {
		return false
	}
	if t == q.first {
		q.takeFirst()
		return true
	}
	q.rest.Delete(t.item())
	t.queue = nil
	return true
}

// Next returns the earliest timer without taking it out, or nil if the queue is
// empty. It is as cheap as reading a field.
func (q *Queue) Next() *Timer { return q.first }

// PopDue takes out and returns the earliest timer if its deadline is now or
// before; otherwise it returns nil. Called until it returns nil, it yields all
// due timers in order.
func (q *Queue) PopDue(now time.Duration) *Timer {
	if q.first == nil || q.first.when > now {
		return nil
	}
	return q.takeFirst()
}

// Len returns the number of queued timers.
func (q *Queue) Len() int {
	switch {
	case q.first == nil:
		return 0
	case q.rest == nil:
		return 1
	default:
		return 1 + q.rest.Len()
	}
}

// Clear takes out all timers.
func (q *Queue) Clear() {
	if q.first == nil {
		return
	}
	q.first.queue = nil
	q.first = nil
	if q.rest == nil {
		return
	}
	q.rest.Ascend(func(i item) bool {
		i.timer.queue = nil
		return true
	})
	q.rest.Clear(true)
}

// takeFirst takes out the earliest timer, of which there is one, and lets the
// next one take its place.
func (q *Queue) takeFirst() *Timer {
	t := q.first
	t.queue = nil
	q.first = nil
	if q.rest != nil {
		next, _ := q.rest.DeleteMin()
		q.first = next.timer
	}
	return t
}

func (q *Queue) insert(t *Timer) {
	if q.rest == nil {
		q.rest = btree.NewWithFreeListG(degree, item.before, btree.NewFreeListG[item](spareNodes))
	}
	q.rest.ReplaceOrInsert(t.item())
}
