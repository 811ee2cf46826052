//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package driver

import (
	"math"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// queue is a kqueue, and a pipe in it that interrupts a wait.
//
// Some systems refuse a kqueue in the Go runtime's poller, which asks for
// EVFILT_WRITE too. So to wait takes a thread, though only while descriptors are wanted.
type queue struct {
	kq         int
	stop, stir *os.File // the pipe's ends: for reading, in kq, and for writing
	stopFd     int
	alarm      time.Time
	events     []unix.Kevent_t // that were taken
	tokens     map[int]token   // a kqueue knows numbers, and closing one takes it out
}

// delegates: see Delegate. It is not known here.
const delegates = false

func openQueue(bool) (*queue, error) {
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
	q := &queue{kq: kq, stop: stop, stir: stir, stopFd: int(stop.Fd()), tokens: make(map[int]token)}
	if err := q.control(q.stopFd, unix.EVFILT_READ, unix.EV_ADD); err != nil {
		q.close()
		return nil, err
	}
	return q, nil
}

// register has fd reported whenever something changes about it, under that token.
func (q *queue) register(fd int, at token) error {
	if err := q.change(fd, at, Read|Write, unix.EV_CLEAR); err != nil {
		q.forget(fd) // it may have taken one direction of the two
		return err
	}
	return nil
}

// watch has fd reported for as long as it is ready for want; it was watched for have, maybe
// nothing, under an earlier token.
func (q *queue) watch(fd int, at token, have, want Direction) error {
	for in, filter := range filters {
		if have&^want&in != 0 {
			// Fails if the descriptor was closed, and then there is nothing to do.
			_ = q.control(fd, filter, unix.EV_DELETE)
		}
	}
	return q.change(fd, at, want, 0) // adding what is there changes nothing
}

var filters = map[Direction]int{Read: unix.EVFILT_READ, Write: unix.EVFILT_WRITE}

func (q *queue) change(fd int, at token, want Direction, flags int) error {
	if fd < 0 || fd > math.MaxInt32 {
		return unix.EBADF // the kernel may cut the number and watch another descriptor
	}
	for _, in := range []Direction{Read, Write} {
		if want&in == 0 {
			continue
		}
		if err := q.control(fd, filters[in], unix.EV_ADD|flags); err != nil {
			return err
		}
	}
	q.tokens[fd] = at
	return nil
}

// forget has fd no longer reported.
func (q *queue) forget(fd int) {
	delete(q.tokens, fd)
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

// take takes the events of up to limit descriptors, in order, and never blocks. They are there
// until the next take.
func (q *queue) take(limit int) (n int, err error) {
	if n, err = q.kevent(limit, &unix.Timespec{}); err == unix.EINTR {
		return 0, nil
	}
	return n, os.NewSyscallError("kevent", err)
}

// wait waits until it has taken events of up to limit descriptors. There are none at the alarm, or
// an interrupt.
func (q *queue) wait(limit int) (n int, err error) {
	for {
		var timeout *unix.Timespec
		if !q.alarm.IsZero() {
			t := unix.NsecToTimespec(max(0, time.Until(q.alarm).Nanoseconds()))
			timeout = &t
		}
		if n, err = q.kevent(limit, timeout); err != unix.EINTR {
			return n, os.NewSyscallError("kevent", err)
		}
	}
}

func (q *queue) kevent(limit int, timeout *unix.Timespec) (n int, err error) {
	if most := 2*limit + 1; len(q.events) < most { // two filters each, and the pipe
		q.events = make([]unix.Kevent_t, 2*most)
	}
	if n, err = unix.Kevent(q.kq, nil, q.events, timeout); err != nil {
		return 0, err
	}
	kept := 0
	for _, e := range q.events[:n] {
		if int(e.Ident) != q.stopFd {
			q.events[kept] = e
			kept++
		}
	}
	return kept, nil
}

// event is the i-th that was taken.
func (q *queue) event(i int) (at token, is Direction) {
	e := &q.events[i]
	switch e.Filter {
	case unix.EVFILT_READ:
		is = Read
	case unix.EVFILT_WRITE:
		is = Write
	}
	if e.Flags&unix.EV_EOF != 0 {
		is |= HungUp
	}
	return q.tokens[int(e.Ident)], is
}

// haunts reports whether closed files may be in the queue.
func (q *queue) haunts() bool { return false }

// setAlarm has the next wait end at a time, or not by itself if that is zero.
func (q *queue) setAlarm(at time.Time) { q.alarm = at }

// ready reports whether there is something to take, without taking it: it asks poll(2) about the
// kqueue itself.
func (q *queue) ready() bool {
	fds := [1]unix.PollFd{{Fd: int32(q.kq), Events: unix.POLLIN}}
	n, err := unix.Poll(fds[:], 0)
	return n != 0 || err != nil // an error is for take to meet and to report
}

// ignore has nothing to do: nobody but who waits is woken.
func (q *queue) ignore() {}

// block waits until something is ready, and takes nothing. It reports false if it was interrupted.
func (q *queue) block() bool {
	fds := [2]unix.PollFd{{Fd: int32(q.kq), Events: unix.POLLIN}, {Fd: int32(q.stopFd), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(fds[:], -1)
		if err != unix.EINTR {
			return fds[1].Revents == 0
		}
	}
}

// interrupt ends the wait that is under way, or is to come.
func (q *queue) interrupt() { _, _ = q.stir.Write([]byte{0}) }

// interrupted is told of it, before the next alarm.
func (q *queue) interrupted() { _, _ = q.stop.Read(make([]byte, 1)) }

func (q *queue) close() {
	_ = unix.Close(q.kq)
	_ = q.stop.Close()
	_ = q.stir.Close()
}
