package queues

import (
	"iter"

	"github.com/ouro-loop/ouro/coro"
)

// LifoQueue gives out first the item that was put last. Otherwise it is a [Queue]:
// its methods are described there. The zero LifoQueue is empty and has no bound;
// [NewLifo] makes one that has. It must not be copied after its first use.
//
// Semantics: asyncio.LifoQueue, CPython 3.15.
type LifoQueue[T any] struct {
	state
	items []T
}

// NewLifo makes a queue that is full with maxSize items; with zero or less it never
// is.
//
// Semantics: asyncio.LifoQueue, CPython 3.15.
func NewLifo[T any](maxSize int) *LifoQueue[T] {
	return &LifoQueue[T]{state: state{maxSize: maxSize}}
}

// Put waits while the queue is full, and puts v into it, see [Queue.Put].
func (q *LifoQueue[T]) Put(co *coro.Co, v T) error {
	for q.Full() {
		if err := q.mayWait(co, (*putRole)(&q.state), (*lifoThing[T])(q)); err != nil {
			return err
		}
		if woken, err := q.putters.Wait(co, (*putRole)(&q.state)); err != nil {
			return q.gaveUpPut(woken, err)
		}
	}
	return q.PutNowait(v)
}

// PutNowait puts v into the queue, see [Queue.PutNowait].
func (q *LifoQueue[T]) PutNowait(v T) error {
	if q.down || q.Full() {
		return q.refused(ErrFull)
	}
	q.items = append(q.items, v)
	q.added()
	q.put()
	return nil
}

// Get waits while the queue is empty, and takes out what was put last, see
// [Queue.Get].
func (q *LifoQueue[T]) Get(co *coro.Co) (T, error) {
	for q.Empty() {
		var zero T
		if err := q.mayWait(co, (*getRole)(&q.state), (*lifoThing[T])(q)); err != nil {
			return zero, err
		}
		if woken, err := q.getters.Wait(co, (*getRole)(&q.state)); err != nil {
			return zero, q.gaveUpGet(woken, err)
		}
	}
	return q.GetNowait()
}

// GetNowait takes out what was put last, see [Queue.GetNowait].
func (q *LifoQueue[T]) GetNowait() (v T, err error) {
	if q.Empty() {
		return v, q.refused(ErrEmpty)
	}
	last := len(q.items) - 1
	v, q.items[last] = q.items[last], v // the zero value stays, for the garbage collector
	q.items = fitted(q.items[:last])
	q.removed()
	q.got()
	return v, nil
}

// All gets items until the queue is shut down, see [Queue.All].
func (q *LifoQueue[T]) All(co *coro.Co) iter.Seq2[T, error] { return all(co, q.Get) }

// Shutdown lets nothing more be put, and with immediate empties the queue, see
// [Queue.Shutdown].
func (q *LifoQueue[T]) Shutdown(immediate bool) {
	if immediate {
		q.items = nil
	}
	q.shutDown(immediate)
}

// String shows the name, the bound, and how many items and waiters there are.
func (q *LifoQueue[T]) String() string { return q.format("LifoQueue") }
