package coro

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/timers"
)

// TimeoutScope is a block with a time limit, see [Timeout].
//
// Semantics: asyncio.Timeout, CPython 3.15.
type TimeoutScope struct {
	co        *Co
	when      time.Duration
	entered   time.Duration // when the block was entered; Forever if nobody has looked at the clock yet
	canceling int32         // requests that the task had when the block was entered
	state     timeoutState
	deadline  *deadline
	first     deadline
}

type timeoutState uint8

const (
	timeoutEntered  timeoutState = iota // the block runs, within its time
	timeoutExpiring                     // the task was asked to cancel; the block has not ended yet
	timeoutExpired                      // the block has ended, after its time
	timeoutExited                       // the block has ended in time
)

// A deadline is one setting of a scope's time limit.
type deadline struct {
	timer timers.Timer
	scope *TimeoutScope // nil once it was taken back
}

// Timeout runs body with a time limit of d, Forever being none. When the time is
// over the task is canceled; if body then returns a cancellation, Timeout returns
// a *future.TimeoutError in its place. Any other outcome of body is returned as it
// is, and Expired tells the difference. A cancellation that came from elsewhere as
// well is not taken for the timeout's own.
//
// Semantics: asyncio.timeout, CPython 3.15.
//
// # Differences from asyncio
//
// An error that is not a cancellation is returned unchanged after the time, where
// CPython puts a TimeoutError into its __context__.
func Timeout(co *Co, d time.Duration, body func(t *TimeoutScope) error) error {
	co.mustBeGiven()
	co.mustRun()
	if d == Forever {
		return timeout(co, Forever, Forever, false, body)
	}
	now := co.machine().loop.Time()
	return timeout(co, timers.Deadline(now, d), now, false, body)
}

// TimeoutValue is Timeout of a body with a result. With an error the result is the zero
// value. See [WaitFor] for one awaitable, which needs no body.
//
// Semantics: asyncio.timeout, CPython 3.15.
func TimeoutValue[T any](co *Co, d time.Duration, body func(t *TimeoutScope) (T, error)) (T, error) {
	if body == nil {
		panic("coro: TimeoutValue of a nil function")
	}
	var v T
	err := Timeout(co, d, func(t *TimeoutScope) (err error) {
		v, err = body(t)
		return err
	})
	return valueUnless(err, v)
}

// valueUnless is v without an error, and no value with one.
func valueUnless[T any](err error, v T) (T, error) {
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}

// TimeoutAt is Timeout with a limit in the loop's time, Forever for none.
//
// Semantics: asyncio.timeout_at, CPython 3.15.
func TimeoutAt(co *Co, when time.Duration, body func(t *TimeoutScope) error) error {
	co.mustBeGiven()
	co.mustRun()
	if when == Forever {
		return timeout(co, Forever, Forever, true, body)
	}
	return timeout(co, when, co.machine().loop.Time(), true, body)
}

// timeout is both, and given TimeoutAt; now is Forever for one that has no need to look at the
// clock, which takes a third of the time of a block.
func timeout(co *Co, when, now time.Duration, given bool, body func(t *TimeoutScope) error) error {
	if body == nil {
		panic("coro: Timeout of a nil function")
	}
	t := &TimeoutScope{co: co, entered: now, canceling: co.cancels}
	t.set(when, now, given)
	returned := false
	defer func() {
		if !returned { // a panic passes through, and leaves nothing behind
			_ = t.exit(nil)
		}
	}()
	err := body(t)
	returned = true
	return t.exit(err)
}

// String shows the state of the block, and the time limit while it can be reached.
func (t *TimeoutScope) String() string {
	switch {
	case t.state != timeoutEntered:
		return "<Timeout [" + [...]string{"active", "expiring", "expired", "finished"}[t.state] + "]>"
	case t.when == Forever:
		return "<Timeout [active] when=never>"
	}
	return fmt.Sprintf("<Timeout [active] when=%v>", t.when)
}

// When is the time limit in the loop's time, Forever if there is none.
func (t *TimeoutScope) When() time.Duration { return t.when }

// Expired reports whether the time was over before the block had ended.
func (t *TimeoutScope) Expired() bool {
	return t.state == timeoutExpiring || t.state == timeoutExpired
}

// Reschedule moves the limit to when, in the loop's time; Forever takes it away.
// One that has passed takes effect in the next iteration. The error is
// ErrTimeoutInactive if the timeout has expired or the block has ended.
func (t *TimeoutScope) Reschedule(when time.Duration) error {
	if t == nil || t.co == nil {
		panic("coro: a TimeoutScope that was not made by Timeout, which gives one to its body")
	}
	if t.state != timeoutEntered {
		return ErrTimeoutInactive
	}
	now := t.co.machine().loop.Time()
	if t.entered == Forever {
		t.entered = now
	}
	t.set(when, now, true)
	return nil
}

func (t *TimeoutScope) set(when, now time.Duration, given bool) {
	t.when = when
	t.unset()
	if when == Forever {
		return
	}
	d := &t.first
	if d.timer.Run != nil {
		d = new(deadline) // the first may still be in the ready queue
	}
	d.scope, d.timer.Run = t, d
	t.deadline = d
	switch {
	case when <= now:
		t.co.sched().Schedule(d)
	case given:
		t.co.machine().loop.AddTimerAt(&d.timer, when)
	default:
		t.co.machine().loop.AddTimer(&d.timer, when)
	}
}

func (t *TimeoutScope) unset() {
	if t.deadline != nil {
		t.co.machine().loop.RemoveTimer(&t.deadline.timer)
		t.deadline.scope = nil
		t.deadline = nil
	}
}

// Run is called when the time is over.
func (d *deadline) Run() {
	t := d.scope
	if t == nil {
		return
	}
	m := t.co.machine()
	if m.timedOut == nil {
		m.timedOut = make(map[*TimeoutScope]*future.TimeoutError)
	}
	m.timedOut[t] = &future.TimeoutError{After: max(0, t.when-t.entered), WaitingFor: waitsFor(t.co.awaited())}
	t.co.core.Cancel(nil)
	t.state = timeoutExpiring
	t.deadline = nil
}

func (t *TimeoutScope) exit(err error) error {
	t.unset()
	if t.state == timeoutEntered {
		t.state = timeoutExited
		return err
	}
	t.state = timeoutExpired
	m := t.co.machine()
	timedOut := m.timedOut[t]
	delete(m.timedOut, t)
	err, canceled := t.co.asCanceled(err)
	if t.co.uncancel() <= int(t.canceling) && canceled {
		timedOut.Cause = err
		return timedOut
	}
	return err
}

// waitsFor is what a wait for c means, in a few words, "" if it is no wait.
func waitsFor(c *future.Core) string {
	switch {
	case c == nil || c.Done():
		return ""
	case c.Role() == nil:
		return "a future"
	}
	return c.Role().Describe()
}
