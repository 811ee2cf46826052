package timers

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/btree"
)

const (
	// slotBits makes a slot 2^23 ns wide, some 8.4 ms. Half of that measures alike with
	// many timers, but leaves too few in a slot where a thousand are spread over a
	// second; with twice as much, more timers come too late for their slot.
	slotBits = 23

	// perSlot is how many timers a slot must hold, on the average, to be worth it.
	perSlot = 2

	// trial allows one slot for so many timers even if it is not worth it, see find.
	trial = 32

	// recent is how many slots are found without a search: those of some 2.1 s.
	recent = 256

	// spareSlots is how many emptied slots, of 48 bytes each, are kept for use again.
	spareSlots = 256
)

// slotNumber returns the number of the slot that a deadline is in. The shift rounds
// down below zero too, and so keeps the order.
func slotNumber(when time.Duration) int64 { return int64(when >> slotBits) }

// slot holds timers with deadlines close together, at first in no order: adding one is
// an append, and removing one a swap with the last. When its turn comes, and the
// earliest is needed, the slot is sorted, the latest first. From then on it is emptied
// from the back, and a timer that is removed from the middle leaves a gap.
//
// A slot that is in use is never empty, and its last item always has a timer.
type slot struct {
	queue  *Queue
	number int64
	items  []item
	sorted bool // stays true until the slot is empty
}

// takes reports whether i can be added: to a slot that is sorted, only at the end.
func (s *slot) takes(i item) bool { return !s.sorted || i.before(s.earliest()) }

// earliest returns the earliest timer, for which it sorts the slot.
func (s *slot) earliest() item {
	if !s.sorted {
		s.sort()
	}
	return s.items[len(s.items)-1]
}

func (s *slot) sort() {
	s.sorted = true
	slices.SortFunc(s.items, func(a, b item) int {
		if a.when != b.when {
			return cmp.Compare(b.when, a.when)
		}
		return cmp.Compare(b.seq, a.seq)
	})
	for i := range s.items {
		s.items[i].timer.key = uint64(i)
	}
}

// slots are the slots of a queue that have timers in them.
type slots struct {
	lowest *slot                // not in the tree; nil when there is none
	higher *btree.BTreeG[entry] // all the others
	recent *[recent]entry       // finds a slot by the last bits of its number
	n      int                  // how many slots there are
	free   []*slot              // to use again
	spare  spare                // arrays for their items
}

// entry stands for a slot. It repeats the key, as an item does.
type entry struct {
	number int64
	slot   *slot
}

func (a entry) before(b entry) bool { return a.number < b.number }

// find returns the slot with a number, a new one if need be. Where a new one would
// not be worth it, it returns nil.
//
// How many timers a new slot will hold is not known; the average of the present slots
// stands for it. Where that is too low, there is still one slot for 32 timers, to notice
// when deadlines move closer together. Deadlines that are far apart cost at most a tenth
// more than without slots.
func (ss *slots) find(q *Queue, number int64) *slot {
	if ss.recent != nil {
		if r := &ss.recent[number&(recent-1)]; r.number == number && r.slot != nil {
			return r.slot
		}
	}
	held := q.n - q.exact.n - 2 // without the first timer and the one that is being added
	if ss.n*perSlot >= held+q.n/trial {
		return nil
	}
	if ss.recent == nil {
		ss.recent = new([recent]entry)
		ss.higher = newTree(entry.before)
	}
	s := ss.search(number)
	if s == nil {
		s = ss.insert(q, number)
	}
	ss.recent[number&(recent-1)] = entry{number, s}
	return s
}

// search returns the slot with a number, or nil if there is none.
func (ss *slots) search(number int64) *slot {
	if ss.lowest == nil || number < ss.lowest.number {
		return nil
	}
	if number == ss.lowest.number {
		return ss.lowest
	}
	e, _ := ss.higher.Get(entry{number: number})
	return e.slot
}

// insert makes a new slot with a number. The caller has to put a timer in.
func (ss *slots) insert(q *Queue, number int64) *slot {
	s := ss.take(q)
	s.number = number
	ss.n++
	switch {
	case ss.lowest == nil:
		ss.lowest = s
	case number < ss.lowest.number:
		ss.higher.ReplaceOrInsert(entry{ss.lowest.number, ss.lowest})
		ss.lowest = s
	default:
		ss.higher.ReplaceOrInsert(entry{number, s})
	}
	return s
}

// add puts i into s, which takes it.
func (ss *slots) add(s *slot, i item) {
	if len(s.items) == cap(s.items) {
		ss.resize(s, max(smallest, 2*cap(s.items)))
	}
	i.timer.slot, i.timer.key = s, uint64(len(s.items))
	s.items = append(s.items, i)
}

// remove takes the item at an index out of s.
func (ss *slots) remove(s *slot, index int) {
	last := len(s.items) - 1
	if s.sorted {
		s.items[index].timer = nil
		for last >= 0 && s.items[last].timer == nil {
			last--
		}
		s.items = s.items[:last+1]
	} else {
		s.items[index] = s.items[last]
		s.items[index].timer.key = uint64(index)
		s.items[last].timer = nil
		s.items = s.items[:last]
		if last <= cap(s.items)/4 && cap(s.items) > smallest {
			ss.resize(s, cap(s.items)/2)
		}
	}
	if len(s.items) == 0 {
		ss.drop(s)
	}
}

// drop takes out s, which has become empty.
func (ss *slots) drop(s *slot) {
	ss.n--
	if r := &ss.recent[s.number&(recent-1)]; r.slot == s {
		r.slot = nil
	}
	if s == ss.lowest {
		next, _ := ss.higher.DeleteMin()
		ss.lowest = next.slot
	} else {
		ss.higher.Delete(entry{number: s.number})
	}
	ss.spare.put(s.items)
	s.items, s.sorted = nil, false
	if len(ss.free) < spareSlots {
		ss.free = append(ss.free, s)
	}
}

// take returns an empty slot.
func (ss *slots) take(q *Queue) *slot {
	last := len(ss.free) - 1
	if last < 0 {
		return &slot{queue: q}
	}
	s := ss.free[last]
	ss.free = ss.free[:last]
	return s
}

// resize gives s an array for n items.
func (ss *slots) resize(s *slot, n int) {
	old := s.items
	s.items = append(ss.spare.get(n), old...)
	clear(old)
	ss.spare.put(old)
}

// appendAt appends the timers with a deadline before which there is none.
func (ss *slots) appendAt(items []item, when time.Duration) []item {
	if ss.lowest == nil || ss.lowest.number != slotNumber(when) {
		return items
	}
	for _, i := range ss.lowest.items {
		if i.timer != nil && i.when == when {
			items = append(items, i)
		}
	}
	return items
}

func (ss *slots) each(f func(*Timer)) {
	if ss.lowest == nil {
		return
	}
	ss.lowest.each(f)
	ss.higher.Ascend(func(e entry) bool {
		e.slot.each(f)
		return true
	})
}

func (s *slot) each(f func(*Timer)) {
	for _, i := range s.items {
		if i.timer != nil {
			f(i.timer)
		}
	}
}
