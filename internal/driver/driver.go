// Package driver is what a loop has to do with file descriptors: which are ready, and how the
// loop waits for them.
//
// There are two ways to have a descriptor watched. AddReader and AddWriter of the loop do it
// with [Driver.Set]: level-triggered, what is ready is reported by every [Driver.Poll]. Who
// builds a transport does it with [Driver.Register], once, edge-triggered: its tasks try first,
// and [Descriptor.Await] what comes when there was nothing.
//
// The kernel's side of it is a queue, of which each platform has its own.
package driver

import (
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
)

// A Driver is what watches descriptors for one loop. All methods are called on the loop's
// goroutine, and none after Close, except for Interrupt. The errors are for the loop to wrap.
//
// A descriptor that is closed while it is watched is dropped by the kernel without a word; as in
// asyncio, nothing more is heard of it until Set is called for that number again.
//
// Semantics: selectors.EpollSelector and selectors.KqueueSelector, CPython 3.15.
type Driver struct {
	on    future.OnLoop
	wake  func()
	own   bool   // it waits with a thread, see loop.OwnPoller
	queue *queue // nil while none could be opened, after renew
	found int    // events that the queue has taken, and that Poll has yet to report,
	err   error  // or why it could not

	closed bool

	slots    slots
	numbered map[int]*registration // by the number of their descriptor
	levels   int                   // descriptors that Set has watched
	waiting  int                   // tasks that wait for descriptors of transports
	free     *waiter               // to be used again; linked by next
	nfree    int

	lookout    lookout
	delegated  bool // to the lookout, while the loop waits elsewhere
	interrupts int  // of waits, since one has found something
	pace       pace
}

// Options are what a loop has set.
type Options struct {
	Budget    int  // operations in an iteration
	OwnThread bool // waits in the kernel, and not in Go's poller, where both can be done
}

// New returns a Driver of the loop that on is on, without descriptors, to be closed by its owner.
// It holds descriptors of its own from the start, so the loop makes it when the first one is to
// be watched. Where descriptors cannot be watched the error answers errors.Is as
// errors.ErrUnsupported.
//
// wake is called when there is something to Poll and nobody waits here for it: on a goroutine of
// the Driver's or inside Arm. It must be cheap, and must neither block nor call the Driver. A wake
// too many is possible: it does not promise that something is ready.
func New(on future.OnLoop, wake func(), o Options) (*Driver, error) {
	queue, err := openQueue(o.OwnThread)
	if err != nil {
		return nil, err
	}
	return &Driver{on: on, wake: wake, own: o.OwnThread, queue: queue, numbered: make(map[int]*registration), pace: newPace(o.Budget)}, nil
}

// Wanted reports whether anybody would be told of a descriptor that is ready: one is watched with
// Set, or a task waits for one. If not, the loop need neither Poll nor wait here.
func (d *Driver) Wanted() bool { return d.levels > 0 || d.waiting > 0 }

// EachTransport calls f for the transports that have descriptors watched, in order of those.
func (d *Driver) EachTransport(f func(o Owner)) {
	for _, r := range d.inOrder() {
		if r.transport != nil && r.transport.owner != nil {
			f(r.transport.owner)
		}
	}
}

// Levels reports whether a descriptor is watched with Set, so that every iteration has to Poll.
func (d *Driver) Levels() bool { return d.levels > 0 }

// Close releases everything the Driver holds; the watched descriptors stay open. When it returns
// no goroutine of its own is left, and wake is not called again.
func (d *Driver) Close() {
	d.dismiss()
	for _, r := range d.numbered {
		if t := r.transport; t != nil {
			t.closed = true
		}
	}
	if d.queue != nil {
		d.queue.close()
		d.queue = nil
	}
	d.closed = true
}

// checkGoroutine panics, in debug mode, if the caller is not on the loop's goroutine.
func (d *Driver) checkGoroutine() { (*sched.Scheduler)(d.on.Scheduler()).Loop().CheckGoroutine() }

// Of is the Driver of a loop. The error tells of a loop that is to
// take nothing from outside, that is recorded, or replayed, or of a platform that can watch nothing.
func Of(on future.OnLoop) (*Driver, error) {
	loop := (*sched.Scheduler)(on.Scheduler()).Loop()
	return loop.(interface{ Driver() (*Driver, error) }).Driver() // there is no other kind, see loop.Of
}
