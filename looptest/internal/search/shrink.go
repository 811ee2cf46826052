package search

import (
	"iter"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
)

// Shrink makes a schedule shorter as long as it fails: each departure of the result is needed.
// Fails makes a run by the schedule that it is given, of which what does not fit is left out, and
// returns the schedule that the run came to. It is called so many times at most.
func Shrink(s schedule.Schedule, times int, fails func(schedule.Schedule) (schedule.Schedule, bool)) schedule.Schedule {
	try := func(candidate schedule.Schedule) bool {
		if times == 0 {
			return false
		}
		times--
		came, ok := fails(candidate)
		if ok && len(came) <= len(candidate) {
			s = came
			return true
		}
		return false
	}
	if try(schedule.Schedule{}) {
		return s
	}
	for size := (len(s) + 1) / 2; size > 0; {
		if withoutSome(&s, size, try) {
			continue
		}
		if size /= 2; size == 0 && simpler(&s, try) {
			size = 1 // what was needed may not be any more
		}
	}
	return s
}

// withoutSome tries to leave out size departures in a row, the last first, and reports whether
// that has worked.
func withoutSome(s *schedule.Schedule, size int, try func(schedule.Schedule) bool) (worked bool) {
	for end := len(*s); end > 0; end -= size {
		end = min(end, len(*s))
		if try(slices.Concat((*s)[:max(0, end-size)], (*s)[end:])) {
			worked = true
		}
	}
	return worked
}

// simpler tries to have each departure pick the first of its alternatives, and rounder delays, and
// reports whether that has worked.
func simpler(s *schedule.Schedule, try func(schedule.Schedule) bool) (worked bool) {
	for i := 0; i < len(*s); i++ {
		for pick := range simplerPicks((*s)[i]) {
			candidate := slices.Clone(*s)
			candidate[i].Pick = pick
			if try(candidate) {
				worked = true
				break
			}
		}
	}
	return worked
}

// simplerPicks are those in place of that of d, the simplest first.
func simplerPicks(d schedule.Departure) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		if d.Kind != schedule.Delay {
			for pick := int64(1); pick < d.Pick && yield(pick); pick++ {
			}
			return
		}
		unit := int64(1)
		for unit <= d.Pick/10 {
			unit *= 10
		}
		for ; unit >= int64(time.Microsecond); unit /= 10 {
			down := d.Pick / unit * unit
			if down == d.Pick || !yield(down) || !yield(down+unit) {
				return
			}
		}
	}
}
