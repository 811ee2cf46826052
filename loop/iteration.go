package loop

import (
	"math"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/record"
)

// iterate is the loop. Everything else only puts something into the ready queue,
// the timers, or the inbox.
//
// Semantics: BaseEventLoop.run_forever and _run_once, CPython 3.15.
func (l *Loop) iterate() {
	for {
		l.takePosted()      // 1. take in what other goroutines posted
		wait := l.timeout() // 2. see how long there is nothing to do
		l.wait(wait)        // 3. wait that long, for a timer, a post or a descriptor
		l.promoteDue()      // 4. move the timers that are due to the ready queue
		l.sched.RunReady()  // 5. run what is ready now, and nothing that comes in meanwhile
		if l.ending() {
			return
		}
	}
}

// The first four steps have nothing to do in most iterations. They are written so
// that finding this out takes a few loads, and no call but for the first.

// takePosted moves what other goroutines posted to the ready queue, and reports the
// errors that the garbage collector has found.
func (l *Loop) takePosted() {
	l.turns.giveWay(l)
	l.progress.left--
	if l.inbox.any() || l.unretrieved.AnyLost() || l.progress.left <= 0 {
		l.takeAll()
	}
}

func (l *Loop) takeAll() {
	if l.replays() && l.sched.Ready() == 0 {
		l.tape.cross(record.BeforeWait)
	}
	if l.inbox.any() {
		l.takeInbox()
		l.answerAll()
	}
	if l.progress.left <= 0 {
		l.lookStuck()
	}
	l.reportLost()
}

// noLimit is the timeout of a wait that only other goroutines can end.
const noLimit = time.Duration(math.MaxInt64)

// timeout is how long the loop may wait: not at all if something is ready, else
// until the first timer is due.
func (l *Loop) timeout() time.Duration {
	if l.sched.Ready() > 0 {
		return 0
	}
	return l.timeoutOfTimers()
}

func (l *Loop) timeoutOfTimers() time.Duration {
	if l.ending() {
		return 0
	}
	next := l.timers.Next()
	if next == nil {
		return noLimit
	}
	return l.until(next.When())
}

// wait lets the time pass, and takes in what ends it.
func (l *Loop) wait(limit time.Duration) {
	if limit > 0 || l.descriptors != nil {
		l.waitFor(limit)
	}
}

func (l *Loop) waitFor(limit time.Duration) {
	if l.tape != nil && l.tape.waited(limit) {
		return
	}
	if l.pollsNow(limit) && l.pollDescriptors() || limit == 0 {
		return
	}
	if l.steps == nil {
		l.tellWait()
	}
	switch {
	case l.steps != nil:
		l.waitInSteps()
	case !l.clock.virtual, l.holdsStill():
		l.park(limit)
	case limit != noLimit:
		l.jump(l.timers.Next().When())
	case l.wantsDescriptors():
		l.park(limit)
	default:
		l.foundDeadlock()
	}
	if l.inbox.any() {
		l.takeInbox()
	}
	if l.pollsAfterWait() {
		l.pollDescriptors()
	}
}

// promoteDue moves the timers that are due to the ready queue, in order of
// deadline, and of scheduling where that is equal. Without timers the clock is not
// even read.
func (l *Loop) promoteDue() {
	if l.timers.Next() != nil {
		l.promote()
	}
}

func (l *Loop) promote() {
	if l.sched.Chooser != nil {
		l.promoteChosen()
		return
	}
	now, ok := l.due()
	if !ok {
		return
	}
	if l.sched.Events != nil {
		l.promoteTold(now)
		return
	}
	for t := l.timers.PopDue(now); t != nil; t = l.timers.PopDue(now) {
		l.sched.Push(t.Run)
	}
}

// OnlyReady reports whether the first four steps of an iteration would do nothing. A
// coroutine may then begin the next iteration itself, see package sched.
func (w *wired) OnlyReady() bool {
	l := w.loop()
	l.turns.giveWay(l)
	if l.inbox.any() || l.progress.left <= 1 || l.stopping.Load() != 0 || l.unretrieved.AnyLost() {
		return false
	}
	if next := l.timers.Next(); next != nil && (next.When() <= l.quietTime() || l.sched.Chooser != nil) {
		return false
	}
	if l.descriptors != nil && !l.descriptors.driver.MayBegin(l.sched.Ready()) {
		return false // the last: now the iteration begins
	}
	l.progress.left-- // else takePosted counts it
	return true
}

// runIterations runs the loop until it is to end, and reports true then, or up to
// an entry that panics, which it reports to the exception handler; it is then called
// again, as resumed. Recovering here, once for all iterations, keeps every one of
// them free of the cost.
func (l *Loop) runIterations(resumed bool) (ended bool) {
	defer func() {
		if l.sched.Running() == nil {
			return // no entry has panicked: all is well, or it is a bug of the loop's own
		}
		if v := recover(); v != nil {
			l.reportPanic(future.NewPanicError(v))
			l.sched.LeaveCallback()
		}
	}()
	if resumed {
		l.sched.RunRest() // of the iteration in which an entry panicked
		if l.ending() {
			return true
		}
	}
	l.iterate()
	return true
}

func (l *Loop) ending() bool { return l.abort != nil || l.stopping.Load() != 0 }
