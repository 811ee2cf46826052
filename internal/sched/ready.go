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
	calm int // iterations in a row for which the ring was far too long
}

// The ring of a burst is given back: it is halved when it was eight times too long for
// calmIterations iterations, down to keptRing entries, which are 16 kB.
const (
	keptRing       = 1024
	calmIterations = 64
)

func (q *ready) push(e Entry) {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = e
	q.n++
}

func (q *ready) first() Entry { return q.ring[q.head] }

// at is the i-th entry, if there is room for so many.
func (q *ready) at(i int) Entry { return q.ring[(q.head+i)&(len(q.ring)-1)] }

func (q *ready) pop() Entry {
	ring, head := q.ring, q.head
	e := ring[head]
	ring[head] = nil
	q.head = (head + 1) & (len(ring) - 1)
	q.n--
	return e
}

// unpop takes back the pop of an entry that was nil.
func (q *ready) unpop() {
	q.head = (q.head - 1) & (len(q.ring) - 1)
	q.n++
}

func (q *ready) each(f func(e Entry)) {
	for i := range q.n {
		f(q.ring[(q.head+i)&(len(q.ring)-1)])
	}
}

func (q *ready) grow() { q.resize(max(64, 2*len(q.ring))) }

func (q *ready) resize(length int) {
	ring := make([]Entry, length)
	for i := range q.n {
		ring[i] = q.ring[(q.head+i)&(len(q.ring)-1)]
	}
	q.ring, q.head = ring, 0
}

// long reports whether the ring may have to be halved, which trim finds out.
func (q *ready) long() bool { return len(q.ring) > keptRing }

// trim is called at the beginning of an iteration if the ring is long, and reports
// whether it halved it.
func (q *ready) trim() bool {
	if q.n > len(q.ring)/8 {
		q.calm = 0
		return false
	}
	if q.calm++; q.calm < calmIterations {
		return false
	}
	q.calm = 0
	q.resize(len(q.ring) / 2)
	return true
}
