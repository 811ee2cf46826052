package search

import (
	"math"
	"math/rand/v2"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
)

const (
	late    = 8  // one in so many ties has the others come too late
	soon    = 16 // a job ends in one of so many moments
	slow    = 16 // time passes in one of so many moments,
	maxSlow = 3  // but in no more than so many of a run
)

// Random picks at random: one way out of two that find different bugs.
type Random struct {
	seed uint64
	runs uint64
	*rand.Rand
	slow int // how often time has passed

	// The second way: tasks have priorities. Whose is higher comes first, until one is put
	// last, at a few moments of the run.
	byPriority bool
	priority   map[uint64]float64
	ties       int // of this run,
	most       int // and of the longest so far
	changes    [changes]int
}

// changes is how often a priority changes in a run.
const changes = 3

// NewRandom makes a Strategy without an end, the same one for the same seed. Each second run goes
// by priorities.
func NewRandom(seed uint64) *Random {
	return &Random{seed: seed, priority: map[uint64]float64{}, most: 1}
}

func (s *Random) Begin() bool {
	s.runs++
	s.Rand = rand.New(rand.NewPCG(s.seed, s.runs))
	s.slow, s.ties = 0, 0
	s.byPriority = s.runs%2 == 0
	clear(s.priority)
	for i := range s.changes {
		s.changes[i] = s.IntN(s.most)
	}
	return true
}

func (s *Random) End(int, uint64) error {
	s.most = max(s.most, s.ties)
	return nil
}

func (s *Random) Pick(_ int, c *Choice) (int64, error) {
	switch c.Kind {
	case schedule.Slow:
		if s.slow < maxSlow && s.IntN(slow) == 0 {
			s.slow++
			return 1, nil
		}
		return 0, nil
	case schedule.Job:
		if s.IntN(soon) > 0 {
			return 0, nil
		}
	case schedule.Tie:
		return s.tie(c), nil
	case schedule.Delay:
		return s.delay(c), nil
	}
	return s.Int64N(int64(c.N)), nil
}

func (s *Random) tie(c *Choice) int64 {
	s.ties++
	n := c.N
	if c.Late {
		if s.IntN(late) == 0 {
			return int64(n - 1)
		}
		n--
	}
	if n > 1 && s.byPriority && c.Who != nil {
		return int64(s.first(n, c.Who))
	}
	return s.Int64N(int64(n))
}

// first is the alternative of the highest priority.
func (s *Random) first(n int, who func(int) uint64) (first int) {
	highest, task := math.Inf(-1), uint64(0)
	for i := range n {
		of := who(i)
		if p := s.priorityOf(of); p > highest {
			highest, first, task = p, i, of
		}
	}
	for i, at := range s.changes {
		if at == s.ties-1 {
			s.priority[task] = -float64(1 + i) // below all others
		}
	}
	return first
}

func (s *Random) priorityOf(task uint64) float64 {
	p, ok := s.priority[task]
	if !ok {
		p = s.Float64()
		s.priority[task] = p
	}
	return p
}

// delay is one of those that are worth a try, or any.
func (s *Random) delay(c *Choice) int64 {
	if least := c.Delays[0]; s.IntN(2) == 0 && c.Most-least < 1<<62 {
		return least + s.Int64N(c.Most-least+1)
	}
	return c.Delays[s.IntN(len(c.Delays))]
}
