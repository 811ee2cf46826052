package coro

// room is where things that are needed together lie side by side, roomSize of them in one
// allocation. Keeping one keeps its neighbors: a kept task would keep their results alive,
// and hide their unretrieved errors. So rooms are small, and are not for tasks that are
// given out.
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
