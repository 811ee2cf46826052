//go:build unix

package streams

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/loop"
)

// Listener accepts connections, for one loop.
type Listener struct {
	fd      int
	watched *driver.Descriptor
	loop    *loop.Loop
	addr    net.Addr
	unlink  func()
	closed  bool
	short   bool // of descriptors, as was told
	site    *frames.Site
	cleanup runtime.Cleanup
}

// Listen listens on an address, as net.Listen does: "tcp" and "localhost:80", "unix" and a path. A
// socket that is at the path is removed first, another file is not; at the end the path is removed, if
// the socket there is still that of the Listener.
//
// Semantics: asyncio.loop.create_server, CPython 3.15.
func Listen(co *coro.Co, network, addr string) (*Listener, error) {
	if err := mayHaveSockets(co); err != nil {
		return nil, err
	}
	if network == "unix" {
		removeSocket(addr)
	}
	ln, err := loop.Go(func(ctx context.Context) (net.Listener, error) { // it may have to look a name up
		return new(net.ListenConfig).Listen(ctx, network, addr)
	})(co)
	if err != nil {
		return nil, err
	}
	return adoptListener(co, ln)
}

func adoptListener(co *coro.Co, ln net.Listener) (*Listener, error) {
	f, ok := ln.(fileConn)
	if !ok {
		return nil, closing(ln, errNoFile)
	}
	d, err := driver.Of(co)
	if err != nil {
		return nil, closing(ln, err)
	}
	l := &Listener{loop: loop.Of(co), addr: ln.Addr(), unlink: func() {}}
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
		l.unlink = unlinker(l.addr.String())
	}
	if l.fd, err = takeOver(f); err != nil {
		return nil, err
	}
	if l.watched, err = d.Register(l.fd, (*listening)(l)); err != nil {
		_ = unix.Close(l.fd)
		return nil, err
	}
	l.site = siteOf((*sched.Scheduler)(co.Scheduler()))
	l.cleanup = closeLost(l, l.fd)
	return l, nil
}

// Accept waits for the next connection. The error is net.ErrClosed after a Close, or the
// cancellation, which takes no connection. Where the process has no descriptor left it waits, a second at a time,
// and tells the exception handler once.
//
// Semantics: asyncio.loop.sock_accept, CPython 3.15.
func (l *Listener) Accept(co *coro.Co) (*Conn, error) {
	for {
		if l.closed {
			return nil, l.opError(net.ErrClosed)
		}
		if err := l.watched.Await(co, driver.Read); err != nil && err != os.ErrClosed {
			return nil, l.opError(err)
		}
		if l.closed {
			return nil, l.opError(net.ErrClosed)
		}
		fd, sa, err := acceptNonblocking(l.fd)
		switch {
		case err == nil:
			l.short = false
			if _, ok := l.addr.(*net.TCPAddr); ok {
				_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) // as asyncio and package net have it
			}
			return newSocket(co, fd, l.addr.Network(), l.addr, addrOf(sa, l.addr))
		case err == unix.EAGAIN:
			l.watched.Blocked(driver.Read)
		case err == unix.EINTR, err == unix.ECONNABORTED:
		case isShortage(err):
			if err := l.waitForDescriptors(co, err); err != nil {
				return nil, l.opError(err)
			}
		default:
			return nil, l.opError(os.NewSyscallError("accept", err))
		}
	}
}

// isShortage reports whether an error says that something has run out.
func isShortage(err error) bool {
	return errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) || errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.ENOMEM)
}

// shortagePause is how long a Listener waits then, as asyncio does.
const shortagePause = time.Second

func (l *Listener) waitForDescriptors(co *coro.Co, err error) error {
	if !l.short {
		l.short = true
		l.loop.CallExceptionHandler(future.ErrorContext{
			Message: "a Listener on " + l.addr.String() + " accepts nothing until there are resources again",
			Err:     os.NewSyscallError("accept", err),
		})
	}
	return coro.Sleep(co, shortagePause)
}

// Addr is the address that it listens on.
func (l *Listener) Addr() net.Addr { return l.addr }

// Close ends it, and every Accept. A second one is net.ErrClosed.
func (l *Listener) Close() error {
	if l.closed {
		return l.opError(net.ErrClosed)
	}
	l.closed = true
	l.unlink()
	l.watched.Close()
	l.cleanup.Stop()
	return os.NewSyscallError("close", unix.Close(l.fd))
}

func (l *Listener) opError(err error) error {
	if future.IsCanceled(err) {
		err = canceledError{err}
	}
	return &net.OpError{Op: "accept", Net: l.addr.Network(), Addr: l.addr, Err: err}
}

// A listening is a Listener as reports see it.
type listening Listener

func (l *listening) Wait(driver.Direction) waits.Info {
	return waits.Info{Kind: "accept", Text: "a connection to " + l.addr.String()}
}

func (l *listening) String() string { return "listener " + l.addr.Network() + " " + l.addr.String() }
func (l *listening) Site() string   { return siteText(l.site) }

// removeSocket removes the socket at a path, if there is one. What goes wrong is for net.Listen to tell.
func removeSocket(path string) {
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == os.ModeSocket {
		_ = os.Remove(path)
	}
}

// unlinker removes the socket at a path, if it is the one that is there now.
func unlinker(path string) func() {
	made, err := os.Lstat(path)
	if err != nil {
		return func() {} // an abstract one
	}
	return func() {
		if now, err := os.Lstat(path); err == nil && os.SameFile(made, now) {
			_ = os.Remove(path)
		}
	}
}
