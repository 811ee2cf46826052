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
	s := m.newSleeper(co)
	m.loop.AddTimer(&s.timer, timers.Deadline(m.loop.Time(), d))
	err := co.Suspend(&s.core)
	m.endSleeper(s)
	return err
}

// A sleeper is the future that a sleep waits for, and the timer that ends it. Nobody else has it, so
// that it is used again.
type sleeper struct {
	core  future.Core
	timer timers.Timer
}

// maxIdleSleepers is how many are kept for that.
const maxIdleSleepers = 64

func (m *machine) newSleeper(co *Co) *sleeper {
	var s *sleeper
	if n := len(m.idleSleepers); n > 0 {
		s = m.idleSleepers[n-1]
		m.idleSleepers = m.idleSleepers[:n-1]
		s.core = future.Core{}
	} else {
		s = new(sleeper)
		s.timer.Run = s
	}
	s.core.Init(co, s)
	return s
}

// endSleeper takes s back after its sleep. One whose timer was due and which was canceled after that is still
// in the ready queue, and is not used again.
func (m *machine) endSleeper(s *sleeper) {
	waited := m.loop.RemoveTimer(&s.timer)
	if (waited || !s.core.Canceled()) && len(m.idleSleepers) < maxIdleSleepers {
		m.idleSleepers = append(m.idleSleepers, s)
	}
}

// Run is called when the timer is due.
func (s *sleeper) Run() { s.core.Finish() } // nothing, if a cancellation came first

func (s *sleeper) Describe() string { return s.Wait().String() }

// Wait is what reports are told. There is no timer for the end of time.
func (s *sleeper) Wait() waits.Info { return waits.Sleep(s.timer.When()) }

// SleepsUntil is the same without text, for reports on very many.
func (s *sleeper) SleepsUntil() time.Duration { return s.timer.When() }
