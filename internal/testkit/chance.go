package testkit

import (
	"math/rand/v2"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// Chance cancels tasks at random, the same ones each time for the same seed.
type Chance struct {
	*rand.Rand
	Tasks []*coro.Task[coro.None]
	ended bool
}

// NewChance makes the chance of a round.
func NewChance(seed, round int) *Chance {
	return &Chance{Rand: rand.New(rand.NewPCG(uint64(seed), uint64(round)))}
}

// Spawn creates a task that chance may cancel, and begins it at once.
func (c *Chance) Spawn(co *coro.Co, f func(co *coro.Co) error) {
	c.Tasks = append(c.Tasks, Spawn(co, f, coro.Eager(true)))
}

// CancelSome cancels up to three tasks.
func (c *Chance) CancelSome() {
	if len(c.Tasks) == 0 {
		return // the first one is only just being made
	}
	for range 1 + c.IntN(3) {
		c.Tasks[c.IntN(len(c.Tasks))].Cancel()
	}
}

// Meddle sometimes cancels some. A task calls it in the very step in which it was
// woken.
func (c *Chance) Meddle() {
	if c.IntN(3) == 0 {
		c.CancelSome()
	}
}

// Between calls look in the middle of every millisecond until End. Where all delays
// are whole milliseconds nothing is ready then: a task that still waits has not been
// woken.
func (c *Chance) Between(l *loop.Loop, look func()) {
	l.CallLater(time.Millisecond/2, func() {
		look()
		l.CallLater(time.Millisecond/2, func() {
			if !c.ended {
				c.Between(l, look)
			}
		})
	})
}

// End ends Between.
func (c *Chance) End() { c.ended = true }

// Ended reports whether End was called.
func (c *Chance) Ended() bool { return c.ended }
