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

	visits map[uint64]visit // by the state
	states []visited        // of the present run, behind its last departure
	picked *picks           // of the present run
	seen   *visit           // of a state that the run has come to, nil if it has not yet
	hits   int              // how often one did
}

// picks are what was picked in a run, and what came of it: of a tie the cause of the timer, else
// the number.
type picks struct {
	of    []uint64
	final uint64 // the state that the run has ended in
}

// A visit is a moment of a run: so many picks were made.
type visit struct {
	run  *picks
	made int
}

type visited struct {
	state uint64
	made  int
}

// followed is one in so many states that are followed though they have been visited.
const followed = 16

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
	s.states, s.seen, s.picked = s.states[:0], nil, nil
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
			return 0, drift(d, *c)
		}
		return d.Pick, nil
	}
	if s.seen != nil || s.visited(c) {
		return s.follow(c)
	}
	s.note(c, 0)
	s.choices = append(s.choices, choice{at, c.Kind, c.N, len(s.delays)})
	s.delays = append(s.delays, c.Delays...)
	return c.usual(), nil
}

// visited reports whether what follows from the state of c is, or will be, tried elsewhere.
func (s *Departures) visited(c *Choice) bool {
	if c.State == 0 {
		return false
	}
	if s.picked == nil {
		s.picked = &picks{}
	}
	v, known := s.visits[c.State]
	if !known {
		s.states = append(s.states, visited{c.State, len(s.picked.of)})
		return false
	}
	if s.hits++; s.hits%followed == 0 {
		return false
	}
	s.seen = &v
	return true
}

// note notes what was picked of c.
func (s *Departures) note(c *Choice, pick int) {
	if s.picked != nil {
		s.picked.of = append(s.picked.of, causeOf(c, pick))
	}
}

func causeOf(c *Choice, i int) uint64 {
	if c.Cause != nil {
		return c.Cause(i)
	}
	return uint64(i)
}

// follow picks what was picked when the state was come to first: from there the two runs must be
// the same.
func (s *Departures) follow(c *Choice) (int64, error) {
	v := s.seen
	if v.made < len(v.run.of) {
		want := v.run.of[v.made]
		v.made++
		for i := range c.N {
			if causeOf(c, i) == want {
				s.picked.of = append(s.picked.of, want)
				return c.alternative(i), nil
			}
		}
	}
	return 0, ErrDigest
}

// Hits is how often a state had been visited.
func (s *Departures) Hits() int { return s.hits }

// endStates notes what has come of the states of a run.
func (s *Departures) endStates(final uint64) error {
	switch {
	case final == 0: // it has failed, or something is not known
		return nil
	case s.picked == nil:
		return nil
	case s.seen != nil && s.seen.run.final != final:
		return ErrDigest
	}
	if s.visits == nil {
		s.visits = map[uint64]visit{}
	}
	s.picked.final = final
	for _, at := range s.states {
		s.visits[at.state] = visit{s.picked, at.made}
	}
	return nil
}

// End puts all schedules into the queue that have one departure more.
func (s *Departures) End(choices int, state uint64) error {
	if s.at < len(s.path) {
		return &DriftError{Want: s.path[s.at].last, Made: choices}
	}
	if err := s.endStates(state); err != nil {
		return err
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
