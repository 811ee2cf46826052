package coro

import (
	"time"

	"github.com/ouro-loop/ouro/timers"
)

// Time is the loop's clock: how long ago the loop was made. A virtual clock stands still
// while anything is ready.
//
// Semantics: asyncio.loop.time.
func (co *Co) Time() time.Duration { return co.machine().loop.Time() }

// Deadline is the loop's time in d from now, as [TimeoutAt], [TimeoutScope.Reschedule] and
// loop.CallAt take it. A sum that is out of range is the end of time, or its beginning:
// with Forever it is Forever, where Time()+Forever lies far in the past.
func (co *Co) Deadline(d time.Duration) time.Duration { return timers.Deadline(co.Time(), d) }
