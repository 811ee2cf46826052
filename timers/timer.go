package timers

import (
	"math"
	"time"
)

// Timer is one entry of a [Queue], to be embedded in whatever waits. The zero
// value is a timer that is not queued. A timer can be queued again and again,
// in one queue at a time, and must not be copied while it is queued.
//
// Semantics: asyncio.TimerHandle, CPython 3.15.
type Timer struct {
	// Run is what becomes ready when the timer is due. It is carried for the
	// loop; this package neither reads nor writes it. Where the embedding type
	// has a method Run, as it will if it is itself what runs, the field is
	// reached as x.Timer.Run.
	Run interface{ Run() }

	when time.Duration
	slot *slot  // where the timer is queued; nil when it is not
	key  uint64 // its index in a slot; outside slots, the number of its Add
}

// When returns the deadline that the timer was last added with, and zero if it
// never was.
//
// Semantics: asyncio.TimerHandle.when, CPython 3.15.
func (t *Timer) When() time.Duration { return t.when }

// Queued reports whether the timer is in a queue.
func (t *Timer) Queued() bool { return t.slot != nil }

// Deadline is the time that lies d after now. A sum that is out of range is the end, or
// the beginning, of time: math.MaxInt64 plus anything stays what it is, as a deadline
// that never comes should.
func Deadline(now, d time.Duration) time.Duration {
	switch sum := now + d; {
	case now == math.MaxInt64, d > 0 && sum < now:
		return math.MaxInt64
	case d < 0 && sum > now:
		return math.MinInt64
	default:
		return sum
	}
}
