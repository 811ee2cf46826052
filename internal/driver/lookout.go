package driver

import (
	"sync/atomic"
	"time"
)

// A lookout is a goroutine that waits for descriptors while the loop waits elsewhere, see Delegate,
// or an application that steps it does. It takes nothing, and only wakes.
type lookout struct {
	// armed is set by Arm and cleared by the goroutine right before it calls
	// wake: while it is set, a wake is still to come or nothing was ready.
	armed atomic.Bool
	kick  chan struct{} // tells the goroutine to wait for readiness once more
	ended chan struct{} // closed when the goroutine has returned; nil: there is none
}

// Arm makes wake be called as soon as a descriptor is ready that somebody wants to be told of, once:
// after it, Arm has to be called again. The loop calls it at the end of a step, when Poll had
// nothing more for it. Whatever became ready since that Poll, or while an earlier Arm still stood,
// leads to a wake as well. SetAlarm ends it.
//
// Why no wake is lost. As long as nobody polls, that something is there to be taken is a level; so
// it is enough that after Arm somebody looks and, finding nothing, is told of the next change. If
// the goroutine rests, that is the goroutine: block looks first and then waits. If it is in block
// since an earlier Arm, it may have looked in vain just while Poll had the ready entries in hand,
// as a kqueue lets it, so Arm looks once more; what changes later reaches the goroutine, as the
// loop does not poll before it has been woken. If both look at once, the one that has the entries
// in hand wakes. If the goroutine is just about to call wake, that call is still to come.
func (d *Driver) Arm() {
	o := &d.lookout
	switch {
	case d.queue == nil:
		time.AfterFunc(renewRetry, d.wake)
	case !d.Wanted():
		// A goroutine left waiting would do no harm, were it not for a
		// testing/synctest bubble, whose time stands still while one
		// waits for the outside world.
		if o.armed.Load() {
			d.dismiss()
		}
	case o.armed.Load():
		if d.queue.ready() {
			d.wake()
		}
	default:
		if o.ended == nil {
			o.kick, o.ended = make(chan struct{}, 1), make(chan struct{})
			go d.look(d.queue, o.kick, o.ended)
		}
		d.queue.setAlarm(time.Time{}) // one of the loop's, or its interrupt, would end block
		o.armed.Store(true)
		o.kick <- struct{}{} // never blocks: the goroutine took the last one before it cleared armed
	}
}

// look is the goroutine: for each kick it waits until something is ready
// and wakes the loop. Between its wake and the next kick it rests, so that a
// busy loop, which polls by itself, does not pay for it.
func (d *Driver) look(queue *queue, kick <-chan struct{}, ended chan<- struct{}) {
	defer close(ended)
	for range kick {
		if queue.block() {
			d.lookout.armed.Store(false) // first: the woken loop may arm at once
			d.wake()
		}
	}
}

// dismiss ends the goroutine, if there is one, and returns when it has ended.
func (d *Driver) dismiss() {
	o := &d.lookout
	if o.ended == nil {
		return
	}
	close(o.kick)
	d.queue.interrupt()
	<-o.ended
	d.queue.interrupted()
	d.queue.setAlarm(time.Time{})
	o.kick, o.ended = nil, nil
	o.armed.Store(false)
	d.delegated = false
}
