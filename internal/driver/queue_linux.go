package driver

import (
	"errors"
	"fmt"
	"math"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// queue is an epoll instance that is itself registered in the Go runtime's
// own poller, so that waiting for it parks a goroutine and no thread: being
// woken costs a few microseconds instead of the tens that a thread blocked in
// epoll_wait takes.
type queue struct {
	epfd   int
	file   *os.File // owns epfd
	conn   syscall.RawConn
	look   func(uintptr) bool // ready, as conn wants it; made once, not per block
	events []unix.EpollEvent

	// Every change has a serial number, which comes back with the events: that
	// tells a descriptor from a closed one that had the same number.
	serials map[int]int32
	serial  int32
}

func openQueue() (*queue, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	// NewFile registers non-blocking descriptors only; epoll itself ignores the flag.
	if err := unix.SetNonblock(epfd, true); err != nil {
		_ = unix.Close(epfd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	file := os.NewFile(uintptr(epfd), "epoll")
	q := &queue{epfd: epfd, file: file, serials: make(map[int]int32)}
	q.look = func(uintptr) bool { return q.ready() }
	// NewFile keeps quiet if the runtime's poller refuses the descriptor; a
	// deadline does not.
	if err := file.SetReadDeadline(time.Time{}); err != nil {
		_ = file.Close()
		return nil, err
	}
	if q.conn, err = file.SyscallConn(); err != nil {
		_ = file.Close()
		return nil, err
	}
	return q, nil
}

func (q *queue) change(fd int, have, want Direction) error {
	if fd < 0 || fd > math.MaxInt32 {
		return unix.EBADF // the kernel would cut the number and watch another descriptor
	}
	q.serial++
	event := unix.EpollEvent{Fd: int32(fd), Pad: q.serial}
	if want&Read != 0 {
		event.Events |= unix.EPOLLIN
	}
	if want&Write != 0 {
		event.Events |= unix.EPOLLOUT
	}
	op := unix.EPOLL_CTL_ADD
	if have != 0 {
		op = unix.EPOLL_CTL_MOD
	}
	err := unix.EpollCtl(q.epfd, op, fd, &event)
	switch {
	case op == unix.EPOLL_CTL_MOD && err == unix.ENOENT:
		// The file we knew was closed, and its number belongs to another.
		err = unix.EpollCtl(q.epfd, unix.EPOLL_CTL_ADD, fd, &event)
	case op == unix.EPOLL_CTL_ADD && err == unix.EEXIST:
		// Closed, forgotten, and then made again with this number from a
		// duplicate that had kept the file in the queue.
		err = unix.EpollCtl(q.epfd, unix.EPOLL_CTL_MOD, fd, &event)
	}
	switch err {
	case nil:
		q.serials[fd] = q.serial
		return nil
	case unix.EPERM:
		return fmt.Errorf("epoll_ctl: %w (regular files and directories are always ready)", err)
	default:
		return os.NewSyscallError("epoll_ctl", err)
	}
}

func (q *queue) forget(fd int) {
	delete(q.serials, fd)
	// Fails if the descriptor was closed, and then there is nothing to do.
	_ = unix.EpollCtl(q.epfd, unix.EPOLL_CTL_DEL, fd, nil)
}

func (q *queue) poll(limit int, report func(fd int, is Direction)) (haunted bool, err error) {
	if len(q.events) < limit {
		q.events = make([]unix.EpollEvent, 2*limit)
	}
	n, err := unix.EpollWait(q.epfd, q.events, 0)
	if err == unix.EINTR {
		return false, nil
	}
	if err != nil {
		return false, os.NewSyscallError("epoll_wait", err)
	}
	for _, event := range q.events[:n] {
		fd := int(event.Fd)
		if q.serials[fd] != event.Pad {
			haunted = true
			continue
		}
		// selectors.EpollSelector's rule: all but pure input counts as
		// writable, all but pure output as readable.
		var is Direction
		if event.Events&^unix.EPOLLOUT != 0 {
			is |= Read
		}
		if event.Events&^unix.EPOLLIN != 0 {
			is |= Write
		}
		report(fd, is)
	}
	return haunted, nil
}

// ready asks poll(2) about the epoll descriptor where epoll_wait would do, for
// two reasons. epoll_wait moves what it returns to the end of the queue, so a
// look would change the order of the next poll. And before Linux 7.2 it looks
// at the queue without its lock: while another thread walks the queue, as
// epoll_wait here and the runtime's poller do, it may miss what is there.
func (q *queue) ready() bool {
	fds := [1]unix.PollFd{{Fd: int32(q.epfd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds[:], 0)
	return n != 0 || err != nil // an error is for poll to meet and to report
}

// block relies on conn.Read, which forgets what the runtime's poller has seen
// so far, looks, and sleeps until a later change if there was nothing. That
// poller is edge-triggered, which suffices: the kernel signals an edge for the
// epoll descriptor whenever one of the watched descriptors changes, also if
// others were ready already.
func (q *queue) block() bool {
	return !errors.Is(q.conn.Read(q.look), os.ErrDeadlineExceeded)
}

func (q *queue) interrupt() { _ = q.file.SetReadDeadline(time.Unix(1, 0)) }

func (q *queue) resume() { _ = q.file.SetReadDeadline(time.Time{}) }

func (q *queue) close() { _ = q.file.Close() }
