package driver

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// nested is how to wait for an epoll instance: it is itself registered in the Go runtime's own
// poller, so that waiting for it parks a goroutine and no thread. To be woken then costs a few
// microseconds, where it takes a thread that is blocked in epoll_wait tens; and another goroutine
// wakes it without a system call, by a deadline that has passed.
//
// In between is another epoll instance, the gate, since the runtime's poller would wake an idle thread of the process
// for each thing that becomes ready, also while the loop runs and would come to it anyway. With a thousand
// connections that was a fifth of what a server took.
type nested struct {
	q     *queue
	gate  int
	shut  bool     // the gate
	alone bool     // on one processor, which nobody else can be woken on
	file  *os.File // owns the gate
	conn  syscall.RawConn
	alarm time.Time // the deadline of file, zero for none

	monitor monitor

	// What conn.Read calls, made once and not for each wait.
	take, look func(uintptr) bool

	// Of the wait that is under way.
	limit int
	took  int
	err   error
}

var past = time.Unix(1, 0)

// nest puts q into the runtime's poller, or closes it.
func nest(q *queue) (s *nested, err error) {
	s = &nested{q: q, alone: runtime.GOMAXPROCS(0) == 1}
	if err := s.makeGate(); err != nil {
		_ = unix.Close(q.epfd)
		return nil, err
	}
	// NewFile keeps quiet if the runtime's poller refuses the descriptor; a
	// deadline does not.
	if err = s.file.SetReadDeadline(time.Time{}); err == nil {
		s.conn, err = s.file.SyscallConn()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	s.take = func(uintptr) bool {
		s.took, s.err = q.take(s.limit)
		return s.took > 0 || s.err != nil
	}
	s.look = func(uintptr) bool { return q.ready() }
	return s, nil
}

func (s *nested) makeGate() (err error) {
	if s.gate, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	err = os.NewSyscallError("epoll_ctl", s.setGate(unix.EPOLL_CTL_ADD, unix.EPOLLIN))
	if err == nil {
		// NewFile registers non-blocking descriptors only; epoll itself ignores the flag.
		err = os.NewSyscallError("fcntl", syscall.SetNonblock(s.gate, true))
	}
	if err != nil {
		_ = unix.Close(s.gate)
		return err
	}
	s.file = os.NewFile(uintptr(s.gate), "epoll")
	return nil
}

func (s *nested) setGate(op int, events uint32) error {
	return unix.EpollCtl(s.gate, op, s.q.epfd, &unix.EpollEvent{Events: events})
}

// ignore has nobody woken by what becomes ready, until the next wait or block.
func (s *nested) ignore() {
	s.shut = s.shut || !s.alone && s.setGate(unix.EPOLL_CTL_MOD, 0) == nil
}

// open is the end of it. What has become ready meanwhile is an edge then.
func (s *nested) open() error {
	if !s.shut {
		return nil
	}
	err := s.setGate(unix.EPOLL_CTL_MOD, unix.EPOLLIN)
	s.shut = err != nil
	return os.NewSyscallError("epoll_ctl", err)
}

// setAlarm has the next wait end at a time, or not by itself if that is zero. As a rule it is that
// of the wait before, and then it costs nothing.
func (s *nested) setAlarm(at time.Time) {
	if at != s.alarm {
		s.alarm = at
		_ = s.file.SetReadDeadline(at)
	}
}

// wait waits until it has taken up to limit events. There are none at the alarm, or an interrupt.
//
// It relies on conn.Read, which forgets what the runtime's poller has seen so far, looks, and
// sleeps until a later change if there was nothing. That poller is edge-triggered, which suffices:
// the kernel signals an edge for the epoll descriptor whenever one of the watched descriptors
// changes, also if others were ready already. Before Linux 7.2 epoll_wait looks at its queue
// without a lock, and may miss what is there while another thread walks the queue. Only the
// runtime's poller does, which has then yet to tell of what it finds: there is another look.
func (s *nested) wait(limit int) (n int, err error) {
	if err := s.open(); err != nil {
		return 0, err
	}
	s.limit, s.took, s.err = limit, 0, nil
	_ = s.conn.Read(s.take)
	s.monitor.begin(s.file)
	return s.took, s.err
}

// interrupt ends the wait that is under way, or is to come.
func (s *nested) interrupt() { _ = s.file.SetReadDeadline(past) }

// interrupted is told of it, before the next alarm.
func (s *nested) interrupted() { s.alarm = past }

// block waits until something is ready, and takes nothing. It reports false if it was interrupted.
func (s *nested) block() bool {
	if s.open() != nil {
		return true // for take to meet it
	}
	return !errors.Is(s.conn.Read(s.look), os.ErrDeadlineExceeded)
}

func (s *nested) close() {
	_ = s.file.Close()
	_ = unix.Close(s.q.epfd)
}
