package loop

import "time"

// clock tells a loop's time, which starts at zero when the loop is made.
type clock struct {
	start   time.Time
	virtual bool
	now     time.Duration // of a virtual clock
}

// Time is the loop's clock: how long ago the loop was made. A virtual clock stands
// still while anything is ready, and jumps to the next deadline when nothing is.
//
// Semantics: asyncio.loop.time.
func (l *Loop) Time() time.Duration {
	if l.clock.virtual {
		return l.clock.now
	}
	return time.Since(l.clock.start)
}

// Now is the time of day by the loop's clock. A virtual clock starts at
// 2000-01-01 00:00:00 UTC.
func (l *Loop) Now() time.Time { return l.clock.start.Add(l.Time()) }

// until is how long it takes until the loop's time is when, zero if that has passed.
func (l *Loop) until(when time.Duration) time.Duration {
	now := l.Time()
	if when <= now { // of a time long past the difference is out of range
		return 0
	}
	return when - now
}
