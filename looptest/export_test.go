package looptest

import (
	"testing"
	"time"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
)

// Repeat runs main n times, at random, and fails the test if a run does.
func Repeat(tb testing.TB, main Main, n int) {
	x := newExplorer(tb, main, nil)
	defer x.end()
	random := search.NewRandom(1)
	for range n {
		if r := x.once(random); r.failed() {
			tb.Fatal(r.text())
		}
	}
}

// BruteForce runs main by every schedule there is, up to a number, and returns how many there were.
// It counts through the choices as a milometer does, and shares nothing with what Explore does.
func BruteForce(tb testing.TB, main Main, most int, opts ...Option) (runs int) {
	x := newExplorer(tb, main, opts)
	defer x.end()
	for s := new(milometer); runs < most && (runs == 0 || s.turn()); runs++ {
		if r := x.once(s); r.failed() || r.drift != nil {
			tb.Fatal(r.text(), r.drift)
		}
	}
	return runs
}

// A milometer has a wheel for each choice.
type milometer struct{ wheels, sizes []int }

func (m *milometer) Begin() bool           { return true }
func (m *milometer) End(int, uint64) error { return nil }

func (m *milometer) Pick(at int, c *search.Choice) (int64, error) {
	if at == len(m.wheels) {
		m.wheels, m.sizes = append(m.wheels, 0), append(m.sizes, c.N)
	}
	if c.Kind == schedule.Delay {
		return c.Delays[m.wheels[at]], nil
	}
	return int64(m.wheels[at]), nil
}

// turn turns to the next schedule, if there is one.
func (m *milometer) turn() bool {
	for n := len(m.wheels); n > 0; n = len(m.wheels) {
		if m.wheels[n-1]++; m.wheels[n-1] < m.sizes[n-1] {
			return true
		}
		m.wheels, m.sizes = m.wheels[:n-1], m.sizes[:n-1]
	}
	return false
}

// JobPatience is how long a job may block, in real time.
func JobPatience(d time.Duration) Option { return func(o *options) { o.jobs.patience = d } }
