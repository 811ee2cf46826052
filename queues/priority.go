package queues

import (
	"cmp"
	"iter"

	"github.com/ouro-loop/ouro/coro"
)

// PriorityQueue gives out the smallest item first. Otherwise it is a [Queue]: its
// methods are described there. It is made by [NewPriority] or [NewPriorityFunc], and
// must not be copied.
//
// Equal items, neither of them less than the other, come out in the order in which
// CPython's heap gives them out, which need not be that of the puts. Items that are to
// keep the order of the puts carry a number for it.
//
// Semantics: asyncio.PriorityQueue, CPython 3.15.
type PriorityQueue[T any] struct {
	state
	items heap[T]
}

// NewPriority makes a queue of items that are compared with <. It is full with
// maxSize items; with zero or less it never is.
//
// Semantics: asyncio.PriorityQueue, CPython 3.15.
func NewPriority[T cmp.Ordered](maxSize int) *PriorityQueue[T] {
	return NewPriorityFunc(maxSize, func(a, b T) bool { return a < b })
}

// NewPriorityFunc makes a queue of items that less compares: less reports whether a
// comes out before b. The order is unspecified if less is no strict weak ordering, and
// after a panic of less. NewPriorityFunc panics if less is nil.
//
// Semantics: asyncio.PriorityQueue of items with a __lt__, CPython 3.15.
func NewPriorityFunc[T any](maxSize int, less func(a, b T) bool) *PriorityQueue[T] {
	if less == nil {
		panic("queues: NewPriorityFunc of a nil function")
	}
	return &PriorityQueue[T]{state: state{maxSize: maxSize}, items: heap[T]{less: less}}
}

// Put waits while the queue is full, and puts v into it, see [Queue.Put].
func (q *PriorityQueue[T]) Put(co *coro.Co, v T) error {
	for q.Full() {
		if err := q.mayWait(co, (*putRole)(&q.state), (*priorityThing[T])(q)); err != nil {
			return err
		}
		if woken, err := q.putters.Wait(co, (*putRole)(&q.state)); err != nil {
			return q.gaveUpPut(woken, err)
		}
	}
	return q.PutNowait(v)
}

// PutNowait puts v into the queue, see [Queue.PutNowait].
func (q *PriorityQueue[T]) PutNowait(v T) error {
	if q.items.less == nil {
		panic("queues: a PriorityQueue that was not made by NewPriority or NewPriorityFunc")
	}
	if q.down || q.Full() {
		return q.refused(ErrFull)
	}
	q.items.tree = append(q.items.tree, v)
	q.added()
	q.items.up(0, q.n-1) // may panic: v is in the queue then, and no getter is woken
	q.put()
	return nil
}

// Get waits while the queue is empty, and takes the smallest item out, see
// [Queue.Get].
func (q *PriorityQueue[T]) Get(co *coro.Co) (T, error) {
	for q.Empty() {
		var zero T
		if err := q.mayWait(co, (*getRole)(&q.state), (*priorityThing[T])(q)); err != nil {
			return zero, err
		}
		if woken, err := q.getters.Wait(co, (*getRole)(&q.state)); err != nil {
			return zero, q.gaveUpGet(woken, err)
		}
	}
	return q.GetNowait()
}

// GetNowait takes the smallest item out, see [Queue.GetNowait].
func (q *PriorityQueue[T]) GetNowait() (T, error) {
	if q.Empty() {
		var zero T
		return zero, q.refused(ErrEmpty)
	}
	v := q.items.takeFirst()
	q.removed()
	q.items.down(0) // may panic: v is lost then, as in CPython
	q.got()
	return v, nil
}

// All gets items until the queue is shut down, see [Queue.All].
func (q *PriorityQueue[T]) All(co *coro.Co) iter.Seq2[T, error] { return all(co, q.Get) }

// Shutdown lets nothing more be put, and with immediate empties the queue, see
// [Queue.Shutdown].
func (q *PriorityQueue[T]) Shutdown(immediate bool) {
	if immediate {
		q.items.tree = nil
	}
	q.shutDown(immediate)
}

// String shows the name, the bound, and how many items and waiters there are.
func (q *PriorityQueue[T]) String() string { return q.format("PriorityQueue") }

// heap is a binary heap that makes the comparisons of CPython's heapq in the same
// order, so that equal items come out in the same order too. container/heap does
// not: it stops on the way down where heapq goes to the bottom and back up.
type heap[T any] struct {
	tree []T // neither child of i, 2i+1 and 2i+2, is less than i
	less func(a, b T) bool
}

// takeFirst takes out the least item, and puts the last one in its place. A call of
// down has to follow.
func (h *heap[T]) takeFirst() (v T) {
	last := len(h.tree) - 1
	end := h.tree[last]
	h.tree[last] = v // the zero value, for the garbage collector
	h.tree = fitted(h.tree[:last])
	if last == 0 {
		return end
	}
	v, h.tree[0] = h.tree[0], end
	return v
}

// up moves the item at i towards the root while it is less than its parent.
func (h *heap[T]) up(root, i int) {
	t := h.tree
	for i > root {
		parent := (i - 1) / 2
		if !h.less(t[i], t[parent]) {
			return
		}
		t[i], t[parent] = t[parent], t[i]
		i = parent
	}
}

// down moves the item at i to the bottom, always swapping it with the lesser child,
// and from there back up: it came from the bottom, and most likely belongs there.
func (h *heap[T]) down(i int) {
	t := h.tree
	root := i
	for 2*i+1 < len(t) {
		child := 2*i + 1
		if right := child + 1; right < len(t) && !h.less(t[child], t[right]) {
			child = right
		}
		t[i], t[child] = t[child], t[i]
		i = child
	}
	h.up(root, i)
}
