//go:build unix

package streams

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
)

const hasSockets = true

// A socket is a descriptor that does not block, as a transport.
type socket struct {
	fd            int
	watched       *driver.Descriptor
	conn          *Conn
	name          string // of the network
	local, remote net.Addr
	elsewhere     elsewhere
	site          *frames.Site // that made it, if it is to be told, see loop.ReportLeaks
	cleanup       runtime.Cleanup
}

// elsewhere is what other goroutines have of a socket.
type elsewhere struct {
	mu        sync.Mutex
	conn      net.Conn // a duplicate, nil until it is needed
	deadlines [2]time.Time
	over      bool
}

func (s *socket) blocking() (net.Conn, error) {
	e := &s.elsewhere
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.over:
		return nil, net.ErrClosed
	case e.conn != nil:
		return e.conn, nil
	}
	fd, err := unix.FcntlInt(uintptr(s.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	f := os.NewFile(uintptr(fd), s.name)
	defer f.Close() // FileConn makes another duplicate
	if e.conn, err = net.FileConn(f); err != nil {
		return nil, err
	}
	_ = e.conn.SetReadDeadline(e.deadlines[reading])
	_ = e.conn.SetWriteDeadline(e.deadlines[writing])
	return e.conn, nil
}

// unblock comes before the descriptor is closed.
func (s *socket) unblock() {
	e := &s.elsewhere
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over = true
	if e.conn != nil {
		_ = e.conn.Close()
	}
}

func (s *socket) setBlockingDeadline(in direction, t time.Time) {
	e := &s.elsewhere
	e.mu.Lock()
	defer e.mu.Unlock()
	e.deadlines[in] = t
	switch {
	case e.conn == nil:
	case in == reading:
		_ = e.conn.SetReadDeadline(t)
	default:
		_ = e.conn.SetWriteDeadline(t)
	}
}

// newSocket makes a Conn of a descriptor, which it takes over.
func newSocket(co *coro.Co, fd int, network string, local, remote net.Addr) (*Conn, error) {
	s := new(socket)
	if err := s.init(co, s, fd, network, local, remote); err != nil {
		return nil, err
	}
	return s.conn, nil
}

// init makes s, which is a part of the transport that is given, or that itself.
func (s *socket) init(co *coro.Co, whole transport, fd int, network string, local, remote net.Addr) error {
	d, err := driver.Of(co)
	if err != nil {
		_ = unix.Close(fd)
		return err
	}
	s.fd, s.name, s.local, s.remote = fd, network, local, remote
	if s.watched, err = d.Register(fd, s); err != nil {
		_ = unix.Close(fd)
		return err
	}
	s.conn = newConn(co, whole)
	s.site = siteOf(s.conn.sched)
	s.cleanup = closeLost(s, fd)
	return nil
}

// siteOf is the line that makes a connection, where a loop reports what is left of them.
func siteOf(s *sched.Scheduler) *frames.Site {
	if !s.Leaks {
		return nil
	}
	site := new(frames.Site)
	site.Take()
	return site
}

// closeLost has a descriptor closed when nobody has the connection any more that it is of, nor the loop: a
// loop that is closed knows none.
func closeLost[T any](of *T, fd int) runtime.Cleanup {
	return runtime.AddCleanup(of, func(fd int) { _ = unix.Close(fd) }, fd)
}

// String and Site are what a loop tells of a connection that is left.
func (s *socket) String() string {
	return fmt.Sprintf("connection %s %v->%v", s.name, s.local, s.remote)
}
func (s *socket) Site() string { return siteText(s.site) }

func siteText(s *frames.Site) string {
	if s == nil {
		return ""
	}
	return s.String()
}

// ways are the directions as the driver has them.
var ways = [...]driver.Direction{reading: driver.Read, writing: driver.Write}

func (s *socket) await(co *coro.Co, in direction) error {
	err := s.watched.Await(co, ways[in])
	if err == os.ErrClosed {
		return nil // which the Conn knows
	}
	return err
}

func (s *socket) lookAgain(in direction) { s.watched.LookAgain(ways[in]) }

func (s *socket) whenWritable(f func()) { s.watched.Once(driver.Write, f) }

func (s *socket) tryRead(p []byte) (int, error) {
	n, err := s.try(driver.Read, "read", p, unix.Read)
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, err
}

func (s *socket) tryWrite(p []byte) (int, error) { return s.try(driver.Write, "write", p, unix.Write) }

func (s *socket) try(in driver.Direction, name string, p []byte, call func(fd int, p []byte) (int, error)) (int, error) {
	if !s.watched.IsReady(in) {
		return 0, errAgain
	}
	for {
		n, err := call(s.fd, p)
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			s.watched.Blocked(in)
			return 0, errAgain
		case err != nil:
			return 0, os.NewSyscallError(name, err)
		default:
			if n < len(p) && n > 0 {
				s.watched.Short(in)
			}
			return n, nil
		}
	}
}

