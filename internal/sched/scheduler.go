package sched

import (
	"errors"
	"math"
	"time"

	"github.com/ouro-loop/ouro/internal/events"
)

var (
	// ErrClosed is what is given for work that comes when the loop is closed.
	ErrClosed = errors.New("loop: the event loop is closed")

	// ErrWrongGoroutine is what a call from a goroutine that is not the loop's ends with,
	// where it is noticed.
	ErrWrongGoroutine = errors.New("loop: this must be called on the loop's goroutine; use CallSoonThreadsafe or Submit from others")
)

// Loop is what a scheduler needs of the event loop that it belongs to, and what those
// who know only the scheduler reach the loop for.
type Loop interface {
	// Schedule puts e into the ready queue with Push, behind what other goroutines
	// posted before.
	Schedule(e Entry)

	// Callback makes a function into an entry.
	Callback(fn func(), o CallOptions) Entry

	// OnlyReady reports whether the loop has nothing to do but run what is ready: the
	// first four steps of an iteration would do nothing. An iteration may then begin
	// without the loop's goroutine.
	OnlyReady() bool

	// CheckGoroutine panics with ErrWrongGoroutine if the caller is not on the loop's
	// goroutine, or a coroutine's of it. It is for debug mode: it takes microseconds.
	CheckGoroutine()

	// Calm is told that a burst of entries is over, for which the ready queue had grown.
	// What has grown with it may be given back.
	Calm()

	// Panicked is told what the running entry has panicked with, before its stack is
	// gone.
	Panicked(v any)

	// TimeOfRecord is the loop's time for who records.
	TimeOfRecord() time.Duration
}

// DefaultMaxHosted is up to how many entries are worth being run by a coroutine that
// suspends: of n steps it saves one pair of switches.
const DefaultMaxHosted = 8

// Scheduler is the ready queue of one loop, and who runs what is in it.
type Scheduler struct {
	loop Loop

	ready   ready
	left    int  // entries of this iteration that have not been taken yet
	crowded bool // this iteration has more entries than a host is worth
	begins  bool // no entry of this iteration has been recorded yet

	observed  bool // somebody looks at each entry, see setAlone
	alone     bool // the loop's goroutine takes every entry itself, see setAlone
	halted    bool // no entry is taken
	hostile   bool // the entry that is taken need not be that whose turn it is
	maxHosted int
	around    func(Entry)
	looker    func(Entry)
	ender     func(Entry)
	tape      Tape // nil unless there is one

	running  Entry        // the entry that runs, nil between entries
	current  *Coroutine   // the coroutine that runs, nil in a callback
	creators []*Coroutine // coroutines in the middle of starting another one eagerly
	watch    *Watch       // what watchdogs see, nil if there are none
	host     *Coroutine   // the suspended coroutine that runs what is ready
	question func()       // for the host, from the coroutine that runs
	request  func()       // for the suspended coroutine that is being resumed
	torn     bool         // a Goexit unwinds whatever is on the loop's stack

	callbackVars *Vars // the context of the callback that runs
	baseVars     Vars  // the context outside of callbacks and coroutines

	live       register   // the coroutines that have not ended
	generators generators // that have begun and not ended
	unwinding  *Generator // that Close unwinds just now
	closed     bool
	pool       pool
	thread     thread  // where the workers were made
	key        uintptr // of the goroutine that runs the loop, zero for none

	tracking     bool // see Track
	closesLocked bool // Close is called on a goroutine that is locked to its OS thread

	// Created counts the tasks that package coro has made, as their serials.
	Created uint32

	// Debug says that the loop is in debug mode.
	Debug bool

	// Leaks says that the loop reports what it leaves behind when it is closed. It does not
	// change.
	Leaks bool

	// Holders is Debug or Leaks: the loop looks at who holds what.
	Holders bool

	// Events is where what happens is recorded, nil if it is not, see SetEvents.
	Events *events.Recorder

	// Chooser settles what is open, nil as a rule.
	Chooser Chooser

	// Tasks is what package coro keeps for the loop.
	Tasks any
}

// Init makes s the scheduler of loop, which keeps up to maxIdle workers for use again.
func (s *Scheduler) Init(loop Loop, maxIdle int) {
	s.loop = loop
	s.maxHosted = DefaultMaxHosted
	s.pool.maxIdle = int32(min(maxIdle, math.MaxInt32))
}

// Loop is the loop that s belongs to.
func (s *Scheduler) Loop() Loop { return s.loop }

// SetMaxHosted changes DefaultMaxHosted for this scheduler; with 0 the loop's goroutine
// takes every entry itself. It changes nothing that a program could notice, which tests
// prove with it.
func (s *Scheduler) SetMaxHosted(n int) {
	s.maxHosted = n
	s.setAlone()
}

