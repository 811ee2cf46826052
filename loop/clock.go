package loop

import (
	"fmt"
	"math"
	"time"

	"github.com/ouro-loop/ouro/future"
)

// A Clock tells a loop's time in place of its own clock, see [UseClock]. Its methods are
// called on the loop's goroutine.
//
// Semantics: trio.abc.Clock.
type Clock interface {
	// Time is the time that the loop is to go by. It must never be less than before: by as
	// much as it goes back, the loop's timers are late.
	Time() time.Duration

	// SleepTime is how long, in real time, it takes until Time has come to t, which is
	// later than now: the loop waits for so long and asks again. Where that cannot be told,
	// as of a clock that somebody moves by hand, [coro.Forever] will do; whoever moves it
	// then wakes the loop with a CallSoonThreadsafe. With a time of zero the loop asks again
	// and again, without a rest.
	SleepTime(t time.Duration) time.Duration
}

// clock tells a loop's time, which starts at zero when the loop is made, unless the clock
// is one of the program's own.
type clock struct {
	start   time.Time // by the computer's clock
	epoch   time.Time // what Now is at zero
	special bool      // it is virtual, or own is set
	virtual bool
	now     time.Duration // of a virtual clock
	own     Clock

	onAdvance func(from, to time.Duration)
}

func newClock(o options) clock {
	c := clock{start: time.Now(), virtual: o.virtual, own: o.clock, onAdvance: o.onAdvance}
	if o.rate != 0 {
		c.own = &rateClock{start: c.start, rate: o.rate}
	}
	c.special = c.virtual || c.own != nil
	switch {
	case !o.startTime.IsZero():
		c.epoch = o.startTime
	case c.virtual:
		c.epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	case o.clock != nil:
		c.epoch = c.start.Add(-o.clock.Time())
	default:
		c.epoch = c.start
	}
	return c
}

// Time is the loop's clock: how long ago the loop was made. A virtual clock stands
// still while anything is ready, and jumps to the next deadline when nothing is; see also
// [Rate] and [UseClock].
//
// Semantics: asyncio.loop.time.
func (l *Loop) Time() time.Duration {
	if l.clock.special {
		return l.clock.time()
	}
	return time.Since(l.clock.start)
}

// quietTime is Time for what the loop itself does, which is not on a tape.
func (l *Loop) quietTime() time.Duration {
	if l.tape != nil {
		return l.tape.look()
	}
	return l.Time()
}

// due is the time by which timers are due, and false if none is to be looked at.
func (l *Loop) due() (now time.Duration, ok bool) {
	if l.tape != nil {
		return l.tape.due()
	}
	return l.Time(), true
}

func (c *clock) time() time.Duration {
	if c.virtual {
		return c.now
	}
	return c.own.Time()
}

// Now is the time of day by the loop's clock: when the loop was made and the loop's Time,
// unless [StartTime] says otherwise. A virtual clock starts at 2000-01-01 00:00:00 UTC.
func (l *Loop) Now() time.Time { return l.clock.epoch.Add(l.Time()) }

// until is how long it takes until the loop's time is when, zero if that has passed.
func (l *Loop) until(when time.Duration) time.Duration {
	now := l.quietTime()
	switch {
	case l.replays():
		return noLimit
	case when <= now: // of a time long past the difference is out of range
		return 0
	case l.clock.own != nil:
		return l.clock.own.SleepTime(when)
	}
	return when - now
}

// jump moves the virtual clock.
func (l *Loop) jump(to time.Duration) {
	from := l.clock.now
	l.clock.now = to
	l.earlier, l.late = l.timers.Latest(), false
	l.moved()
	if f := l.clock.onAdvance; f != nil && to != from {
		defer func() {
			if v := recover(); v != nil {
				l.CallExceptionHandler(future.ErrorContext{
					Message: "panic in the function of OnAdvance",
					Err:     future.NewPanicError(v),
				})
			}
		}()
		f(from, to)
	}
}

// rateClock is a real clock that is faster or slower.
type rateClock struct {
	start time.Time
	rate  float64
}

func (c *rateClock) Time() time.Duration { return scaled(time.Since(c.start), c.rate) }

func (c *rateClock) SleepTime(t time.Duration) time.Duration {
	if t == noLimit {
		return noLimit
	}
	return max(1, scaled(t-c.Time(), 1/c.rate)) // rounded down, but not to a wait of nothing
}

// scaled is d times f, or the end of time where that is out of range.
func scaled(d time.Duration, f float64) time.Duration {
	if product := float64(d) * f; product < math.MaxInt64 {
		return time.Duration(product)
	}
	return noLimit
}

// VirtualTime gives the loop a clock that jumps to the next deadline when nothing
// is ready, so that a program of hours ends at once and always does the same. It
// does not jump while an executor or a goroutine of [Go] or [Receive] is still at
// work for the loop, or somebody has a [Loop.Hold] on it, nor, on Windows and js/wasm,
// while a task waits for a connection; if the loop waits for that for
// seconds of real time, it logs for what. When nothing is ready, no timer is set and no such
// work is out, the run ends with a *[DeadlockError]. Work that waits for the loop's clock, as
// a job does that waits for a [Submit] of something that sleeps, waits for ever.
//
// [Loop.Step] and its like do not have it jump. [Loop.AdvanceTo] moves it by hand.
func VirtualTime(on bool) Option { return func(o *options) { o.virtual = on } }

// StartTime is the time of day that [Loop.Now] tells when the loop's time is zero.
func StartTime(t time.Time) Option { return func(o *options) { o.startTime = t } }

// Rate lets f seconds of the loop's time pass in a second: with 100, a Sleep of one second
// takes 10 ms. It is for programs that are shown or tried out; tests have [VirtualTime].
func Rate(f float64) Option {
	if !(f > 0) || math.IsInf(f, 0) {
		panic(fmt.Sprintf("loop: Rate of %v, which is no speed for a clock", f))
	}
	return func(o *options) { o.rate = f }
}

// UseClock has the loop go by c. A panic in its methods is the panic of the task in which
// the loop asks for the time, as in a Sleep; elsewhere it comes out of the run, and closes
// the loop.
func UseClock(c Clock) Option {
	if c == nil {
		panic("loop: UseClock of nil; leave the option out")
	}
	return func(o *options) { o.clock = c }
}

// OnAdvance has f called each time that a virtual clock has moved, on the loop's goroutine,
// before anything that is due then runs. Under other clocks f is not called. A panic in it is
// reported to the exception handler.
func OnAdvance(f func(from, to time.Duration)) Option {
	return func(o *options) { o.onAdvance = f }
}

// checkClocks panics if there are two clocks.
func (o *options) checkClocks() {
	n := 0
	for _, given := range []bool{o.virtual, o.rate != 0, o.clock != nil} {
		if given {
			n++
		}
	}
	if n > 1 {
		panic("loop: more than one of VirtualTime, Rate and UseClock; a loop has one clock")
	}
}
