package network

import (
	"time"

	"github.com/ouro-loop/ouro/loop"
)

// Until is how long it takes on the loop's clock until a time of day. That may be by the loop's own, which
// is exact; or, where the clock is virtual, by that of the world, as libraries have it that add to
// time.Now. Some microseconds have passed since, which would make each run another one.
func Until(l *loop.Loop, t time.Time) time.Duration {
	byLoop, byWorld := t.Sub(l.Now()), time.Until(t) //ouro:allow a library adds to time.Now
	if byLoop.Abs() <= byWorld.Abs() {
		return byLoop
	}
	return byWorld.Round(time.Millisecond)
}
