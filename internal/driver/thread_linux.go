package driver

import (
	"math"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// threaded is how to wait for an epoll instance with the thread itself: in epoll_wait. The kernel wakes it as
// soon as something is ready, also where goroutines that compute have all processors, which Go's
// poller is looked at every 10 ms for only then. To be woken by another goroutine takes it an
// eventfd, and a switch of threads.
type threaded struct {
	q     *queue
	wake  int // the eventfd
	alarm time.Time
}

// wakes is the token of the eventfd, which no descriptor has.
var wakes = token{math.MaxUint32, math.MaxUint32}

// waitByThread has q waited for by the threads that wait, or closes it.
func waitByThread(q *queue) (*threaded, error) {
	wake, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		_ = unix.Close(q.epfd)
		return nil, os.NewSyscallError("eventfd", err)
	}
	s := &threaded{q: q, wake: wake}
	event := eventOf(wakes)
	event.Events = unix.EPOLLIN
	if err := q.add(wake, &event); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *threaded) setAlarm(at time.Time) { s.alarm = at }

func (s *threaded) wait(limit int) (n int, err error) {
	q := s.q
	if len(q.events) <= limit {
		q.events = make([]unix.EpollEvent, 2*limit+1)
	}
	for {
		n, err = unix.EpollWait(q.epfd, q.events, s.timeout())
		switch {
		case err != nil && err != unix.EINTR:
			return 0, os.NewSyscallError("epoll_wait", err)
		case n > 0:
			return s.withoutWake(n), nil
		case s.isOver():
			return 0, nil
		}
	}
}

func (s *threaded) isOver() bool { return !s.alarm.IsZero() && time.Until(s.alarm) <= 0 }

// timeout is how long to wait, in milliseconds: not less than until the alarm.
func (s *threaded) timeout() int {
	if s.alarm.IsZero() {
		return -1
	}
	left := max(time.Until(s.alarm), 0)
	return int(min((left+time.Millisecond-1)/time.Millisecond, math.MaxInt32))
}

// withoutWake takes the eventfd out of the n events that were taken.
func (s *threaded) withoutWake(n int) int {
	events := s.q.events[:n]
	for i := range events {
		if at, _ := s.q.event(i); at == wakes {
			copy(events[i:], events[i+1:])
			return n - 1
		}
	}
	return n
}

func (s *threaded) interrupt() {
	_, _ = unix.Write(s.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
}

func (s *threaded) interrupted() {
	_, _ = unix.Read(s.wake, make([]byte, 8))
}

// ignore has nothing to do: nobody but who waits is woken.
func (s *threaded) ignore() {}

func (s *threaded) block() bool {
	fds := []unix.PollFd{{Fd: int32(s.q.epfd), Events: unix.POLLIN}, {Fd: int32(s.wake), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(fds, -1); err != unix.EINTR {
			return fds[1].Revents == 0
		}
	}
}

func (s *threaded) close() {
	_ = unix.Close(s.wake)
	_ = unix.Close(s.q.epfd)
}
