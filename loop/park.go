package loop

import "time"

// Where the loop is, as far as who has something for it is concerned.
const (
	// awake is the loop while it does not wait, and when somebody has woken it.
	awake = iota
	// inChannel: it waits on the inbox's channel, or is about to. It never blocks in the
	// operating system then, so that a loop inside a testing/synctest bubble runs on the
	// bubble's time.
	inChannel
	// inDriver: it waits for descriptors, or is about to.
	inDriver
	// rousing: it was inDriver, and somebody is about to interrupt it.
	rousing
	// roused: the loop goes on, but waits on its channel until that has been done, so that
	// nothing of it is left for the next time.
	roused
)

// rouse ends the loop's wait, if it waits. Callers have made what they want seen
// visible before; the loop says where it is parked before it looks a last time; so
// one of the two sees the other.
func (b *inbox) rouse() {
	if f := b.onWake.Load(); f != nil {
		(*f)()
	}
	switch b.parked.Load() {
	case inChannel:
		if b.parked.CompareAndSwap(inChannel, awake) {
			b.wake <- struct{}{} // has room: there is one for each time that the loop parks
		}
	case inDriver:
		if b.parked.CompareAndSwap(inDriver, rousing) {
			b.driver.Interrupt()
			if !b.parked.CompareAndSwap(rousing, awake) {
				b.wake <- struct{}{} // it is roused
			}
		}
	}
}

// unpark has the loop awake, and reports whether somebody was faster: with a rouse, which is over
// then.
func (b *inbox) unpark(where uint32) (faster bool) {
	if b.parked.CompareAndSwap(where, awake) {
		return false
	}
	if where == inChannel || b.parked.CompareAndSwap(rousing, roused) {
		<-b.wake // it is sent, or about to be
		b.parked.Store(awake)
	}
	if where == inDriver {
		b.driver.Interrupted()
	}
	return true
}

// park waits for a post or a descriptor, and for no longer than limit.
func (l *Loop) park(limit time.Duration) {
	l.moved() // by whoever ends the wait
	a := l.parkingAlarm(limit)
	for l.parkOnce(&a) {
		l.answerAll() // and goes on waiting, as if nobody had asked
	}
	if a.set {
		l.alarm.Stop()
	}
}

// parkOnce is park until something happens. It reports whether the loop is to wait on: there are
// only questions, or it was only to tell that it waits.
func (l *Loop) parkOnce(a *parkingAlarm) (waitOn bool) {
	b := &l.inbox
	where := l.whereToPark(a)
	b.parked.Store(where)
	over := false
	if b.any() || l.stopping.Load() != 0 || l.lookoutTells() || l.mayJump() {
		b.unpark(where)
	} else {
		over = !l.waitParked(where, a)
	}
	switch {
	case where == inDriver && l.descriptors.driver.Found():
		return false
	case !over:
		return b.onlyAsked()
	case a.tells:
		a.after, a.tells = noLimit, false
		l.tellWaits()
		return true
	}
	return false
}

// mayJump reports whether a virtual clock need not wait any more, as a Hold was released: it goes on to the next timer,
// or there is a deadlock.
func (l *Loop) mayJump() bool {
	return l.clock.virtual && !l.isOut() && (l.timers.Next() != nil || !l.wantsDescriptors())
}

// whereToPark is in the driver if somebody wants to be told of a descriptor, and as a rule it is
// that for which the loop is woken.
func (l *Loop) whereToPark(a *parkingAlarm) uint32 {
	if l.descriptors == nil {
		return inChannel
	}
	switch d := l.descriptors.driver; {
	case !d.Wanted():
		d.Rest()
	case !d.Delegate() && d.SetAlarm(l.alarmTime(a)):
		l.inbox.driver = d
		return inDriver
	}
	return inChannel
}

// waitParked waits until the loop is roused, or a descriptor is ready, or the alarm goes off. It
// reports whether the first has happened. The loop is awake then.
func (l *Loop) waitParked(where uint32, a *parkingAlarm) (roused bool) {
	l.sched.Rest()
	defer l.sched.WakeUp()
	if where == inChannel {
		return l.waitInChannel(a)
	}
	l.descriptors.driver.Wait()
	return l.inbox.unpark(inDriver)
}

// waitInChannel reports false if the alarm went off, whatever else has happened at that moment: it
// does not go off again.
func (l *Loop) waitInChannel(a *parkingAlarm) (roused bool) {
	b := &l.inbox
	if a.after == noLimit {
		<-b.wake
		return true
	}
	if !a.set {
		a.set = true
		l.setAlarm(a.after)
	}
	select {
	case <-b.wake:
		return true
	case <-l.alarm.C:
		b.unpark(inChannel)
		return false
	}
}

// A parkingAlarm is what happens while the loop waits for long.
type parkingAlarm struct {
	after time.Duration
	at    time.Time // the same, in the driver
	tells bool      // what a virtual clock waits for is told, else the wait is over
	set   bool      // it goes on through questions
}

// parkingAlarm is that of a wait for no longer than limit.
func (l *Loop) parkingAlarm(limit time.Duration) parkingAlarm {
	switch {
	case !l.clock.virtual:
		return parkingAlarm{after: limit}
	case l.bubble != "": // a testing/synctest bubble, whose time a timer would move
		return parkingAlarm{after: noLimit}
	}
	return parkingAlarm{after: patience, tells: true}
}

// alarmTime is when a goes off, zero for never. While a loop in a testing/synctest bubble waits for
// descriptors, the bubble's time stands still.
func (l *Loop) alarmTime(a *parkingAlarm) time.Time {
	switch {
	case a.after == noLimit, l.bubble != "":
		return time.Time{}
	case !a.at.IsZero():
	case l.clock.special, l.timers.Next() == nil:
		a.at = time.Now().Add(a.after)
	default:
		a.at = l.clock.start.Add(l.timers.Next().When()) // the same for each wait for that timer
	}
	return a.at
}

func (l *Loop) setAlarm(d time.Duration) {
	if l.alarm == nil {
		l.alarm = time.NewTimer(d)
	} else {
		l.alarm.Reset(d)
	}
}
