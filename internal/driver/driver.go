// Package driver is what a loop has to do with file descriptors: which are ready, and how it waits for them.
package driver

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"
)

// A Driver tells the loop which file descriptors are ready to be read or
// written, level-triggered: what is ready stays ready until it is used up.
//
// The loop asks with poll, which never blocks. Before it parks it calls arm,
// and from then on wake is called when there is something to ask for; so the
// loop parks on a Go channel whether or not it watches descriptors. With no
// descriptor registered, poll and arm make no system call.
//
// A descriptor that is closed while it is registered is dropped by the kernel
// without a word; as in asyncio, nothing more is heard of it until set is
// called for that number again.
//
// All methods are called on the loop's goroutine, and none after close. The
// errors are for the loop to wrap.
//
// Semantics: selectors.EpollSelector and selectors.KqueueSelector, CPython 3.15.
type Driver struct {
	queue *queue // nil while none could be opened, after renew
	wake  func()
	fds   map[int]Direction

	// armed is set by arm and cleared by the helper right before it calls
	// wake: while it is set, a wake is still to come or nothing was ready.
	armed atomic.Bool
	kick  chan struct{} // tells the helper to wait for readiness once more
	ended chan struct{} // closed when the helper has returned; nil: there is none
}

// Direction says what a descriptor is watched for or, in a report, what it
// is ready for.
type Direction uint8

const (
	Read Direction = 1 << iota
	Write
)

// Each platform has its own queue: the kernel's side of a Driver, which
// knows no wake and no goroutine. Its methods:
//
//	change(fd, have, want)  watch fd for want; it was watched for have, maybe nothing
//	forget(fd)              stop watching fd; closed or never watched, it is no error
//	poll(limit, report)     report what is ready now; limit descriptors are watched;
//	                        haunted: closed files are in the queue, it should be renewed
//	ready()                 report whether something is ready
//	block()                 wait until something is ready; false: it was interrupted
//	interrupt(), resume()   from the one to the other block returns at once
//	close()                 release everything; block has returned
//
// None of them uses readiness up. The helper goroutine calls block; the others
// are for the loop's goroutine and go on while block waits.

// New returns a Driver without descriptors, to be closed by its owner.
// It holds a descriptor of its own from the start, so the loop makes it when
// the first one is to be watched. Where descriptors cannot be watched the error
// answers errors.Is as errors.ErrUnsupported.
//
// wake is called on the Driver's helper goroutine or inside arm. It must be
// cheap, and must neither block nor call the Driver. A wake too many is
// possible: it asks to poll and does not promise that something is ready.
func New(wake func()) (*Driver, error) {
	queue, err := openQueue()
	if err != nil {
		return nil, err
	}
	return &Driver{queue: queue, wake: wake, fds: make(map[int]Direction)}, nil
}

// Set makes fd watched for exactly the given directions; with neither it is no
// longer watched, which succeeds for closed and unknown descriptors too. On an
// error, which names fd, it is not watched at all.
//
// The kernel is asked even if nothing changes, since the number may belong to
// another file by now. It may be called while armed: wake follows what is
// registered.
func (d *Driver) Set(fd int, read, write bool) error {
	var want Direction
	if read {
		want |= Read
	}
	if write {
		want |= Write
	}
	have, known := d.fds[fd]
	if want == 0 {
		delete(d.fds, fd)
		if known && d.queue != nil {
			d.queue.forget(fd)
		}
		return nil
	}
	if d.queue == nil {
		if err := d.renew(); err != nil {
			return err
		}
	}
	if err := d.queue.change(fd, have, want); err != nil {
		delete(d.fds, fd)
		d.queue.forget(fd) // a kqueue may have taken one direction of the two
		return fmt.Errorf("cannot watch descriptor %d: %w", fd, err)
	}
	d.fds[fd] = want
	return nil
}

