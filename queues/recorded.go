package queues

import (
	"iter"
	"slices"

	"github.com/ouro-loop/ouro/trace"
)

// What the queues look like to who records, see [coro.Co.Share].
type (
	queueThing[T any]    Queue[T]
	lifoThing[T any]     LifoQueue[T]
	priorityThing[T any] PriorityQueue[T]
)

func (q *queueThing[T]) State() trace.State { return q.recorded(textsOf(q.items.all(q.n))) }

func (q *lifoThing[T]) State() trace.State {
	var latestFirst iter.Seq[T] = func(yield func(T) bool) {
		for _, v := range slices.Backward(q.items) {
			if !yield(v) {
				return
			}
		}
	}
	return q.recorded(textsOf(latestFirst))
}

// State shows the items in the order in which they lie: only the first is sure to be the
// next.
func (q *priorityThing[T]) State() trace.State {
	return q.recorded(textsOf(slices.Values(q.items.tree)))
}

// all are the n items, the oldest first.
func (r *ring[T]) all(n int) iter.Seq[T] {
	return func(yield func(T) bool) {
		for i := range n {
			if !yield(r.slots[(r.head+i)&(len(r.slots)-1)]) {
				return
			}
		}
	}
}
