//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package driver

import (
	"math"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// queue is a kqueue, and a pipe in it that interrupts a blocked kevent.
//
// Some systems refuse a kqueue in the Go runtime's poller, which asks for
// EVFILT_WRITE too. So block takes a thread, though only while the loop is
// parked with descriptors registered.
type queue struct {
	kq         int
	stop, stir *os.File // the pipe's ends: for reading, in kq, and for writing
	stopFd     int
	events     []unix.Kevent_t
}

func openQueue() (*queue, error) {
	syscall.ForkLock.RLock() // so that no child gets kq before it is marked
	kq, err := unix.Kqueue()
	if err == nil {
		unix.CloseOnExec(kq)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	stop, stir, err := os.Pipe()
	if err != nil {
		_ = unix.Close(kq)
		return nil, err
	}
	q := &queue{kq: kq, stop: stop, stir: stir, stopFd: int(stop.Fd())}
	if err := q.control(q.stopFd, unix.EVFILT_READ, unix.EV_ADD); err != nil {
		q.close()
		return nil, err
	}
	return q, nil
}

func (q *queue) change(fd int, have, want Direction) error {
	if fd < 0 || fd > math.MaxInt32 {
		return unix.EBADF // the kernel may cut the number and watch another descriptor
	}
	if err := q.changeFilter(fd, unix.EVFILT_READ, have&Read != 0, want&Read != 0); err != nil {
		return err
	}
	return q.changeFilter(fd, unix.EVFILT_WRITE, have&Write != 0, want&Write != 0)
}

func (q *queue) changeFilter(fd, filter int, have, want bool) error {
	switch {
	case want:
		return q.control(fd, filter, unix.EV_ADD) // adding what is there changes nothing
	case have:
		// Fails if the descriptor was closed, and then there is nothing to do.
		_ = q.control(fd, filter, unix.EV_DELETE)
	}
	return nil
}

func (q *queue) forget(fd int) {
	_ = q.control(fd, unix.EVFILT_READ, unix.EV_DELETE)
	_ = q.control(fd, unix.EVFILT_WRITE, unix.EV_DELETE)
}

// control changes one filter. Without room for events kevent returns at once.
func (q *queue) control(fd, filter, flags int) error {
	var change [1]unix.Kevent_t
	unix.SetKevent(&change[0], fd, filter, flags)
	_, err := unix.Kevent(q.kq, change[:], nil, nil)
	if err == unix.EINTR {
		return nil // the change has been made all the same
	}
	return os.NewSyscallError("kevent", err)
}

func (q *queue) poll(limit int, report func(fd int, is Direction)) (haunted bool, err error) {
	if len(q.events) < 2*limit {
		q.events = make([]unix.Kevent_t, 4*limit) // two filters each
	}
	n, err := unix.Kevent(q.kq, nil, q.events, &unix.Timespec{})
	if err == unix.EINTR {
		return false, nil
	}
	if err != nil {
		return false, os.NewSyscallError("kevent", err)
	}
	for i := range q.events[:n] {
		switch event := &q.events[i]; event.Filter {
		case unix.EVFILT_READ:
			report(int(event.Ident), Read)
		case unix.EVFILT_WRITE:
			report(int(event.Ident), Write)
		}
	}
	return false, nil // a kqueue knows numbers, and closing one takes it out
}

func (q *queue) ready() bool { return q.look(&unix.Timespec{}) }

func (q *queue) block() bool { return q.look(nil) }

// look waits up to timeout, nil for ever, and reports whether anything but the
// pipe is ready. Without EV_CLEAR kevent consumes nothing, but moves what it
// returns to the end of the queue; it is given room for many, so that all move
// and the order of the next poll is kept.
func (q *queue) look(timeout *unix.Timespec) bool {
	var events [64]unix.Kevent_t
	for {
		n, err := unix.Kevent(q.kq, nil, events[:], timeout)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return true // for poll to meet and to report
		}
		for i := range events[:n] {
			if int(events[i].Ident) != q.stopFd {
				return true
			}
		}
		return false
	}
}

func (q *queue) interrupt() { _, _ = q.stir.Write([]byte{0}) }

func (q *queue) resume() { _, _ = q.stop.Read(make([]byte, 1)) }

func (q *queue) close() {
	_ = unix.Close(q.kq)
	_ = q.stop.Close()
	_ = q.stir.Close()
}
