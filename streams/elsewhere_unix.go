//go:build unix

package streams

import (
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// elsewhere is what other goroutines have of a socket.
type elsewhere struct {
	mu        sync.Mutex
	conn      net.Conn // a duplicate, nil until it is needed
	deadlines [2]time.Time
	over      bool
}

func (s *socket) Blocking() (net.Conn, error) {
	e := &s.elsewhere
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.over:
		return nil, net.ErrClosed
	case e.conn != nil:
		return e.conn, nil
	}
	f, err := fileOf(s.fd, s.name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // FileConn makes another duplicate
	if e.conn, err = net.FileConn(f); err != nil {
		return nil, err
	}
	_ = e.conn.SetReadDeadline(e.deadlines[reading])
	_ = e.conn.SetWriteDeadline(e.deadlines[writing])
	return e.conn, nil
}

// unblock comes before the descriptor is closed.
func (s *socket) Unblock() {
	e := &s.elsewhere
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over = true
	if e.conn != nil {
		_ = e.conn.Close()
	}
}

func (s *socket) SetBlockingDeadline(in direction, t time.Time) {
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

func fileOf(fd int, name string) (*os.File, error) {
	fd, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// listensElsewhere is what other goroutines have of a listening socket.
type listensElsewhere struct {
	mu   sync.Mutex
	ln   net.Listener // a duplicate, nil until it is needed
	over bool
}

func (l *listenSocket) Blocking() (net.Listener, error) {
	e := &l.elsewhere
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.over:
		return nil, net.ErrClosed
	case e.ln != nil:
		return e.ln, nil
	}
	f, err := fileOf(l.fd, l.addr.String())
	if err != nil {
		return nil, err
	}
	defer f.Close() // FileListener makes another duplicate
	e.ln, err = net.FileListener(f)
	return e.ln, err
}

func (l *listenSocket) Unblock() {
	e := &l.elsewhere
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over = true
	if e.ln != nil {
		_ = e.ln.Close()
	}
}
