package driver

import (
	"fmt"
	"os"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
)

// A Descriptor is a non-blocking descriptor of a transport: a socket, a pipe, a pidfd. It is
// registered once, for both directions, and then costs a system call only where there is nothing
// to do:
//
//	for {
//		if err := d.Await(co, driver.Read); err != nil {
//			return 0, err // canceled, or closed; nothing was taken
//		}
//		n, err := unix.Read(fd, p)
//		if err == unix.EAGAIN {
//			d.Blocked(driver.Read)
//			continue
//		}
//		return n, err
//	}
//
// In each direction it is ready or not. It begins as ready: one tries first. The transport takes
// that back, with Blocked or Short; an event of the kernel brings it again, and wakes who waits.
// Nothing else does, so who stops at something that was there all the same, as accept does when
// no descriptor is free, leaves it ready, and tries again by a timer.
//
// All methods are called on the loop's goroutine.
type Descriptor struct {
	registration
	driver *Driver
	owner  Owner
	ready  Direction
	closed bool
	lines  [3]line // of those who wait to Read, to Write, and for the other side to hang up

	own waiter // for whoever waits first, as a rule the only one
}

// An Owner is the transport that has a descriptor. It tells reports what a task waits for, such as
// "read from 10.0.0.1:80", while the loop stands still.
type Owner interface{ Wait(Direction) waits.Info }

// Register has fd, which must not block, watched for a transport until Close. The owner may be
// nil. The error tells of a descriptor that is watched already, is closed, or cannot be watched, as
// a regular file.
func (d *Driver) Register(fd int, owner Owner) (*Descriptor, error) {
	d.checkGoroutine()
	switch other := d.numbered[fd]; {
	case d.closed:
		return nil, sched.ErrClosed
	case other != nil && other.transport != nil:
		return nil, fmt.Errorf("loop: descriptor %d is used by %s", fd, other.transport)
	case other != nil:
		return nil, fmt.Errorf("loop: descriptor %d has a callback of AddReader or AddWriter; remove it first", fd)
	case d.queue == nil:
		if err := d.renew(); err != nil {
			return nil, err
		}
	}
	t := &Descriptor{driver: d, owner: owner, ready: Read | Write}
	t.fd, t.want, t.transport = fd, Read|Write, t
	d.slots.take(&t.registration)
	if err := d.queue.register(fd, t.at); err != nil {
		d.slots.give(&t.registration)
		return nil, fmt.Errorf("loop: cannot watch descriptor %d: %w", fd, err)
	}
	d.numbered[fd] = &t.registration
	return t, nil
}

// FD is the number of the descriptor.
func (t *Descriptor) FD() int { return t.fd }

// Await waits until an operation in that direction is worth a try: the descriptor is ready, or
// there was a LookAgain since. Tasks that wait for the same are woken together, in order, and may
// find that one before them has left nothing.
//
// Where it is ready and the operations of this iteration and of this turn are used up, see the loop's option
// IOBudget, the task gives way to the others once. That is so before the operation: the error, which is the
// cancellation of the task, or os.ErrClosed after a Close, never comes after something was taken.
func (t *Descriptor) Await(co *coro.Co, in Direction) error {
	switch {
	case t.closed:
		return os.ErrClosed
	case co.Scheduler() != t.driver.on.Scheduler():
		return coro.ErrOtherLoop
	case t.ready&in == 0:
		if err := t.suspend(co, in); err != nil {
			return err
		}
	case t.driver.pace.spent(t.driver.turn()):
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
	}
	t.driver.pace.spend(t.driver.turn()) // of the iteration that it is now
	if t.closed {
		return os.ErrClosed
	}
	return nil
}

// IsReady reports whether an operation in that direction is worth a try.
func (t *Descriptor) IsReady(in Direction) bool { return t.ready&in != 0 }

// Once has f called, in a callback, when an operation in that direction is worth a try, or at a
// LookAgain: once, and at once if that is so already; or, for HungUp, when the other side has.
func (t *Descriptor) Once(in Direction, f func()) {
	if t.closed || t.ready&in != 0 {
		t.driver.callSoon(f)
		return
	}
	w := t.driver.newWaiter()
	w.of, w.in, w.call = t, in, f
	t.driver.join(&t.lines[in>>1], w)
}

// Blocked tells that an operation in that direction could do nothing, with EAGAIN.
func (t *Descriptor) Blocked(in Direction) { t.ready &^= in }

// Short tells that an operation on a stream has done less than it was asked for, so that the next
// one would find nothing. It saves that one; but not where the other side has hung up, since no
// event would come for the end that is still to be read. It is not for datagrams, nor for
// terminals, which give a line at a time.
func (t *Descriptor) Short(in Direction) {
	if t.ready&HungUp == 0 {
		t.ready &^= in
	}
}

// LookAgain wakes those who wait in that direction, for something that the transport has to
// tell them: a deadline, for one.
func (t *Descriptor) LookAgain(in Direction) {
	for i := range t.lines {
		if in&(1<<i) != 0 {
			t.driver.wakeAll(&t.lines[i])
		}
	}
}

// happened is told that the descriptor is ready.
func (t *Descriptor) happened(is Direction) {
	t.ready |= is
	t.LookAgain(is)
}

// Close has the descriptor no longer watched, and wakes all who wait for it. It is to be called
// before the descriptor itself is closed, which need not end the kernel's watch if there are
// duplicates. A second Close does nothing.
func (t *Descriptor) Close() {
	if t.closed {
		return
	}
	t.closed = true
	t.driver.drop(&t.registration)
	t.LookAgain(Read | Write | HungUp)
}

// String is what reports call it.
func (t *Descriptor) String() string {
	return fmt.Sprintf("the transport of %q", t.waitsFor(Read).String())
}

func (t *Descriptor) waitsFor(in Direction) waits.Info {
	switch {
	case t.owner != nil:
		return t.owner.Wait(in)
	case in == Read:
		return waits.Info{Kind: "read", Text: fmt.Sprintf("descriptor %d to be readable", t.fd)}
	}
	return waits.Info{Kind: "write", Text: fmt.Sprintf("descriptor %d to be writable", t.fd)}
}
