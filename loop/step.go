package loop

import (
	"math"
	"time"

	"github.com/ouro-loop/ouro/internal/sched"
)

// An application that has a main loop of its own, as a game, a GUI or a debugger has,
// drives the loop from there:
//
//	l.OnWake(wakeMainLoop)
//	for {
//		if err := l.RunUntilIdle(loop.MaxTime(5 * time.Millisecond)); err != nil {
//			return err
//		}
//		mainLoopWaits(l.MayWait())
//	}
//
// All that is here is RunForever with an end to it: the same iterations, run by the same
// code.

// steps is what a run is for that ends by itself. Its end is the stopStep of l.stopping.
type steps struct {
	once      bool          // it ends after one iteration
	advancing bool          // it ends when the virtual clock has come to until,
	until     time.Duration // instead of where the loop would wait
	entries   int           // how many may still run
	deadline  time.Time     // when no further one is to begin
	cut       bool          // a limit has ended it
}

const (
	stopAsked = 1 << iota // somebody called Stop
	stopStep              // the purpose of the run is fulfilled
)

// A Limit is an option of Step and RunUntilIdle.
type Limit func(*steps)

// MaxEntries ends the call when n callbacks and steps of tasks have run.
func MaxEntries(n int) Limit {
	if n <= 0 {
		panic("loop: MaxEntries of less than one")
	}
	return func(s *steps) { s.entries = n }
}

// MaxTime ends the call after the callback or step of a task during which d of real time
// is over. With a d of zero or less one runs.
func MaxTime(d time.Duration) Limit {
	return func(s *steps) { s.deadline = time.Now().Add(d) }
}

func newSteps(limits []Limit) *steps {
	s := &steps{entries: math.MaxInt}
	for _, limit := range limits {
		if limit == nil {
			panic("loop: a nil Limit; leave it out")
		}
		limit(s)
	}
	return s
}

// Step runs one iteration of the loop: what is ready or due at this moment, or has come in
// from other goroutines. It does not wait, and does not move a virtual clock. If a limit
// ends it in the middle of the iteration, the next call, whichever it is, goes on there:
// no order of entries and no number of iterations depends on limits.
//
// The errors are those of RunForever, and ErrStopped after a Stop. Whoever calls is the
// loop's goroutine meanwhile. A loop of whose tasks one has begun on a goroutine that is
// locked to its OS thread can be stepped only there, see ErrThread.
//
// Semantics: BaseEventLoop._run_once with a timeout of zero, CPython 3.15; there it takes
// a call_soon(loop.stop) and a run_forever.
func (l *Loop) Step(limits ...Limit) error {
	s := newSteps(limits)
	s.once = true
	return l.stepped(s)
}

// RunUntilIdle runs iterations until nothing is ready or due: where RunForever would wait,
// or would have a virtual clock jump. Otherwise it is as Step. A coroutine that always has
// something ready, as one that polls with Sleep(co, 0), is for a limit to interrupt.
func (l *Loop) RunUntilIdle(limits ...Limit) error {
	s := newSteps(limits)
	for {
		if err := l.stepped(s); err != nil || s.cut || l.Idle() {
			return err
		}
	}
}

// AdvanceTo runs the loop until its virtual clock has come to t: everything that is due at
// t or before has run, at its time, and what that led to without a further timer has too.
// With [coro.Forever] it runs until no timer is left, which may never be, and the clock stays
// at the last one.
// A t that has passed is now. The clock does not pass work that is out, see [Loop.Hold]:
// AdvanceTo waits for it, and for nothing else. Tasks that wait for what nothing will bring
// are no deadlock to it, nor to Step and RunUntilIdle: the application may still act.
//
// The errors are those of Step. A loop without a virtual clock is refused.
//
// Semantics: trio.testing.MockClock.jump, which asyncio has no counterpart of.
func (l *Loop) AdvanceTo(t time.Duration) error {
	l.mustBeMade()
	if !l.clock.virtual {
		return errNotVirtual
	}
	s := newSteps(nil)
	s.advancing, s.until = true, t
	return l.stepped(s)
}

func (l *Loop) stepped(s *steps) error {
	me, err := l.mayRun()
	if err != nil {
		return err
	}
	if l.tape != nil {
		return errRecordedSteps
	}
	return l.runSteps(s, me)
}

func (l *Loop) beginSteps(s *steps) {
	l.steps = s
	if s == nil {
		return
	}
	if s.once {
		l.stopping.Or(stopStep)
	}
	if s.limited() {
		l.setAround()
	}
}

