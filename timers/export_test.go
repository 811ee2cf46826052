package timers

import "fmt"

// Slots returns how many slots there are, and how many timers are in them.
func (q *Queue) Slots() (slots, held int) {
	q.slots.each(func(*Timer) { held++ })
	return q.slots.n, held
}

// Check returns an error if the queue is not what its comments say.
func (q *Queue) Check() error {
	var err error
	wrong := func(format string, args ...any) {
		if err == nil {
			err = fmt.Errorf(format, args...)
		}
	}
	apart := func(i item) {
		if i.timer.slot != &q.apart || i.timer.key != i.seq || i.timer.when != i.when {
			wrong("%+v has %+v", i, *i.timer)
		}
		if i.before(q.first) {
			wrong("%+v is before the first, %+v", i, q.first)
		}
	}
	n, slots := 0, 0
	if q.first.timer != nil {
		n = 1
		apart(q.first)
	}

	n += q.exact.n
	if q.exact.n > 0 {
		apart(q.exact.first)
	}
	if q.exact.rest != nil {
		if q.exact.n != q.exact.rest.Len()+min(1, q.exact.n) {
			wrong("exact has %d and not %d", q.exact.rest.Len(), q.exact.n)
		}
		q.exact.rest.Ascend(func(i item) bool {
			apart(i)
			if i.before(q.exact.first) {
				wrong("%+v is before the first of exact, %+v", i, q.exact.first)
			}
			return true
		})
	}

	check := func(s *slot) {
		slots++
		if len(s.items) == 0 || s.items[len(s.items)-1].timer == nil {
			wrong("slot %d does not end in a timer", s.number)
		}
		if r := q.slots.recent[s.number&(recent-1)]; r.slot != nil && r.number != r.slot.number {
			wrong("slot %d is found as %d", r.slot.number, r.number)
		}
		var earlier *item
		for at := len(s.items) - 1; at >= 0; at-- {
			i := &s.items[at]
			switch {
			case i.timer == nil && s.sorted:
				continue
			case i.timer == nil, i.timer.slot != s, i.timer.key != uint64(at), i.timer.when != i.when,
				slotNumber(i.when) != s.number, i.before(q.first):
				wrong("slot %d has %+v at %d", s.number, *i, at)
			case s.sorted && earlier != nil && !earlier.before(*i):
				wrong("slot %d is not sorted", s.number)
			}
			earlier = i
			n++
		}
		for _, i := range s.items[len(s.items):cap(s.items)] {
			if i.timer != nil {
				wrong("slot %d holds on to a timer", s.number)
			}
		}
	}
	if q.slots.lowest != nil {
		last := q.slots.lowest.number
		check(q.slots.lowest)
		q.slots.higher.Ascend(func(e entry) bool {
			if e.number <= last || e.number != e.slot.number {
				wrong("slot %d comes after %d", e.slot.number, last)
			}
			last = e.number
			check(e.slot)
			return true
		})
	}
	if n != q.n || slots != q.slots.n {
		wrong("%d timers and not %d, %d slots and not %d", n, q.n, slots, q.slots.n)
	}
	for _, size := range q.slots.spare {
		for _, items := range size {
			for _, i := range items[:cap(items)] {
				if i.timer != nil {
					wrong("a spare array holds on to a timer")
				}
			}
		}
	}
	return err
}
