package loop

import (
	"math"
	"slices"
	"sort"
)

// readings is what has been chosen so far about the clock from which timers have their deadlines:
// a virtual one stands still, one that goes on may have read more for each of them. Timers go by
// their numbers, in the order in which they were set. One that has come before another, with the
// same deadline and set earlier, says that the clock had not gone on between them; one that has
// come too late, that it had. Nothing may be chosen of which no clock could say both.
type readings struct {
	same  []span   // apart from each other, in order: the clock had not gone on within one
	later []uint64 // in order: before these were set, it had
}

// A span of timers begins and ends with one.
type span struct{ first, last uint64 }

// goneOnAfter is the next timer, behind one, before which the clock is known to have gone on.
func (r *readings) goneOnAfter(first uint64) uint64 {
	i := sort.Search(len(r.later), func(i int) bool { return r.later[i] > first })
	if i == len(r.later) {
		return math.MaxUint64
	}
	return r.later[i]
}

// stoodStill notes that the clock had not gone on from first to last.
func (r *readings) stoodStill(first, last uint64) {
	from := sort.Search(len(r.same), func(i int) bool { return r.same[i].last >= first })
	to := from
	for ; to < len(r.same) && r.same[to].first <= last; to++ {
		first, last = min(first, r.same[to].first), max(last, r.same[to].last)
	}
	r.same = slices.Replace(r.same, from, to, span{first, last})
}

// mayGoOn finds a timer, set after one and no later than another, before which the clock may have
// gone on.
func (r *readings) mayGoOn(after, until uint64) (before uint64, ok bool) {
	i := sort.Search(len(r.same), func(i int) bool { return r.same[i].last >= until })
	if i < len(r.same) && r.same[i].first < until {
		until = r.same[i].first
	}
	return until, until > after
}

// wentOn notes that the clock had gone on before the timer was set.
func (r *readings) wentOn(before uint64) {
	if i, found := slices.BinarySearch(r.later, before); !found {
		r.later = slices.Insert(r.later, i, before)
	}
}

// between is a number for what is known of the clock between two settings that follow each other.
func (r *readings) between(first, last uint64) uint64 {
	if r.goneOnAfter(first) <= last {
		return 2
	}
	if _, ok := r.mayGoOn(first, last); !ok {
		return 1
	}
	return 0
}

// forget is called when no timer is set that anything is known of.
func (r *readings) forget() { r.same, r.later = r.same[:0], r.later[:0] }