// Poll calls ready for each descriptor that is ready now, in the order in which
// the kernel found them ready, and never blocks. Errors and hang-ups count as
// readable and as writable, where registered. A kqueue reports a descriptor
// that is both in two calls. ready may call set for the descriptor that it is
// told of, and nothing else of the Driver.
func (d *Driver) Poll(ready func(fd int, readable, writable bool)) error {
	if len(d.fds) == 0 {
		return nil
	}
	if d.queue == nil && d.renew() != nil {
		return nil // it has been told, and is tried again
	}
	haunted, err := d.queue.poll(len(d.fds), func(fd int, is Direction) {
		if is &= d.fds[fd]; is != 0 {
			ready(fd, is&Read != 0, is&Write != 0)
		}
	})
	if haunted {
		err = errors.Join(err, d.renew())
	}
	return err
}

// renew moves to a new queue. Epoll watches open files, not numbers: one that
// was closed here while registered, but lives on through a duplicate (as
// net.Conn's File makes), stays in the queue and cannot be named any more to be
// removed. Every time it is ready it would wake the loop, for nothing or for
// another file that has its number now.
//
// # Differences from asyncio
//
// CPython's loop spins, or calls the callbacks of the other file. The remedy is
// libev's.
//
// Where no descriptor is free for it, the old queue's is.
func (d *Driver) renew() error {
	d.dismiss()
	if d.queue != nil {
		d.queue.close()
		d.queue = nil
	}
	queue, err := openQueue()
	if err != nil {
		return err
	}
	for _, fd := range slices.Sorted(maps.Keys(d.fds)) {
		// What is refused was closed as well; the old queue had dropped it too.
		_ = queue.change(fd, 0, d.fds[fd])
	}
	d.queue = queue
	return nil
}

// renewRetry is how soon a new queue is tried again for which no descriptor was free.
const renewRetry = 10 * time.Millisecond

// Arm makes wake be called as soon as a descriptor is ready, once: after it,
// arm has to be called again. The loop calls it before it parks, when poll had
// nothing more for it. Whatever became ready since that poll, or while an
// earlier arm still stood, leads to a wake as well.
//
// Why no wake is lost. Readiness is a level, so it is enough that after arm
// somebody looks and, finding nothing, is told of the next change. If the
// helper rests, that is the helper: block looks first and then waits. If it is
// in block since an earlier arm, it may have looked in vain just while poll had
// the ready entries in hand, as a kqueue lets it, so arm looks once more; what
// changes later reaches the helper, as the loop does not poll before it has been
// woken. If both look at once, the one that has the entries in hand wakes. If
// the helper is just about to call wake, that call is still to come.
func (d *Driver) Arm() {
	switch {
	case d.queue == nil:
		time.AfterFunc(renewRetry, d.wake)
	case len(d.fds) == 0:
		// A helper left waiting would do no harm, were it not for a
		// testing/synctest bubble, whose time stands still while a goroutine
		// waits for the outside world.
		if d.armed.Load() {
			d.dismiss()
		}
	case d.armed.Load():
		if d.queue.ready() {
			d.wake()
		}
	default:
		if d.ended == nil {
			d.kick, d.ended = make(chan struct{}, 1), make(chan struct{})
			go d.help(d.kick, d.ended)
		}
		d.armed.Store(true)
		d.kick <- struct{}{} // never blocks: the helper took the last one before it cleared armed
	}
}

// help is the helper goroutine: for each kick it waits until something is ready
// and wakes the loop. Between its wake and the next kick it rests, so that a
// busy loop, which polls by itself, does not pay for it.
func (d *Driver) help(kick <-chan struct{}, ended chan<- struct{}) {
	defer close(ended)
	for range kick {
		if d.queue.block() {
			d.armed.Store(false) // first: the woken loop may arm at once
			d.wake()
		}
	}
}

// dismiss ends the helper, if there is one, and returns when it has ended.
func (d *Driver) dismiss() {
	if d.ended == nil {
		return
	}
	close(d.kick)
	d.queue.interrupt()
	<-d.ended
	d.queue.resume()
	d.kick, d.ended = nil, nil
	d.armed.Store(false)
}

// Close releases everything the Driver holds; the watched descriptors stay
// open. When it returns the helper goroutine has ended and wake is not called
// again.
func (d *Driver) Close() {
	d.dismiss()
	if d.queue != nil {
		d.queue.close()
	}
}
