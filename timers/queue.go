package timers

import (
	"cmp"
	"slices"
	"time"
)

// Queue holds timers in the order of their deadlines; equal deadlines are in
// the order of Add. The zero value is an empty queue ready to use. A queue must
// not be copied, and is not safe for concurrent use.
//
// Semantics: asyncio.BaseEventLoop._scheduled, CPython 3.15, but for what the
// package comment lists.
type Queue struct {
	// The earliest timer is in no slot and no tree. The loop asks for it in every
	// iteration, and a loop with a single timer touches no tree at all.
	first item // zero when the queue is empty

	// Each of the others is in one of these.
	slots slots
	exact exact

	apart slot   // sentinel: the slot of timers outside slots, first and those in exact
	n     int    // how many timers there are
	seq   uint64 // of the latest Add
}

// item stands for a timer. It repeats the keys, so that a comparison does not follow
// the pointer.
type item struct {
	when  time.Duration
	seq   uint64
	timer *Timer
}

func (a item) before(b item) bool {
	return a.when < b.when || a.when == b.when && a.seq < b.seq
}

// Add queues t for the deadline when, behind all timers whose deadline is the
// same. Any deadline will do, be it negative or long past. Add panics if t is
// queued already, in this queue or in another.
func (q *Queue) Add(t *Timer, when time.Duration) {
	if t.slot != nil {
		panic("timers: Add of a timer that is queued already")
	}
	q.n++
	q.seq++
	t.when = when
	added := item{when, q.seq, t}
	switch {
	case q.n == 1:
		q.setFirst(added)
	case when < q.first.when:
		q.insert(q.first)
		q.setFirst(added)
	default:
		q.insert(added)
	}
}

// Remove takes t out of the queue, wherever it stands, and reports whether it
// was in this queue.
func (q *Queue) Remove(t *Timer) bool {
	switch s := t.slot; {
	case s == nil:
		return false
	case t == q.first.timer:
		q.takeFirst()
		return true
	case s == &q.apart:
		q.exact.remove(item{t.when, t.key, t})
	case s.queue == q:
		q.slots.remove(s, int(t.key))
	default:
		return false
	}
	t.slot = nil
	q.n--
	return true
}

// Number returns which Add of this queue t is queued by, counted from 1, and zero if t is
// in none.
func (q *Queue) Number(t *Timer) uint64 {
	switch s := t.slot; {
	case s == nil:
		return 0
	case t == q.first.timer:
		return q.first.seq
	case s == &q.apart:
		return t.key
	case s.queue == q:
		return s.items[t.key].seq
	}
	return 0
}

// Next returns the earliest timer without taking it out, or nil if the queue is
// empty. It is as cheap as reading a field.
func (q *Queue) Next() *Timer { return q.first.timer }

// PopDue takes out and returns the earliest timer if its deadline is now or
// before; otherwise it returns nil. Called until it returns nil, it yields all
// due timers in order.
func (q *Queue) PopDue(now time.Duration) *Timer {
	if q.n == 0 || q.first.when > now {
		return nil
	}
	return q.takeFirst()
}

// AppendEarliest appends the timers that have the earliest deadline to ts, in the order of Add,
// and leaves them where they are.
func (q *Queue) AppendEarliest(ts []*Timer) []*Timer {
	if q.n == 0 {
		return ts
	}
	when := q.first.when
	var rest []item
	rest = q.exact.appendAt(rest, when)
	rest = q.slots.appendAt(rest, when)
	slices.SortFunc(rest, func(a, b item) int { return cmp.Compare(a.seq, b.seq) })
	ts = append(ts, q.first.timer)
	for _, i := range rest {
		ts = append(ts, i.timer)
	}
	return ts
}

// Latest is the Number of the latest Add.
func (q *Queue) Latest() uint64 { return q.seq }

// Each calls f for every queued timer, in no order that is of use. f must leave the queue
// as it is.
func (q *Queue) Each(f func(*Timer)) {
	if q.n == 0 {
		return
	}
	f(q.first.timer)
	q.exact.each(f)
	q.slots.each(f)
}

// Len returns the number of queued timers.
func (q *Queue) Len() int { return q.n }

// Clear takes out all timers.
func (q *Queue) Clear() {
	if q.n == 0 {
		return
	}
	q.Each(func(t *Timer) { t.slot = nil })
	*q = Queue{}
}

// takeFirst takes out the earliest timer, and puts the next one in its place. There
// must be one.
func (q *Queue) takeFirst() *Timer {
	t := q.first.timer
	t.slot = nil
	q.n--
	if q.n == 0 {
		q.first = item{}
	} else {
		q.setFirst(q.takeNext())
	}
	return t
}

func (q *Queue) setFirst(i item) {
	q.first = i
	i.timer.slot, i.timer.key = &q.apart, i.seq
}

// takeNext takes out the earliest timer after first. There must be one.
func (q *Queue) takeNext() item {
	s := q.slots.lowest
	if s == nil {
		return q.exact.takeFirst()
	}
	// The slot is not sorted as long as exact has a timer before all that the slot can
	// hold.
	if i := &q.exact.first; i.timer != nil && (slotNumber(i.when) < s.number || i.before(s.earliest())) {
		return q.exact.takeFirst()
	}
	i := s.earliest()
	q.slots.remove(s, len(s.items)-1)
	return i
}

// insert puts i, which is not the first, where it belongs.
func (q *Queue) insert(i item) {
	if s := q.slots.find(q, slotNumber(i.when)); s != nil && s.takes(i) {
		q.slots.add(s, i)
		return
	}
	i.timer.slot, i.timer.key = &q.apart, i.seq
	q.exact.add(i)
}
