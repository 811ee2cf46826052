package coro

import (
	"math"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/timers"
)

// Forever is the time limit of what has none: where asyncio takes None.
const Forever = time.Duration(math.MaxInt64)

// Sleep suspends the coroutine until d has passed. With d of zero or less that is
// one iteration of the loop: everything that is ready gets its turn.
//
// Semantics: asyncio.sleep, CPython 3.15.
func Sleep(co *Co, d time.Duration) error {
	if d > 0 {
		return sleep(co, d)
	}
	co.mustRun()
	if co.coroutine.Recorded() {
		co.tellYield()
	}
	co.coroutine.Schedule()
	if !co.coroutine.Host() { // see Coroutine.Yield
		co.coroutine.Yield()
	}
	if co.coroutine.Asked() {
		co.coroutine.Answer()
	}
	if co.mustCancel {
		return co.takeCancel()
	}
	return nil
}

// sleep is apart from Sleep so that a sleep of zero needs little of the stack.
func sleep(co *Co, d time.Duration) error {
	co.mustBeGiven()
	co.mustRun() // before a timer is set
	m := co.machine()
	s := &sleeper{}
	s.core.Init(co, s)
	s.timer.Run = s
	m.loop.AddTimer(&s.timer, timers.Deadline(m.loop.Time(), d))
	err := co.Suspend(&s.core)
	m.loop.RemoveTimer(&s.timer)
	return err
}

// A sleeper is the future that a sleep waits for, and the timer that ends it.
type sleeper struct {
	core  future.Core
	timer timers.Timer
}

// Run is called when the timer is due.
func (s *sleeper) Run() { s.core.Finish() } // nothing, if a cancellation came first

func (s *sleeper) Describe() string { return s.Wait().String() }

// Wait is what reports are told. There is no timer for the end of time.
func (s *sleeper) Wait() waits.Info { return waits.Sleep(s.timer.When()) }

// SleepsUntil is the same without text, for reports on very many.
func (s *sleeper) SleepsUntil() time.Duration { return s.timer.When() }
