package looptest

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/loop"
)

// Bubble makes each run in a testing/synctest bubble, for code that asks time.Now, or that makes
// timers of package time: there the time of day is that of the loop, which begins at midnight UTC
// of 2000-01-01, and time.Since is exact. All else is as it is without: the same schedules are
// tried. A run takes some microseconds more for each time that the clock moves.
//
// A step that blocks, as in time.Sleep, takes no time of the loop's, which comes later to where
// time.Now is already. One that blocks for ever fails the run, which without Bubble would hang.
//
// The testing.TB must be a *testing.T, or have a method T that returns it, as a suite of package
// testify has. It must not be in a bubble itself.
func Bubble() Option { return func(o *options) { o.bubble = true } }

// testingT is what a bubble needs.
func testingT(tb testing.TB) *testing.T {
	if of, ok := tb.(interface{ T() *testing.T }); ok {
		return of.T()
	}
	t, ok := tb.(*testing.T)
	if !ok {
		panic(fmt.Sprintf("looptest: Bubble with a %T; testing/synctest needs a *testing.T", tb))
	}
	return t
}

func (x *explorer) prepareBubble() {
	if !x.options.bubble {
		return
	}
	if goroutine.Bubble() != "" {
		panic("looptest: Bubble inside of a testing/synctest bubble; leave one of them out")
	}
	x.bubble = testingT(x.tb)
}

// executeBubbled is execute in a bubble. The run has a goroutine of its own there, which it may end.
func (r *run) executeBubbled() {
	defer func() {
		if v := recover(); v != nil {
			r.tell(failure{"bubble", fmt.Sprintf("goroutines of the run are blocked for ever: %v", v)})
		}
	}()
	synctest.Test(r.x.bubble, func(*testing.T) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.execute()
		}()
		<-done
	})
}

// pauseInBubble is pause there, where a sleep would move the clock.
func pauseInBubble(int) { synctest.Wait() }

// keepTime has the time of a bubble come to where the loop's clock is.
func keepTime() loop.Option {
	start := time.Now()
	return loop.OnAdvance(func(_, to time.Duration) { time.Sleep(time.Until(start.Add(to))) })
}
