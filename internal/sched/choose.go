package sched

import "fmt"

// A Chooser settles what asyncio leaves open, in place of what is done where nobody chooses. It
// is asked on the loop's goroutine, or a coroutine's, and must leave the loop as it is.
type Chooser interface {
	// Choose returns one of c.N alternatives, from 0 on.
	Choose(c Choice) int
}

// A Choice is one thing that asyncio leaves open. Its alternative 0 is what is done where nobody
// chooses.
type Choice struct {
	Kind    ChoiceKind
	N       int      // alternatives, two or more
	Timers  []Entry  // of a Tie: what they run
	Numbers []uint64 // of a Tie: what a recorder calls them
	Of      any      // of InSet: a slice of them
}

// ChoiceKind is what is open.
type ChoiceKind uint8

const (
	// Tie: which of several timers with one deadline is next, in the order in which they were
	// set. The alternative behind the last of them is that they come too late for this iteration.
	Tie ChoiceKind = iota + 1

	// Slow: whether the time goes on to the next deadline while something is ready (1) or not.
	Slow

	// InSet: which of those that are left a walk over a set comes to next.
	InSet

	// OutOfTurn: which entry of the iteration is next, see Scheduler.SetHostile. It is not open.
	OutOfTurn
)

// Choose asks the Chooser, which must be there. Where there is nothing to choose it is 0.
func (s *Scheduler) Choose(c Choice) int {
	if c.N < 2 {
		return 0
	}
	i := s.Chooser.Choose(c)
	if i < 0 || i >= c.N {
		panic(fmt.Sprintf("loop: a choice of %d among %d", i, c.N))
	}
	return i
}

// Walk puts items, which are a set in asyncio, into the order in which it is walked.
func Walk[T any](s *Scheduler, items []T) {
	if s.Chooser == nil {
		return
	}
	for ; len(items) > 1; items = items[1:] {
		i := s.Choose(Choice{Kind: InSet, N: len(items), Of: items})
		next := items[i]
		copy(items[1:], items[:i])
		items[0] = next
	}
}
