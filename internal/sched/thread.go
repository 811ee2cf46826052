package sched

import (
	"errors"

	"github.com/ouro-loop/ouro/internal/goroutine"
)

// Go lets a coroutine be resumed only on the OS thread that its creator was locked to,
// or, if that was not locked, by a goroutine that is not locked either. Anything else ends
// the process, and nothing can catch that. So the scheduler knows where its workers were
// made, and refuses before Go does.

// ErrThread is what a run, or the close, of a loop is refused with whose suspended tasks or
// generators began on another OS thread.
var ErrThread = errors.New("loop: its suspended tasks or generators began on a goroutine with another lock to an OS thread, and cannot be resumed here; " +
	"call runtime.LockOSThread before the first run and use the loop on that goroutine only, or not at all")

// A thread is where coroutines can be resumed: the zero value is any goroutine that is not
// locked to its OS thread, another one is that goroutine.
type thread string

// threadOf is that of a goroutine.
func threadOf(g goroutine.ID) thread {
	if g.Locked {
		return thread(g.Name)
	}
	return ""
}

// enterThread is called before a run on g. It gives up idle workers that cannot be resumed
// there; with a suspended coroutine there is no way.
func (s *Scheduler) enterThread(g goroutine.ID) error {
	now := threadOf(g)
	if now == s.thread {
		return nil
	}
	if s.anyBegun() {
		return ErrThread
	}
	s.stopIdle(g.Locked)
	s.thread = now
	return nil
}

// leaveThread is called after a run. Workers that only this thread can end are not left to
// others; what was lent is given back.
func (s *Scheduler) leaveThread() {
	if s.thread != "" {
		s.stopIdle(true)
	} else {
		s.giveBack()
	}
}

// MayClose is ErrThread if suspended coroutines cannot be unwound on g, nil if Close can do its
// work there.
func (s *Scheduler) MayClose(g goroutine.ID) error {
	if s.thread != "" && s.thread != threadOf(g) && s.anyBegun() {
		return ErrThread
	}
	return nil
}

// ClosesOn says that Close is called on g.
func (s *Scheduler) ClosesOn(g goroutine.ID) { s.closesLocked = g.Locked }

// OnThread reports whether coroutines can be resumed on one goroutine only, which is locked
// to its OS thread.
func (s *Scheduler) OnThread() bool { return s.thread != "" }

// MayAsk reports whether the caller may resume suspended coroutines, as who asks them for
// their stacks does, without being in a run.
func (s *Scheduler) MayAsk() bool { return s.thread == threadOf(goroutine.Self()) }

// anyBegun reports whether a coroutine or a generator has begun and not ended.
func (s *Scheduler) anyBegun() bool {
	begun := s.generators.first != nil
	s.live.each(func(c *Coroutine) bool {
		begun = begun || c.worker != nil && !c.worker.dead
		return !begun
	})
	return begun
}

// stopIdle ends the idle workers. Locked says whether the caller is, to its OS thread.
func (s *Scheduler) stopIdle(locked bool) {
	idle := s.pool.idle
	s.pool.idle = nil
	stopAll(idle, s.thread == "" && locked)
}

// elsewhere calls f on a goroutine that is not locked to a thread, and waits for its end.
// A Goexit of f ends that goroutine, and no other.
func elsewhere(f func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f()
	}()
	<-ended
}

// unwinding is what a function panics with that is unwound on a locked thread.
type unwinding struct{}

func (unwinding) String() string { return "the coroutine is unwound as its loop closes" }

// maxExits is how often a function may recover from that, and await something again, before
// it is given up.
const maxExits = 1000
