package coro

// room is where things that are needed together stand side by side, roomSize of them
// in one allocation. It is no more, because one that is kept keeps the others of its
// room. For the same reason it is not for tasks that are given out: whoever kept one
// would keep the results of the others, and the errors that nobody looked at from being
// found.
type room[E any] struct {
	left int // how many are still to come
	free []E
}

const roomSize = 63 // tasks of 256 bytes, with what the allocator adds: 16 kB

func roomFor[E any](n int) room[E] { return room[E]{left: n} }

// next is a new one. It must not be asked for more than it was made for.
func (r *room[E]) next() *E {
	if len(r.free) == 0 {
		r.free = make([]E, min(r.left, roomSize))
	}
	e := &r.free[0]
	r.free = r.free[1:]
	r.left--
	return e
}
