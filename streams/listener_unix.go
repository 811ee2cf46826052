//go:build unix

package streams

import (
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// A listenSocket is a descriptor as a network.Listener.
type listenSocket struct {
	fd        int
	watched   *driver.Descriptor
	addr      net.Addr
	unlink    func()
	keep      bool // the path
	elsewhere listensElsewhere
	short     shortage
	site      *frames.Site
	cleanup   runtime.Cleanup
}

func (descriptors) adoptListener(co *coro.Co, ln net.Listener) (network.Listener, error) {
	f, ok := ln.(fileConn)
	if !ok {
		return nil, closing(ln, errNoFile)
	}
	d, err := driver.Of(co)
	if err != nil {
		return nil, closing(ln, err)
	}
	l := &listenSocket{addr: ln.Addr(), unlink: func() {}, short: shortage{loop: loop.Of(co), addr: ln.Addr()}}
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
		l.unlink = unlinker(l.addr.String())
	}
	if l.fd, err = takeOver(f); err != nil {
		return nil, err
	}
	if l.watched, err = d.Register(l.fd, l); err != nil {
		_ = unix.Close(l.fd)
		return nil, err
	}
	l.site = siteOf((*sched.Scheduler)(co.Scheduler()))
	l.cleanup = closeLost(l, l.fd)
	return l, nil
}

func (l *listenSocket) Await(co *coro.Co) error {
	err := l.watched.Await(co, driver.Read)
	if err == os.ErrClosed {
		return nil // which the Listener knows
	}
	return err
}

func (l *listenSocket) TryAccept(co *coro.Co) (transport, error) {
	fd, sa, err := acceptNonblocking(l.fd)
	if err != nil {
		return nil, l.acceptFailed(co, err)
	}
	l.short.told = false
	if _, ok := l.addr.(*net.TCPAddr); ok {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) // as asyncio and package net have it
	}
	return newSocket(co, fd, l.addr.Network(), l.addr, addrOf(sa, l.addr))
}

// acceptFailed is errAgain where the next one may succeed, if need be after a pause.
func (l *listenSocket) acceptFailed(co *coro.Co, err error) error {
	switch {
	case err == unix.EAGAIN:
		l.watched.Blocked(driver.Read)
	case err == unix.EINTR, err == unix.ECONNABORTED:
	case isShortage(err):
		if err := l.short.wait(co, err); err != nil {
			return err
		}
	default:
		return os.NewSyscallError("accept", err)
	}
	return errAgain
}

func (l *listenSocket) Addr() net.Addr { return l.addr }

func (l *listenSocket) setUnlinkOnClose(unlink bool) { l.keep = !unlink }

func (l *listenSocket) Close() error {
	if !l.keep {
		l.unlink()
	}
	l.watched.Close()
	l.cleanup.Stop()
	return os.NewSyscallError("close", unix.Close(l.fd))
}

// Wait, String and Site are what reports are told.
func (l *listenSocket) Wait(driver.Direction) waits.Info {
	return acceptRole{l.addr}.Wait()
}

func (l *listenSocket) String() string { return listenerText(l.addr) }
func (l *listenSocket) Site() string   { return siteText(l.site) }
