// Package search decides which schedules of a program package looptest tries.
package search

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
)

// A Choice is what a Strategy is asked. The first alternative is the usual one.
type Choice struct {
	Kind   schedule.Kind
	N      int     // alternatives
	Delays []int64 // of a Delay: the N that are worth a try, the least first
	Most   int64   // of a Delay: the greatest that there can be
	Late   bool    // of a Tie: the last alternative is that the others come too late

	// State is a number for the state of the program, 0 if it is not known. Cause says of a Tie,
	// where there is a State, what the i-th alternative is, whatever its place.
	State uint64
	Cause func(i int) uint64

	// Who says of a Tie which task the timer is about that is the i-th alternative, as a
	// number.
	Who func(i int) uint64
}

// usual is what is picked where nothing departs from it.
func (c *Choice) usual() int64 {
	if c.Kind == schedule.Delay {
		return c.Delays[0]
	}
	return 0
}

// alternative is the i-th as it stands in a schedule.
func (c *Choice) alternative(i int) int64 {
	if c.Kind == schedule.Delay {
		return c.Delays[i]
	}
	return int64(i)
}

// n is the number of alternatives as it stands in a schedule.
func (c *Choice) n() int {
	if c.Kind == schedule.Delay {
		return 0
	}
	return c.N
}

// A Strategy picks schedules, one after another.
type Strategy interface {
	// Begin is told that a run is to begin. It reports false if there is no schedule left.
	Begin() bool

	// Pick picks an alternative of the choice that is the run's at-th, from 0 on. The error
	// is a *DriftError.
	Pick(at int, c *Choice) (int64, error)

	// End is told that the run has ended, after so many choices, in a state with that number.
	// The error is a *DriftError, or ErrDigest.
	End(choices int, state uint64) error
}

// A DriftError says that a program does not come to the choice that a schedule is about.
type DriftError struct {
	Want schedule.Departure
	Got  *Choice // nil if the run has ended before it
	Made int     // so many choices there were then
}

// drift keeps what was met: who asks may use it again.
func drift(want schedule.Departure, got Choice) error { return &DriftError{Want: want, Got: &got} }

func (e *DriftError) Error() string {
	want := fmt.Sprintf("choice %d is %v in the schedule", e.Want.At, e.Want.Kind)
	if e.Want.Kind != schedule.Delay {
		want = fmt.Sprintf("choice %d is %v among %d in the schedule", e.Want.At, e.Want.Kind, e.Want.N)
	}
	switch {
	case e.Got == nil:
		return fmt.Sprintf("%s, and the program makes but %d choices", want, e.Made)
	case e.Got.Kind == schedule.Delay && e.Want.Kind == schedule.Delay:
		return fmt.Sprintf("%s, and one from %v to %v in the program, not %v", want,
			duration(e.Got.Delays[0]), duration(e.Got.Most), duration(e.Want.Pick))
	case e.Got.Kind == schedule.Delay:
		return fmt.Sprintf("%s, and %v in the program", want, e.Got.Kind)
	}
	return fmt.Sprintf("%s, and %v among %d in the program", want, e.Got.Kind, e.Got.N)
}

// ErrDigest says that a state had the number of another one.
var ErrDigest = errors.New("two runs that come to one state by what State is given do not go on alike: it lacks something that they share")

// fits reports whether d can be picked of c.
func fits(d schedule.Departure, c *Choice) bool {
	if d.Kind == schedule.Delay {
		return c.Kind == schedule.Delay && c.Delays[0] <= d.Pick && d.Pick <= c.Most
	}
	return d.Kind == c.Kind && d.N == c.N
}
