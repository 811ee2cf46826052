package search

import (
	"time"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
)

// A Replay picks one schedule, once.
type Replay struct {
	schedule  schedule.Schedule
	injection schedule.Departure
	lenient   bool // departures that do not fit are left out
	next      int  // departure
	began     bool
}

// NewReplay makes a Strategy of one schedule. The program must come to all its choices.
func NewReplay(s schedule.Schedule) *Replay {
	injection, _ := s.Injection()
	return &Replay{schedule: s.Choices(), injection: injection}
}

// NewAttempt is NewReplay of a schedule that need not fit.
func NewAttempt(s schedule.Schedule) *Replay {
	r := NewReplay(s)
	r.lenient = true
	return r
}

// Injection is what the schedule has done to a task, of no Kind for nothing.
func (r *Replay) Injection() schedule.Departure { return r.injection }

func (r *Replay) Begin() bool {
	before := r.began
	r.began = true
	return !before
}

func (r *Replay) Pick(at int, c *Choice) (int64, error) {
	if r.next == len(r.schedule) || r.schedule[r.next].At != at {
		return c.usual(), nil
	}
	d := r.schedule[r.next]
	r.next++
	switch {
	case fits(d, c):
		return d.Pick, nil
	case r.lenient:
		return c.usual(), nil
	}
	return 0, drift(d, *c)
}

func (r *Replay) End(choices int, _ uint64) error {
	if r.lenient || r.next == len(r.schedule) {
		return nil
	}
	return &DriftError{Want: r.schedule[r.next], Made: choices}
}

func duration(ns int64) time.Duration { return time.Duration(ns) }
