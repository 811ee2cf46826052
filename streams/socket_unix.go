//go:build unix

package streams

import (
	"io"
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// A socket is a descriptor that does not block, as a transport.
type socket struct {
	fd            int
	watched       *driver.Descriptor
	name          string // of the network
	local, remote net.Addr
	byLine        bool // it gives a line at a time, so that a short read has not emptied it
	elsewhere     elsewhere
	site          *frames.Site // that made it, if it is to be told, see loop.ReportLeaks
	cleanup       runtime.Cleanup
}

// newSocket makes a transport of a descriptor, which it takes over.
func newSocket(on future.OnLoop, fd int, network string, local, remote net.Addr) (transport, error) {
	s := new(socket)
	if err := s.init(on, fd, network, local, remote); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *socket) init(on future.OnLoop, fd int, network string, local, remote net.Addr) error {
	d, err := driver.Of(on)
	if err != nil {
		_ = unix.Close(fd)
		return err
	}
	s.fd, s.name, s.local, s.remote = fd, network, local, remote
	if s.watched, err = d.Register(fd, s); err != nil {
		_ = unix.Close(fd)
		return err
	}
	s.site = siteOf((*sched.Scheduler)(on.Scheduler()))
	s.cleanup = closeLost(s, fd)
	return nil
}

// ways are the directions as the driver has them.
var ways = [...]driver.Direction{reading: driver.Read, writing: driver.Write}

func (s *socket) Await(co *coro.Co, in direction) error {
	err := s.watched.Await(co, ways[in])
	if err == os.ErrClosed {
		return nil // which the Conn knows
	}
	return err
}

func (s *socket) LookAgain(in direction) { s.watched.LookAgain(ways[in]) }

func (s *socket) WhenWritable(f func()) { s.watched.Once(driver.Write, f) }

func (s *socket) WhenHungUp(f func()) { s.watched.Once(driver.HungUp, f) }

func (s *socket) TryRead(p []byte) (int, error) {
	if !s.watched.IsReady(driver.Read) {
		return 0, errAgain
	}
	n, err := receive(s.fd, p)
	return s.hasRead(n, len(p), err)
}

func (s *socket) TryWrite(p []byte) (int, error) {
	if !s.watched.IsReady(driver.Write) {
		return 0, errAgain
	}
	n, err := send(s.fd, p)
	return s.hasWritten(n, len(p), err)
}

// hasRead is what comes of a call that has read n bytes of so many, and hasWritten of one that has
// written them.
func (s *socket) hasRead(n, of int, err error) (int, error) {
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return s.outcome(driver.Read, "read", n, of, err)
}

func (s *socket) hasWritten(n, of int, err error) (int, error) {
	return s.outcome(driver.Write, "write", n, of, err)
}

func (s *socket) outcome(in driver.Direction, name string, n, of int, err error) (int, error) {
	switch err {
	case nil:
		if n < of && n > 0 && !s.byLine {
			s.watched.Short(in)
		}
		return n, nil
	case unix.EAGAIN:
		s.watched.Blocked(in)
		return 0, errAgain
	case unix.EINTR:
		return 0, errAgain // it is as ready as it was
	}
	return 0, os.NewSyscallError(name, err)
}

func (s *socket) TryReadable() error {
	if !s.watched.IsReady(driver.Read) {
		return errAgain
	}
	switch n, err := pollRead(s.fd); {
	case n == 0 && err == nil:
		s.watched.Blocked(driver.Read)
		return errAgain
	case err == unix.EINTR:
		return errAgain // it is as ready as it was
	default:
		return os.NewSyscallError("poll", err)
	}
}

// attempt is a try of a call of which it says nothing of the next that it has done less than it could.
func (s *socket) attempt(in driver.Direction, name string, call func() error) error {
	if !s.watched.IsReady(in) {
		return errAgain
	}
	for {
		switch err := call(); err {
		case nil:
			return nil
		case unix.EINTR:
		case unix.EAGAIN:
			s.watched.Blocked(in)
			return errAgain
		default:
			return os.NewSyscallError(name, err)
		}
	}
}

func (s *socket) CloseWrite() error {
	return os.NewSyscallError("shutdown", unix.Shutdown(s.fd, unix.SHUT_WR))
}

func (s *socket) Close(abort bool) error {
	if abort {
		// The kernel refuses it for what has no resets, such as a unix socket.
		_ = unix.SetsockoptLinger(s.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	}
	s.watched.Close()
	s.cleanup.Stop()
	return os.NewSyscallError("close", unix.Close(s.fd))
}

func (s *socket) Network() string      { return s.name }
func (s *socket) LocalAddr() net.Addr  { return s.local }
func (s *socket) RemoteAddr() net.Addr { return s.remote }

// Wait is what reports are told.
func (s *socket) Wait(in driver.Direction) waits.Info {
	if in == driver.Write {
		return network.Waiting(s, writing)
	}
	return network.Waiting(s, reading)
}
