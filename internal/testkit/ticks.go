package testkit

import "github.com/ouro-loop/ouro/loop"

// Ticks counts the iterations of a loop, with a callback that schedules itself again.
type Ticks struct {
	loop    *loop.Loop
	n       int
	stopped bool
}

// NewTicks makes a count of l's iterations that begins when [Ticks.Count] is called.
func NewTicks(l *loop.Loop) *Ticks { return &Ticks{loop: l} }

// CountTicks makes a count that begins with the next iteration of l.
func CountTicks(l *loop.Loop) *Ticks {
	ticks := NewTicks(l)
	l.CallSoon(ticks.Count)
	return ticks
}

// Count counts the present iteration and those after it.
func (ticks *Ticks) Count() {
	if !ticks.stopped {
		ticks.n++
		ticks.loop.CallSoon(ticks.Count)
	}
}

// N is how many iterations were counted, since the last Restart.
func (ticks *Ticks) N() int { return ticks.n }

// Restart sets the count to zero.
func (ticks *Ticks) Restart() { ticks.n = 0 }

// Stop ends the count, without which the loop never runs out of callbacks.
func (ticks *Ticks) Stop() { ticks.stopped = true }
