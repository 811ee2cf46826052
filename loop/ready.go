package loop

import "github.com/ouro-loop/ouro/future"

// ready is the queue of what runs in this iteration and the next: a ring of
// one-interface entries, so that a task's step, which is an entry itself, costs no
// allocation.
type ready struct {
	ring []future.Runnable // its length is a power of two
	head int
	n    int
}

func (q *ready) push(r future.Runnable) {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = r
	q.n++
}

func (q *ready) pop() future.Runnable {
	r := q.ring[q.head]
	q.ring[q.head] = nil
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	return r
}

func (q *ready) grow() {
	ring := make([]future.Runnable, max(64, 2*len(q.ring)))
	n := copy(ring, q.ring[q.head:])
	copy(ring[n:], q.ring[:q.head])
	q.ring, q.head = ring, 0
}

func (q *ready) clear() { *q = ready{} }
