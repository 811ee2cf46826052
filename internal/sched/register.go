package sched

// register has the coroutines that have not ended, in order of creation. One that ends leaves a
// hole, and who comes next comes at the end; the holes are closed when there is no room.
//
// It is no list: a new task would write three pointers for its place, and one that ends four, each
// of which costs more than all the rest while the garbage collector is at work.
type register struct {
	places []*Coroutine
	count  int32 // of those that are no holes
	walks  int32 // how many are under way: what a place holds does not change its place then
}

const fewPlaces = 32 // are not worth closing the holes among

func (r *register) add(c *Coroutine) {
	if n := len(r.places); n == cap(r.places) && n >= fewPlaces && int(r.count) <= n/2 && r.walks == 0 {
		r.close()
	}
	c.place = int32(len(r.places))
	r.places = append(r.places, c)
	r.count++
}

// remove takes c out, which it has. The last hole is closed at once: a task that is awaited by its creator
// comes and goes at the end.
func (r *register) remove(c *Coroutine) {
	r.places[c.place] = nil
	r.count--
	if int(c.place) == len(r.places)-1 && r.walks == 0 {
		r.places = r.places[:c.place]
	}
}

// close closes the holes.
func (r *register) close() {
	n := 0
	for _, c := range r.places {
		if c != nil {
			c.place = int32(n)
			r.places[n] = c
			n++
		}
	}
	clear(r.places[n:])
	r.places = r.places[:n]
}

// each calls f for all, also for those that come meanwhile, until it returns false. f may end any of them.
func (r *register) each(f func(c *Coroutine) bool) {
	r.walks++
	defer func() { r.walks-- }()
	for i := 0; i < len(r.places); i++ {
		if c := r.places[i]; c != nil && !f(c) {
			return
		}
	}
}

// trim gives back what a great many needed.
func (r *register) trim() {
	if r.walks == 0 && int(r.count) <= cap(r.places)/8 {
		r.close()
		r.places = append(make([]*Coroutine, 0, 2*r.count), r.places...)
	}
}
