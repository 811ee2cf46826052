package streams

import (
	"io"
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// A helped is what connections have in common for which goroutines wait.
type helped struct {
	network.Ends
	helpers *driver.Helpers
	sides   [2]*half
	known   bool // to the loop
	site    *frames.Site
}

// init is given the halves.
func (t *helped) init(h *driver.Helpers, e network.Ends, in, out worker, sides [2]*half) {
	t.helpers, t.Ends, t.sides = h, e, sides
	for i, w := range [...]worker{reading: in, writing: out} {
		sides[i].init(w, h, &network.Role{Ends: e, In: direction(i)})
	}
}

// made is told of the coroutine that has made it.
func (t *helped) made(co *coro.Co) {
	t.site = siteOf(schedulerOf(co))
	t.meet()
}

// meet has the loop know of it.
func (t *helped) meet() {
	if !t.known {
		t.known = true
		t.helpers.Add(t)
	}
}

func (t *helped) Await(co *coro.Co, in direction) error {
	t.meet()
	return t.sides[in].await(co)
}

func (t *helped) LookAgain(in direction) { t.sides[in].Run() }
func (t *helped) WhenWritable(f func())  { t.sides[writing].when(f) }

func (t *helped) Unblock() {
	for _, h := range t.sides {
		h.unblock()
	}
}

func (t *helped) SetBlockingDeadline(in direction, when time.Time) { t.sides[in].setDeadline(when) }

// LoopClosed ends the goroutines; those elsewhere go on with others.
func (t *helped) LoopClosed() {
	for _, h := range t.sides {
		h.leave()
	}
}

// String and Site are what a loop tells of a connection that is left.
func (t *helped) String() string { return connectionText(t.Ends) }
func (t *helped) Site() string   { return siteText(t.site) }

// ends are what a connection is between, as it was made.
type ends struct {
	network       string
	local, remote net.Addr
}

func endsOf(c net.Conn) ends { return ends{c.LocalAddr().Network(), c.LocalAddr(), c.RemoteAddr()} }

func (e *ends) Network() string      { return e.network }
func (e *ends) LocalAddr() net.Addr  { return e.local }
func (e *ends) RemoteAddr() net.Addr { return e.remote }

// A stream is what goroutines read and write: a net.Conn, or a file.
type stream interface {
	io.ReadWriteCloser
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
}

var _ network.HangUpTransport = (*netConn)(nil)

// A netConn is a connection of package net as a transport.
type netConn struct {
	helped
	in  inbound
	out outbound
}

func newNetConn(h *driver.Helpers, c stream, e ends) *netConn {
	t := new(netConn)
	t.in.conn, t.out.conn, t.out.of = c, c, &t.helped
	t.init(h, &e, &t.in, &t.out, [...]*half{&t.in.half, &t.out.half})
	return t
}

func (t *netConn) TryRead(p []byte) (int, error)  { return t.in.take(p) }
func (t *netConn) TryReadable() error             { return t.in.readable() }
func (t *netConn) TryWrite(p []byte) (int, error) { return t.out.take(p) }

func (t *netConn) WhenHungUp(f func()) { t.in.whenEnded(f) }

func (t *netConn) CloseWrite() error { return t.out.closeWrite() }

func (t *netConn) Close(abort bool) error {
	t.in.closed()
	if abort {
		return t.out.abort()
	}
	return t.out.close()
}