func (s *socket) closeWrite() error {
	return os.NewSyscallError("shutdown", unix.Shutdown(s.fd, unix.SHUT_WR))
}

func (s *socket) close(abort bool) error {
	if abort {
		// The kernel refuses it for what has no resets, such as a unix socket.
		_ = unix.SetsockoptLinger(s.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	}
	s.watched.Close()
	s.cleanup.Stop()
	return os.NewSyscallError("close", unix.Close(s.fd))
}

func (s *socket) network() string      { return s.name }
func (s *socket) localAddr() net.Addr  { return s.local }
func (s *socket) remoteAddr() net.Addr { return s.remote }

// Wait is what reports are told.
func (s *socket) Wait(in driver.Direction) waits.Info {
	at := reading
	if in == driver.Write {
		at = writing
	}
	return (*sideWait)(&s.conn.sides[at]).Wait()
}

// A fileConn is a connection, or a listener, of package net, whose descriptor can be had.
type fileConn interface {
	File() (*os.File, error)
	io.Closer
}

// takeOver is the descriptor of c, which is closed.
func takeOver(c fileConn) (fd int, err error) {
	defer func() {
		if closing := c.Close(); err == nil {
			err = closing
		}
	}()
	f, err := c.File()
	if err != nil {
		return -1, err
	}
	defer f.Close() // which is a duplicate, too
	return duplicate(f)
}

// duplicate is a descriptor of the same file that does not block.
func duplicate(f *os.File) (fd int, err error) {
	fd, err = unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("fcntl", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // Fd has it block
		_ = unix.Close(fd)
		return -1, os.NewSyscallError("fcntl", err)
	}
	return fd, nil
}

// Adopt makes a Conn of a connection of package net, which it takes over: a *net.TCPConn, a
// *net.UnixConn, or whatever has a File. With an error the connection is closed.
func Adopt(co *coro.Co, c net.Conn) (*Conn, error) {
	f, ok := c.(fileConn)
	if !ok {
		return nil, closing(c, errNoFile)
	}
	if _, ok := c.(net.PacketConn); ok && !isStream(c) {
		return nil, closing(c, fmt.Errorf("streams: a %T is for datagrams; ListenPacket and DialPacket make those", c))
	}
	network, local, remote := c.LocalAddr().Network(), c.LocalAddr(), c.RemoteAddr()
	fd, err := takeOver(f)
	if err != nil {
		return nil, err
	}
	return newSocket(co, fd, network, local, remote)
}

// isStream tells a unix socket that is one from those for datagrams, which are of the same type.
func isStream(c net.Conn) bool {
	_, ok := c.(*net.UnixConn)
	return ok && c.LocalAddr().Network() == "unix"
}

// AdoptFile makes a Conn of an end of a pipe, of a terminal, or whatever else can be waited for, which it
// takes over. It reads, or writes, or both, as the file does; CloseWrite closes it. On goroutines
// that are not the loop's it refuses with [ErrElsewhere]. With an error the file is closed.
//
// Semantics: asyncio.loop.connect_read_pipe and connect_write_pipe, CPython 3.15.
func AdoptFile(co *coro.Co, f *os.File) (*Conn, error) {
	if f == nil {
		panic("streams: AdoptFile of nil")
	}
	fd, err := duplicate(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	s := new(fileSocket)
	addr := fileAddr(f.Name())
	if err := s.init(co, s, fd, "file", addr, addr); err != nil {
		return nil, err
	}
	return s.conn, nil
}

// A fileSocket is a descriptor that is no socket.
type fileSocket struct{ socket }

func (s *fileSocket) closeWrite() error           { return s.conn.Close() }
func (s *fileSocket) blocking() (net.Conn, error) { return nil, ErrElsewhere }

type fileAddr string

func (fileAddr) Network() string  { return "file" }
func (a fileAddr) String() string { return string(a) }
