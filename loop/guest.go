package loop

import (
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// RunGuest is Run as a guest in the main loop of an application, which stays what it is:
// that of a GUI, a game, or another runtime. It returns at once. From then on it hands to
// soon, from whatever goroutine, functions that the application is to call: in order, one at
// a time, always on the same goroutine, and after soon has returned. Each takes one [Loop.Step].
// When the run has ended, and the cleanup too, done is called there with what Run would
// have returned; what another goroutine hands to soon at that very moment does nothing. A
// soon that calls the step itself, which may be in the middle of another one, or on another
// goroutine, ends the run with ErrRunning, or blocks it.
//
// Between two steps the application owns the loop, on the goroutine of the steps: a Cancel,
// a SetResult, a CallSoon or an AddReader there wakes the guest, as what comes from other
// goroutines does.
//
// An application that stops to call what it is handed leaves the run where it is, with its
// goroutines. One that closes the loop between two steps ends the run with ErrClosed. Under
// a virtual clock it is the guest that has the clock jump, when nothing is ready or at work.
// On js/wasm the main loop may be JavaScript's, and soon its setTimeout.
// A runtime.Goexit in a step, as of testing.T.FailNow, ends the goroutine of the application,
// and closes the loop; done is not called then.
//
// Semantics: trio.lowlevel.start_guest_run, of asyncio.run.
func RunGuest[T any](main coro.Func[T], soon func(step func()), done func(v T, err error), opts ...Option) {
	if main == nil || soon == nil || done == nil {
		panic("loop: RunGuest of a nil function")
	}
	r := NewRunner(opts...)
	g := &guest{loop: r.loop, soon: soon}
	g.alarm = newAlarm(g.wake)
	g.warning = newAlarm(r.loop.tellWaits)
	r.loop.OnWake(g.wake)
	g.begin = func() { runAsGuest(g, r, main, done) }
	g.wake()
}

// A guest steps a loop inside of a main loop that is not ours, stage by stage.
type guest struct {
	loop    *Loop
	soon    func(step func())
	alarm   *time.Timer
	warning *time.Timer // of a virtual clock that stands still
	handed  atomic.Bool // a step was handed to the application, which has not begun it
	begin   func()      // the first stage, nil once it has begun
	run     *mainRun    // nil before that
	stopper *stopper    // of the stage, nil when the last one has ended
	then    func(err error)
}

// runAsGuest begins the main stage. The other ones follow.
func runAsGuest[T any](g *guest, r *Runner, main coro.Func[T], done func(v T, err error)) {
	task, run := beginRun(r, main)
	g.run = run
	g.stage(task, func(err error) {
		var v T
		if err == nil {
			v, err = task.Result()
		}
		if cause := run.endedBy(err); cause != nil {
			err = cause
		}
		run.end()
		r.interrupts.cleanupBegins()
		g.loop.tellCleanup()
		g.finish(g.loop.endings(), func(cleanup error) {
			r.closed = true
			done(v, join(err, r.closeLoop(cleanup)))
		})
	})
}

// finish takes the stages of the cleanup, one after the other.
func (g *guest) finish(left []ending, then func(error)) {
	if g.loop.closed.Load() {
		left = nil // the application has closed it
	}
	for i, begin := range left {
		f, after := begin()
		if f == nil {
			continue
		}
		g.stage(f, func(err error) {
			if err == nil {
				err = after(f.Err())
			} else {
				f.Core().Retrieve()
			}
			if err != nil {
				then(err)
			} else {
				g.finish(left[i+1:], then)
			}
		})
		return
	}
	then(nil)
}

// stage has the loop stepped until f is done. The error that then gets is why it has
// ended before that.
func (g *guest) stage(f future.Any, then func(err error)) {
	g.stopper, g.then = g.loop.stopWhenDone(f), then
}

// wake hands a step to the application, unless one is on its way.
func (g *guest) wake() {
	if g.handed.CompareAndSwap(false, true) {
		g.soon(g.step)
	}
}

func (g *guest) step() {
	g.handed.Store(false) // first: what comes in from now on may need a further one
	returned := false
	defer func() {
		if !returned {
			g.lost()
		}
	}()
	if begin := g.begin; begin != nil {
		g.begin = nil
		begin()
	}
	if g.stopper != nil { // else it is a step too many, from the time before the end
		g.advance()
	}
	returned = true
}

// advance takes a step of the stage, or, if that has ended it, of the next one.
func (g *guest) advance() {
	g.rests(false)
	s := g.stopper
	var err error
	if !s.ran { // the application may have run the loop itself
		err = g.loop.Step()
	}
	switch {
	case g.stopper == nil: // a soon that calls the step has ended the run, which could not close then
		g.loop.closeLost()
	case g.stopper != s: // or it has ended the stage
	case err != nil && err != ErrStopped:
		g.ended(err)
	case err != nil || s.ran:
		g.ended(nil)
	}
	if g.stopper != nil {
		g.rest()
	}
}

// lost is the end of a guest in which somebody has called runtime.Goexit, or that panics.
func (g *guest) lost() {
	g.stopper = nil
	if g.run != nil {
		g.run.end()
	}
	g.loop.closeLost()
}

// ended is the end of a stage.
func (g *guest) ended(err error) {
	s, then := g.stopper, g.then
	g.stopper, g.then = nil, nil
	then(s.ended(err))
}

// rest has the next step come when there is something to do.
func (g *guest) rest() {
	l := g.loop
	switch d := l.MayWait(); {
	case d == 0:
		g.wake()
	case d != noLimit:
		g.rests(true)
		g.alarm.Reset(d)
	case l.clock.virtual && l.isOut():
		g.rests(true)
		if l.bubble == "" { // as in parkingAlarm
			g.warning.Reset(patience)
		}
	case l.inbox.work(): // after isOut, as in holdsStill
		g.wake()
	case !l.clock.virtual:
		g.rests(true)
	case l.timers.Next() != nil:
		l.jump(l.timers.Next().When())
		g.wake()
	case l.wantsDescriptors():
		g.rests(true)
	default:
		l.foundDeadlock()
		g.ended(l.aborted())
		if g.stopper != nil {
			g.wake()
		}
	}
}

// rests notes whether the guest waits for something to do.
func (g *guest) rests(rests bool) {
	g.alarm.Stop()
	g.warning.Stop()
	if rests {
		g.loop.resting = g
	} else {
		g.loop.resting = nil
	}
	g.loop.setWatchful()
}

// endRest has the guest step the loop, if it rests: the application has scheduled something
// between two steps.
func (l *Loop) endRest() {
	if g := l.resting; g != nil {
		g.rests(false)
		g.wake()
	}
}

// newAlarm has f called, on a goroutine of its own, when it is Reset and the time is over.
func newAlarm(f func()) *time.Timer {
	t := time.AfterFunc(time.Hour, f)
	t.Stop()
	return t
}
