package streams

import (
	"errors"
	"net"
	"os"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// An acceptor is a listener of package net as a network.Listener. A goroutine accepts, when somebody
// has asked, one connection, which stays until it is taken.
type acceptor struct {
	half
	ln     net.Listener
	came   net.Conn
	err    error
	closed bool

	unlink func()
	keep   bool // the path
	short  shortage
	site   *frames.Site
}

func (goroutines) adoptListener(co *coro.Co, ln net.Listener) (network.Listener, error) {
	h, err := driver.HelpersOf(co)
	if err != nil {
		return nil, closing(ln, err)
	}
	l := &acceptor{ln: ln, unlink: func() {}, short: shortage{loop: loop.Of(co), addr: ln.Addr()}}
	l.init(l, h, acceptRole{ln.Addr()})
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
		l.unlink = unlinker(ln.Addr().String())
	}
	l.site = siteOf(schedulerOf(co))
	h.Add(l)
	return l, nil
}

func (l *acceptor) setUnlinkOnClose(unlink bool) { l.keep = !unlink }

func (l *acceptor) ready() bool { return l.came != nil || l.err != nil || l.closed }

func (l *acceptor) work() {
	c, err := l.ln.Accept()
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed && err == nil:
		_ = c.Close() // nobody will take it
	case l.stopped && errors.Is(err, os.ErrDeadlineExceeded):
	default:
		l.came, l.err = c, plain(err)
	}
	l.done()
}

func (l *acceptor) interrupt() { l.acceptUntil(time.Unix(1, 0)) }
func (l *acceptor) undone()    { l.acceptUntil(time.Time{}) }

func (l *acceptor) acceptUntil(t time.Time) {
	if ln, ok := l.ln.(interface{ SetDeadline(t time.Time) error }); ok {
		_ = ln.SetDeadline(t)
	}
}

func (l *acceptor) Await(co *coro.Co) error { return l.await(co) }

func (l *acceptor) TryAccept(co *coro.Co) (transport, error) {
	c, err := l.take()
	switch {
	case err == nil:
		l.short.told = false
		return goroutines{}.adopt(co, c)
	case isShortage(err):
		if err := l.short.wait(co, err); err != nil {
			return nil, err
		}
		return nil, errAgain
	}
	return nil, err
}

func (l *acceptor) take() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.takeLocked()
}

func (l *acceptor) takeLocked() (net.Conn, error) {
	c, err := l.came, l.err
	l.came, l.err = nil, nil
	if c == nil && err == nil {
		err = errAgain
	}
	return c, err
}

func (l *acceptor) Addr() net.Addr { return l.ln.Addr() }

func (l *acceptor) Close() error {
	l.helpers.Remove(l)
	if !l.keep {
		l.unlink()
	}
	l.mu.Lock()
	l.closed = true
	came := l.came
	l.came = nil
	l.mu.Unlock()
	if came != nil {
		_ = came.Close()
	}
	err := l.ln.Close()
	l.Run()
	return plain(err)
}

// A blockingAcceptor is an acceptor for other goroutines, as blocking is a netConn.
type blockingAcceptor struct{ *acceptor }

func (l *acceptor) Blocking() (net.Listener, error) { return blockingAcceptor{l}, nil }
func (l *acceptor) Unblock()                        { l.unblock() }

func (b blockingAcceptor) Accept() (c net.Conn, err error) {
	err = b.until(func() error {
		c, err = b.takeLocked()
		return err
	})
	if err != nil {
		err = &net.OpError{Op: "accept", Net: b.Addr().Network(), Addr: b.Addr(), Err: err}
	}
	return c, err
}

func (b blockingAcceptor) Close() error {
	b.Unblock()
	return nil
}

// LoopClosed ends the goroutine.
func (l *acceptor) LoopClosed() { l.leave() }

// String and Site are what a loop tells of a listener that is left.
func (l *acceptor) String() string { return listenerText(l.ln.Addr()) }
func (l *acceptor) Site() string   { return siteText(l.site) }