// SetAround has f called in place of an entry's Run, which it has to call; nil takes it
// back. The loop's goroutine then takes every entry itself.
func (s *Scheduler) SetAround(f func(Entry)) {
	s.around = f
	s.setAlone()
}

// SetLooker has f called before each entry runs, where everything before it has ended; nil
// takes it back. The loop's goroutine then takes every entry itself.
func (s *Scheduler) SetLooker(f func(Entry)) {
	s.looker = f
	s.setAlone()
}

// SetEnder has f called after each entry that has run, before anything else happens; nil takes
// it back. The loop's goroutine then takes every entry itself.
func (s *Scheduler) SetEnder(f func(Entry)) {
	s.ender = f
	s.setAlone()
}

// Halt has no further entry taken once what runs now returns, or takes that back.
func (s *Scheduler) Halt(halted bool) {
	s.halted = halted
	s.setAlone()
}

// setAlone sums up why nobody but the loop's goroutine may take an entry, and whether
// somebody looks at each, as they ask at every step.
func (s *Scheduler) setAlone() {
	s.alone = s.halted || s.around != nil || s.looker != nil || s.ender != nil || s.hostile || s.maxHosted == 0
	s.observed = s.tape != nil || s.around != nil || s.looker != nil || s.ender != nil || s.Events != nil || s.watch != nil || s.hostile
}

// SetEvents has r told what happens, or nobody if it is nil.
func (s *Scheduler) SetEvents(r *events.Recorder) {
	s.Events = r
	s.setAlone()
}

// A Tape is told of every entry that is taken, before it runs, and whether an iteration begins with it.
type Tape interface {
	Take(e Entry, begins bool)
}

// SetTape sets the tape of s.
func (s *Scheduler) SetTape(t Tape) {
	s.tape = t
	s.setAlone()
}

// Schedule puts e into the ready queue, as the loop does.
func (s *Scheduler) Schedule(e Entry) { s.loop.Schedule(e) }

// Push puts e at the end of the ready queue.
func (s *Scheduler) Push(e Entry) { s.ready.push(e) }

// Ready is how many entries are in the ready queue.
func (s *Scheduler) Ready() int { return s.ready.n }

// EachReady calls f for what is in the ready queue, in order.
func (s *Scheduler) EachReady(f func(e Entry)) { s.ready.each(f) }

// Left is how many entries of the iteration have not been taken yet.
func (s *Scheduler) Left() int { return s.left }

// Running is the entry that runs, nil between entries.
func (s *Scheduler) Running() Entry { return s.running }

// Current is the coroutine that runs, nil if none does.
func (s *Scheduler) Current() *Coroutine { return s.current }

// Reset forgets what was running: the loop's goroutine was torn out of a step.
func (s *Scheduler) Reset() {
	s.running, s.current, s.creators, s.callbackVars = nil, nil, nil, nil
	s.host, s.question, s.request, s.torn = nil, nil, nil, false
}

// Close unwinds every suspended coroutine, and then every suspended generator, runs their
// deferred functions, and ends all workers. No goroutine is left when it returns, unless a
// deferred function blocks. What is ready is forgotten. MayClose has to be asked, and ClosesOn told, before.
func (s *Scheduler) Close() {
	s.BeginClose()
	s.Reset()
	s.All(s.unwind)
	s.unwindGenerators()
	s.stopIdle(s.closesLocked)
	s.ready = ready{}
}

// unwind ends c. If a deferred function of it calls runtime.Goexit where that comes here,
// on a locked thread, Close goes on all the same.
func (s *Scheduler) unwind(c *Coroutine) {
	returned := false
	defer func() {
		if !returned {
			c.worker.dead = true
			s.Close()
		}
	}()
	c.unwind()
	returned = true
}

// BeginClose has no further coroutine begin.
func (s *Scheduler) BeginClose() { s.closed = true }

// Closed reports whether BeginClose or Close was called.
func (s *Scheduler) Closed() bool { return s.closed }

// TearsDown reports whether whatever runs is on its way out by force, because Close unwinds
// it, or a Goexit.
func (s *Scheduler) TearsDown() bool { return s.closed || s.torn }

// Count is how many coroutines have not ended.
func (s *Scheduler) Count() int { return int(s.live.count) }

// All calls f for every coroutine that has not ended, in order of creation. f may end
// any of them.
func (s *Scheduler) All(f func(c *Coroutine)) {
	s.live.each(func(c *Coroutine) bool {
		f(c)
		return true
	})
}
