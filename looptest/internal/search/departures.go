package search

import (
	"math"
	"slices"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
)

// Departures goes through all schedules, each once: first the usual one, then those that depart
// from it in one choice, in two, and so on. Bugs as a rule need few: what was put into another
// order stays in it.
type Departures struct {
	queue []*node
	next  int // of the queue
	room  int // how many may be in the queue

	present *node
	path    []*node  // from the first departure of the present run to the last
	at      int      // the next of the path
	choices []choice // of the present run, behind its last departure
	delays  []int64  // of those

	dropped int // the least number of departures of those that found no room
}

// A node is a schedule: that of its parent with one more departure, behind all others.
type node struct {
	parent *node
	last   schedule.Departure
	depth  int
}

// A choice has what its alternatives need.
type choice struct {
	at     int
	kind   schedule.Kind
	n      int
	delays int // where those of a delay begin
}

// NewDepartures makes the Strategy. It never has more than room schedules in store.
func NewDepartures(room int) *Departures {
	return &Departures{queue: []*node{{}}, room: room, dropped: math.MaxInt}
}

// All reports whether every schedule has had its turn.
func (s *Departures) All() bool { return s.left() == 0 && s.dropped == math.MaxInt }

// Complete is up to how many departures all schedules have had their turn, -1 for none.
func (s *Departures) Complete() int {
	n := s.dropped
	if s.left() > 0 {
		n = min(n, s.queue[s.next].depth)
	}
	return n - 1
}

func (s *Departures) left() int { return len(s.queue) - s.next }

func (s *Departures) Begin() bool {
	if s.left() == 0 {
		return false
	}
	s.present, s.queue[s.next] = s.queue[s.next], nil
	if s.next++; s.next == len(s.queue)/2 {
		s.queue = append(s.queue[:0], s.queue[s.next:]...)
		s.next = 0
	}
	s.path = s.path[:0]
	for n := s.present; n.parent != nil; n = n.parent {
		s.path = append(s.path, n)
	}
	slices.Reverse(s.path)
	s.at, s.choices, s.delays = 0, s.choices[:0], s.delays[:0]
	return true
}

func (s *Departures) Pick(at int, c *Choice) (int64, error) {
	if s.at < len(s.path) {
		d := s.path[s.at].last
		if d.At != at {
			return c.usual(), nil
		}
		s.at++
		if !fits(d, c) {
			return 0, &DriftError{Want: d, Got: c}
		}
		return d.Pick, nil
	}
	s.choices = append(s.choices, choice{at, c.Kind, c.N, len(s.delays)})
	s.delays = append(s.delays, c.Delays...)
	return c.usual(), nil
}

// End puts all schedules into the queue that have one departure more.
func (s *Departures) End(choices int) error {
	if s.at < len(s.path) {
		return &DriftError{Want: s.path[s.at].last, Made: choices}
	}
	depth := s.present.depth + 1
	for _, made := range s.choices {
		c := Choice{Kind: made.kind, N: made.n}
		if made.kind == schedule.Delay {
			c.Delays = s.delays[made.delays : made.delays+made.n]
		}
		for i := 1; i < made.n; i++ {
			if s.left() >= s.room {
				s.dropped = min(s.dropped, depth)
				return nil
			}
			s.queue = append(s.queue, &node{
				parent: s.present,
				last:   schedule.Departure{At: made.at, Kind: made.kind, N: c.n(), Pick: c.alternative(i)},
				depth:  depth,
			})
		}
	}
	return nil
}
