package replay_test

import "time"

// A clock is what a run says of the one that its timers were set by: of each reading, what is
// left of it beside the time of the trace. At one time each is no smaller than the one before. See
// clock.py, which asks the same of CPython's side.
type clock struct {
	at      time.Duration
	larger  [][]int  // of each reading: those that are no smaller
	greater [][2]int // a reading, and one that is greater
}

// read is the number of a new reading.
func (c *clock) read(at time.Duration) int {
	n := len(c.larger)
	c.larger = append(c.larger, nil)
	if n > 0 && at == c.at {
		c.noSmaller(n-1, n)
	}
	c.at = at
	return n
}

func (c *clock) noSmaller(a, b int) { c.larger[a] = append(c.larger[a], b) }

// possible reports whether some clock that only goes forward has read so.
func (c *clock) possible() bool {
	for _, g := range c.greater {
		if c.reaches(g[1], g[0], make(map[int]bool)) {
			return false
		}
	}
	return true
}

func (c *clock) reaches(a, b int, seen map[int]bool) bool {
	if a == b {
		return true
	}
	if seen[a] {
		return false
	}
	seen[a] = true
	for _, next := range c.larger[a] {
		if c.reaches(next, b, seen) {
			return true
		}
	}
	return false
}
