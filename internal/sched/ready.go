package sched

// An Entry is something in the ready queue. Run is called once for each time that it
// was put there.
type Entry = interface{ Run() }

// ready is a ring of entries. An entry is one interface, and a coroutine is an entry
// itself, so that a step of it costs no allocation.
type ready struct {
	ring []Entry // its length is a power of two
	head int
	n    int
}

func (q *ready) push(e Entry) {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = e
	q.n++
}

// first is what pop would take. The queue must not be empty.
func (q *ready) first() Entry { return q.ring[q.head] }

func (q *ready) pop() Entry {
	e := q.ring[q.head]
	q.ring[q.head] = nil
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	return e
}

func (q *ready) grow() {
	ring := make([]Entry, max(64, 2*len(q.ring)))
	n := copy(ring, q.ring[q.head:])
	copy(ring[n:], q.ring[:q.head])
	q.ring, q.head = ring, 0
}
