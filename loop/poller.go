package loop

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"
)

// A poller tells the loop which file descriptors are ready to be read or
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
type poller struct {
	queue *pollQueue // nil while none could be opened, after renew
	wake  func()
	fds   map[int]pollInterest

	// armed is set by arm and cleared by the helper right before it calls
	// wake: while it is set, a wake is still to come or nothing was ready.
	armed atomic.Bool
	kick  chan struct{} // tells the helper to wait for readiness once more
	ended chan struct{} // closed when the helper has returned; nil: there is none
}

// pollInterest says what a descriptor is watched for or, in a report, what it
// is ready for.
type pollInterest uint8

const (
	pollRead pollInterest = 1 << iota
	pollWrite
)

// Each platform has its own pollQueue: the kernel's side of a poller, which
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

// newPoller returns a poller without descriptors, to be closed by its owner.
// It holds a descriptor of its own from the start, so the loop makes it when
// the first one is to be watched. Where descriptors cannot be watched the error
// answers errors.Is as errors.ErrUnsupported.
//
// wake is called on the poller's helper goroutine or inside arm. It must be
// cheap, and must neither block nor call the poller. A wake too many is
// possible: it asks to poll and does not promise that something is ready.
func newPoller(wake func()) (*poller, error) {
	queue, err := openPollQueue()
	if err != nil {
		return nil, err
	}
	return &poller{queue: queue, wake: wake, fds: make(map[int]pollInterest)}, nil
}

// set makes fd watched for exactly the given directions; with neither it is no
// longer watched, which succeeds for closed and unknown descriptors too. On an
// error, which names fd, it is not watched at all.
//
// The kernel is asked even if nothing changes, since the number may belong to
// another file by now. It may be called while armed: wake follows what is
// registered.
func (p *poller) set(fd int, read, write bool) error {
	var want pollInterest
	if read {
		want |= pollRead
	}
	if write {
		want |= pollWrite
	}
	have, known := p.fds[fd]
	if want == 0 {
		delete(p.fds, fd)
		if known && p.queue != nil {
			p.queue.forget(fd)
		}
		return nil
	}
	if p.queue == nil {
		if err := p.renew(); err != nil {
			return err
		}
	}
	if err := p.queue.change(fd, have, want); err != nil {
		delete(p.fds, fd)
		p.queue.forget(fd) // a kqueue may have taken one direction of the two
		return fmt.Errorf("cannot watch descriptor %d: %w", fd, err)
	}
	p.fds[fd] = want
	return nil
}

// poll calls ready for each descriptor that is ready now, in the order in which
// the kernel found them ready, and never blocks. Errors and hang-ups count as
// readable and as writable, where registered. A kqueue reports a descriptor
// that is both in two calls. ready may call set for the descriptor that it is
// told of, and nothing else of the poller.
func (p *poller) poll(ready func(fd int, readable, writable bool)) error {
	if len(p.fds) == 0 {
		return nil
	}
	if p.queue == nil && p.renew() != nil {
		return nil // it has been told, and is tried again
	}
	haunted, err := p.queue.poll(len(p.fds), func(fd int, is pollInterest) {
		if is &= p.fds[fd]; is != 0 {
			ready(fd, is&pollRead != 0, is&pollWrite != 0)
		}
	})
	if haunted {
		err = errors.Join(err, p.renew())
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
func (p *poller) renew() error {
	p.dismiss()
	if p.queue != nil {
		p.queue.close()
		p.queue = nil
	}
	queue, err := openPollQueue()
	if err != nil {
		return err
	}
	for _, fd := range slices.Sorted(maps.Keys(p.fds)) {
		// What is refused was closed as well; the old queue had dropped it too.
		_ = queue.change(fd, 0, p.fds[fd])
	}
	p.queue = queue
	return nil
}

// renewRetry is how soon a new queue is tried again for which no descriptor was free.
const renewRetry = 10 * time.Millisecond

// arm makes wake be called as soon as a descriptor is ready, once: after it,
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
func (p *poller) arm() {
	switch {
	case p.queue == nil:
		time.AfterFunc(renewRetry, p.wake)
	case len(p.fds) == 0:
		// A helper left waiting would do no harm, were it not for a
		// testing/synctest bubble, whose time stands still while a goroutine
		// waits for the outside world.
		if p.armed.Load() {
			p.dismiss()
		}
	case p.armed.Load():
		if p.queue.ready() {
			p.wake()
		}
	default:
		if p.ended == nil {
			p.kick, p.ended = make(chan struct{}, 1), make(chan struct{})
			go p.help(p.kick, p.ended)
		}
		p.armed.Store(true)
		p.kick <- struct{}{} // never blocks: the helper took the last one before it cleared armed
	}
}

// help is the helper goroutine: for each kick it waits until something is ready
// and wakes the loop. Between its wake and the next kick it rests, so that a
// busy loop, which polls by itself, does not pay for it.
func (p *poller) help(kick <-chan struct{}, ended chan<- struct{}) {
	defer close(ended)
	for range kick {
		if p.queue.block() {
			p.armed.Store(false) // first: the woken loop may arm at once
			p.wake()
		}
	}
}

// dismiss ends the helper, if there is one, and returns when it has ended.
func (p *poller) dismiss() {
	if p.ended == nil {
		return
	}
	close(p.kick)
	p.queue.interrupt()
	<-p.ended
	p.queue.resume()
	p.kick, p.ended = nil, nil
	p.armed.Store(false)
}

// close releases everything the poller holds; the watched descriptors stay
// open. When it returns the helper goroutine has ended and wake is not called
// again.
func (p *poller) close() {
	p.dismiss()
	if p.queue != nil {
		p.queue.close()
	}
}