// endSteps is told what the run has ended with: what aborts one leaves what is ready to a new
// iteration.
func (l *Loop) endSteps(err error) {
	s := l.steps
	l.steps = nil
	if s.limited() {
		l.midway = s.cut && err == nil && l.sched.Left() > 0
		l.setAround()
	}
	l.armDriver()
}

// armDriver has the function of OnWake called when a descriptor is ready.
func (l *Loop) armDriver() {
	if l.inbox.onWake.Load() != nil && l.descriptors != nil {
		l.descriptors.driver.Arm()
	}
}

func (s *steps) limited() bool {
	return s != nil && (s.entries < math.MaxInt || !s.deadline.IsZero())
}

// runLimited runs an entry, and ends the run if no further one may, also if this one panics.
func (l *Loop) runLimited(entry sched.Entry) {
	defer l.limit()
	l.runLooked(entry)
}

func (l *Loop) limit() {
	s := l.steps
	s.entries--
	if s.entries <= 0 || !s.deadline.IsZero() && !time.Now().Before(s.deadline) {
		s.cut = true
		l.sched.Halt(true)
		l.stopping.Or(stopStep)
	}
}

// waitInSteps takes the place of a wait of the loop, or of a jump of its clock: the run ends
// there, unless something has come in, or the clock is to move on.
func (l *Loop) waitInSteps() {
	s, next := l.steps, l.timers.Next()
	switch {
	case s.advancing && l.isOut():
		l.tellWait()
		l.park(noLimit)
	case l.inbox.work(): // after isOut, as in holdsStill
	case s.advancing && next != nil && next.When() <= s.until:
		l.tellWait()
		l.jump(next.When())
	case s.advancing && s.until != noLimit && s.until > l.clock.now:
		l.jump(s.until) // and goes on: OnAdvance may have scheduled something
	default:
		l.stopping.Or(stopStep)
	}
}

// Idle reports whether nothing is ready, due, or has come in from other goroutines: a Step
// would run nothing, unless a descriptor is ready. A closed loop is not idle: the next Step
// has an error to return.
func (l *Loop) Idle() bool {
	l.mustBeMade()
	next := l.timers.Next()
	return l.sched.Ready() == 0 && !l.inbox.work() && !l.unretrieved.AnyLost() &&
		(next == nil || next.When() > l.quietTime())
}

// NextDeadline is the loop's time at which the first timer is due, [coro.Forever] if there
// is none.
func (l *Loop) NextDeadline() time.Duration {
	l.mustBeMade()
	if next := l.timers.Next(); next != nil {
		return next.When()
	}
	return noLimit
}

// MayWait is how long, in real time, the next Step can wait unless the function of OnWake
// is called before, or the application itself uses the loop: zero if the loop is not Idle,
// and [coro.Forever] if there is no timer or the clock is virtual, which does not pass by
// itself.
func (l *Loop) MayWait() time.Duration {
	l.mustBeMade()
	switch next := l.timers.Next(); {
	case !l.Idle():
		return 0
	case next == nil, l.clock.virtual:
		return noLimit
	default:
		return l.until(next.When())
	}
}

// Outside is how much work is out: functions that executors and goroutines run for the
// loop, tasks in [Receive], futures of [WrapFuture], and what has a [Loop.Hold]. On Windows
// and js/wasm all that waits for connections counts as one.
func (l *Loop) Outside() int {
	l.mustBeMade()
	return l.outside.n + int(l.outside.held.Load())
}

// OnWake has f called, on whatever goroutine, when something comes in for the loop from
// outside: a CallSoonThreadsafe, a Submit, an outcome of a thread, a signal, a Stop, the end
// of a [Loop.Hold], an [Inspect], or, between two calls of Step and its like, a descriptor that is ready.
// It may be called when there is nothing to do, and need not be called again for what comes
// in before the next Step. It is not called for what the application does itself between two
// calls, as a CallSoon, a Cancel or a SetResult: that is to be followed by a Step.
//
// f must not block, as who posts then does, and must not use the loop; it is to wake the
// application's main loop, which calls Step. There is one f: another one takes its place, and
// with nil that is over. The loop of a [RunGuest] has one of its own.
func (l *Loop) OnWake(f func()) {
	l.mustBeMade()
	if f == nil {
		l.inbox.onWake.Store(nil)
		return
	}
	l.inbox.onWake.Store(&f)
	if l.inbox.any() {
		f() // has come in before
	}
	if !l.isRunning.Load() {
		l.armDriver() // as the last run has not
	}
}
