package queues

import (
	"errors"
	"iter"

	"github.com/ouro-loop/ouro/coro"
)

// Queue gives its items out in the order in which they were put. The zero Queue is
// empty and has no bound; [New] makes one that has. It must not be copied after its
// first use.
//
// Tasks that wait are served in the order in which they came, with one exception: a
// task that runs between the wake-up of a waiting task and its turn can be faster, and
// the waiting task goes to the end of the line.
//
// Semantics: asyncio.Queue, CPython 3.15.
type Queue[T any] struct {
	state
	items ring[T]
}

// New makes a queue that is full with maxSize items; with zero or less it never is.
//
// Semantics: asyncio.Queue, CPython 3.15.
func New[T any](maxSize int) *Queue[T] { return &Queue[T]{state: state{maxSize: maxSize}} }

// Put waits while the queue is full, and puts v into it. If there is room it does not
// suspend. The error is a cancellation of the task, or ErrShutDown; v is not in the
// queue then.
//
// Semantics: asyncio.Queue.put, CPython 3.15.
func (q *Queue[T]) Put(co *coro.Co, v T) error {
	for q.Full() {
		if err := q.mayWait(co, (*putRole)(&q.state), (*queueThing[T])(q)); err != nil {
			return err
		}
		if woken, err := q.putters.Wait(co, (*putRole)(&q.state)); err != nil {
			return q.gaveUpPut(woken, err)
		}
	}
	return q.PutNowait(v)
}

// PutNowait puts v into the queue, and wakes the first task that waits for an item.
// The error is ErrShutDown or ErrFull.
//
// Semantics: asyncio.Queue.put_nowait, CPython 3.15.
func (q *Queue[T]) PutNowait(v T) error {
	if q.down || q.Full() {
		return q.refused(ErrFull)
	}
	q.items.push(v, q.n)
	q.added()
	q.put()
	return nil
}

// Get waits while the queue is empty, and takes an item out of it. If there is one it
// does not suspend. The error is a cancellation of the task, or ErrShutDown when
// nothing is left after a Shutdown; nothing was taken out then.
//
// Semantics: asyncio.Queue.get, CPython 3.15.
func (q *Queue[T]) Get(co *coro.Co) (T, error) {
	for q.Empty() {
		var zero T
		if err := q.mayWait(co, (*getRole)(&q.state), (*queueThing[T])(q)); err != nil {
			return zero, err
		}
		if woken, err := q.getters.Wait(co, (*getRole)(&q.state)); err != nil {
			return zero, q.gaveUpGet(woken, err)
		}
	}
	return q.GetNowait()
}

// GetNowait takes an item out of the queue, and wakes the first task that waits for
// room. The error is ErrEmpty, or ErrShutDown after a Shutdown.
//
// Semantics: asyncio.Queue.get_nowait, CPython 3.15.
func (q *Queue[T]) GetNowait() (T, error) {
	if q.Empty() {
		var zero T
		return zero, q.refused(ErrEmpty)
	}
	if len(q.items.slots) > keptItems {
		q.items.shrink(q.n)
	}
	v := q.items.pop()
	q.removed()
	q.got()
	return v, nil
}

// All gets items until the queue is shut down and nothing is left in it. A
// cancellation of the task is an error, which is the last pair. Every item that All
// yields was taken out; the body is to call TaskDone.
//
// asyncio has no such iteration.
func (q *Queue[T]) All(co *coro.Co) iter.Seq2[T, error] { return all(co, q.Get) }

// Shutdown lets nothing more be put: every Put fails with ErrShutDown, also one that
// waits for room. The items in the queue can still be taken out; when there are none,
// every Get fails with ErrShutDown too.
//
// With immediate the queue is emptied, and its items count as done for Join.
//
// Semantics: asyncio.Queue.shutdown, CPython 3.15.
func (q *Queue[T]) Shutdown(immediate bool) {
	if immediate {
		q.items = ring[T]{}
	}
	q.shutDown(immediate)
}

// String shows the name, the bound, and how many items and waiters there are.
func (q *Queue[T]) String() string { return q.format("Queue") }

// all iterates over the results of get.
func all[T any](co *coro.Co, get func(*coro.Co) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		now := coro.Ranging(co)
		for {
			v, err := get(now())
			if errors.Is(err, ErrShutDown) {
				return
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// ring is a queue in an array that is used in circles. How many items are in it is for
// its owner to know.
type ring[T any] struct {
	slots []T // their number is a power of two
	head  int // where the oldest item is
}

// push puts v behind n others.
func (r *ring[T]) push(v T, n int) {
	if n == len(r.slots) {
		r.grow()
	}
	slots := r.slots
	slots[(r.head+n)&(len(slots)-1)] = v
}

func (r *ring[T]) pop() T {
	var zero T
	slots, head := r.slots, r.head
	v := slots[head]
	slots[head] = zero // for the garbage collector
	r.head = (head + 1) & (len(slots) - 1)
	return v
}

// grow makes room in a full ring. It is small enough for push to be inlined.
func (r *ring[T]) grow() {
	slots := make([]T, max(8, 2*len(r.slots)))
	n := copy(slots, r.slots[r.head:])
	copy(slots[n:], r.slots[:r.head])
	r.slots, r.head = slots, 0
}

// shrink gives half of the slots back if they are far too many for n items.
//
//go:noinline
func (r *ring[T]) shrink(n int) {
	if n > len(r.slots)/8 {
		return
	}
	slots := make([]T, len(r.slots)/2)
	for i := range n {
		slots[i] = r.slots[(r.head+i)&(len(r.slots)-1)]
	}
	r.slots, r.head = slots, 0
}
