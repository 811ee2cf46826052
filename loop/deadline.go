package loop

import (
	"time"

	"github.com/ouro-loop/ouro/timers"
)

// Deadline is the loop's time in d from now, as [Loop.CallAt] takes it. A sum that is out of
// range is the end of time, or its beginning: with [coro.Forever] it is that, where
// Time()+coro.Forever lies far in the past.
func (l *Loop) Deadline(d time.Duration) time.Duration { return timers.Deadline(l.Time(), d) }
