package search

import (
	"slices"

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
		if !withoutSome(&s, size, try) {
			size /= 2
		}
	}
	smaller(&s, try)
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

// smaller tries to pick the first of the alternatives of each departure, and shorter delays.
func smaller(s *schedule.Schedule, try func(schedule.Schedule) bool) {
	for i := 0; i < len(*s); i++ {
		for pick := int64(1); i < len(*s) && (*s)[i].Kind != schedule.Delay && pick < (*s)[i].Pick; pick++ {
			candidate := slices.Clone(*s)
			candidate[i].Pick = pick
			if try(candidate) {
				break
			}
		}
	}
}
