package driver

import (
	"fmt"
	"math"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// queue is an epoll instance, and a way to wait for it.
type queue struct {
	epfd   int
	events []unix.EpollEvent // that were taken
	waiting
}

// A waiting is a way to wait for a queue, and owns that.
type waiting interface {
	// setAlarm has the next wait end at a time, or not by itself if that is zero.
	setAlarm(at time.Time)

	// wait waits until it has taken up to limit events. There are none at the alarm, or an interrupt.
	wait(limit int) (n int, err error)

	// interrupt ends the wait that is under way, or is to come. interrupted is told of it, before
	// the next alarm.
	interrupt()
	interrupted()

	// ignore has nobody woken by what becomes ready, until the next wait or block. It is not called
	// while somebody is in block.
	ignore()

	// block waits until something is ready, and takes nothing. It reports false if it was interrupted.
	block() bool
	close()
}

// delegates: see Delegate. To know that nothing was missed, the lookout has to find in ready, at any
// moment, what take has left.
const delegates = true

func openQueue(own bool) (*queue, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	q := &queue{epfd: epfd}
	if own {
		q.waiting, err = waitByThread(q)
	} else {
		q.waiting, err = nest(q)
	}
	if err != nil {
		return nil, err
	}
	return q, nil
}

// register has fd reported whenever something changes about it, under that token.
func (q *queue) register(fd int, at token) error {
	event := eventOf(at)
	event.Events = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET
	return q.add(fd, &event)
}

// watch has fd reported for as long as it is ready for want; it was watched for have, maybe
// nothing, under an earlier token.
func (q *queue) watch(fd int, at token, have, want Direction) error {
	event := eventOf(at)
	if want&Read != 0 {
		event.Events |= unix.EPOLLIN
	}
	if want&Write != 0 {
		event.Events |= unix.EPOLLOUT
	}
	if have == 0 {
		return q.add(fd, &event)
	}
	err := unix.EpollCtl(q.epfd, unix.EPOLL_CTL_MOD, fd, &event)
	if err == unix.ENOENT {
		// The file we knew was closed, and its number belongs to another.
		return q.add(fd, &event)
	}
	return refusal(err)
}

func (q *queue) add(fd int, event *unix.EpollEvent) error {
	if fd < 0 || fd > math.MaxInt32 {
		return unix.EBADF // the kernel would cut the number and watch another descriptor
	}
	err := unix.EpollCtl(q.epfd, unix.EPOLL_CTL_ADD, fd, event)
	if err == unix.EEXIST {
		// Closed, forgotten, and then made again with this number from a
		// duplicate that had kept the file in the queue.
		err = unix.EpollCtl(q.epfd, unix.EPOLL_CTL_MOD, fd, event)
	}
	return refusal(err)
}

func refusal(err error) error {
	if err == unix.EPERM {
		return fmt.Errorf("epoll_ctl: %w (regular files and directories are always ready)", err)
	}
	return os.NewSyscallError("epoll_ctl", err)
}

// forget has fd no longer reported.
func (q *queue) forget(fd int) {
	// Fails if the descriptor was closed, and then there is nothing to do.
	_ = unix.EpollCtl(q.epfd, unix.EPOLL_CTL_DEL, fd, nil)
}

// take takes up to limit events, in order, and never blocks. They are there until the next take.
func (q *queue) take(limit int) (n int, err error) {
	if len(q.events) < limit {
		q.events = make([]unix.EpollEvent, 2*limit)
	}
	n, errno := epollWaitNow(q.epfd, q.events)
	if errno == 0 || errno == unix.EINTR {
		return n, nil
	}
	return 0, os.NewSyscallError("epoll_wait", errno)
}

// epollWaitNow is epoll_wait that does not wait, and so need not tell Go's scheduler that it may. By
// unix.EpollWait, which does, a lone yield beside a socket takes a tenth more, and beside an AddReader,
// where each iteration polls, a fifth.
func epollWaitNow(epfd int, events []unix.EpollEvent) (n int, errno syscall.Errno) {
	r, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(r), 0
}

// event is the i-th that was taken.
func (q *queue) event(i int) (at token, is Direction) {
	e := &q.events[i]
	// selectors.EpollSelector's rule: all but pure input counts as
	// writable, all but pure output as readable.
	if e.Events&^unix.EPOLLOUT != 0 {
		is |= Read
	}
	if e.Events&^(unix.EPOLLIN|unix.EPOLLRDHUP) != 0 {
		is |= Write
	}
	if e.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		is |= HungUp
	}
	return token{uint32(e.Fd), uint32(e.Pad)}, is
}

func eventOf(at token) unix.EpollEvent {
	return unix.EpollEvent{Fd: int32(at.slot), Pad: int32(at.generation)}
}

// haunts reports whether closed files may be in the queue.
func (q *queue) haunts() bool { return true }

// ready reports whether there is something to take, without taking it. It asks poll(2) about the
// epoll descriptor, which changes the order of nothing.
func (q *queue) ready() bool {
	fds := [1]unix.PollFd{{Fd: int32(q.epfd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds[:], 0)
	return n != 0 || err != nil // an error is for take to meet and to report
}
