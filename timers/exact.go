package timers

import (
	"time"

	"github.com/google/btree"
)

const (
	// degree of the trees: nodes of 31 to 63 items. From a thousand timers to a
	// million, half and twice as many measure alike, and beyond that it gets slower.
	degree = 32

	// spareNodes is how many emptied nodes, of 1 to 1.5 kB each, a tree keeps for the
	// next insertion, so that a queue whose length goes up and down does not
	// allocate.
	spareNodes = 256
)

// exact holds timers in their order, at the price of a tree operation for each. It is
// for timers that slots are no good for, see the package comment.
type exact struct {
	first item                // the earliest; zero when there is none
	rest  *btree.BTreeG[item] // all the others; nil until there is one
	n     int
}

func (x *exact) add(i item) {
	x.n++
	if x.n == 1 {
		x.first = i
		return
	}
	if i.before(x.first) {
		i, x.first = x.first, i
	}
	if x.rest == nil {
		x.rest = newTree(item.before)
	}
	x.rest.ReplaceOrInsert(i)
}

func (x *exact) remove(i item) {
	if i.timer == x.first.timer {
		x.takeFirst()
		return
	}
	x.n--
	x.rest.Delete(i)
}

// takeFirst takes out the earliest timer. There must be one.
func (x *exact) takeFirst() item {
	i := x.first
	x.n--
	if x.n == 0 {
		x.first = item{}
	} else {
		x.first, _ = x.rest.DeleteMin()
	}
	return i
}

// appendAt appends the timers with a deadline before which there is none.
func (x *exact) appendAt(items []item, when time.Duration) []item {
	if x.n == 0 || x.first.when != when {
		return items
	}
	items = append(items, x.first)
	if x.rest != nil {
		x.rest.Ascend(func(i item) bool {
			if i.when == when {
				items = append(items, i)
			}
			return i.when == when
		})
	}
	return items
}

func (x *exact) each(f func(*Timer)) {
	if x.n == 0 {
		return
	}
	f(x.first.timer)
	if x.rest != nil {
		x.rest.Ascend(func(i item) bool {
			f(i.timer)
			return true
		})
	}
}

func newTree[T any](before btree.LessFunc[T]) *btree.BTreeG[T] {
	return btree.NewWithFreeListG(degree, before, btree.NewFreeListG[T](spareNodes))
}
