package streams

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// PacketConn is a net.PacketConn of one loop, and, if it has one peer, a net.Conn: for datagrams. Each
// read takes one, of which nothing is left for the next, and each write sends one, which may be
// empty. For who waits, deadlines, cancellation and Close it is as a [Conn] is.
//
// What the network has to say of earlier datagrams, such as that nobody listens there, is the error of
// the next read or write, after which all goes on; on Windows package net does not have it told.
//
// Semantics: asyncio.loop.create_datagram_endpoint, CPython 3.15; a task that reads takes the place of
// the protocol, and a write waits where asyncio's transport keeps datagrams without a bound.
type PacketConn struct {
	conn *Conn
	t    packetTransport
}

var (
	_ net.PacketConn = (*PacketConn)(nil)
	_ net.Conn       = (*PacketConn)(nil)
)

// ListenPacket is for datagrams to an address, as net.ListenPacket is: "udp" and ":53", "unixgram" and a
// path.
func ListenPacket(co *coro.Co, network, addr string) (*PacketConn, error) {
	return packetConn(co)(networkOf(co).ListenPacket(co, new(net.ListenConfig), network, addr))
}

// DialPacket is for datagrams to and from one address.
func DialPacket(co *coro.Co, network, addr string) (*PacketConn, error) {
	return packetConn(co)(networkOf(co).DialPacket(co, new(net.Dialer), network, addr))
}

func packetConn(co *coro.Co) func(t packetTransport, err error) (*PacketConn, error) {
	return func(t packetTransport, err error) (*PacketConn, error) {
		if err != nil {
			return nil, err
		}
		return &PacketConn{newConn(co, t), t}, nil
	}
}

// ReadFrom reads the next datagram. What does not fit into p is lost.
func (c *PacketConn) ReadFrom(p []byte) (n int, from net.Addr, err error) {
	co, err := c.conn.caller()
	switch {
	case err != nil:
		return 0, nil, c.conn.opError("read", err)
	case co == nil:
		return c.readFromElsewhere(p)
	}
	return c.receive(co, p)
}

func (c *PacketConn) receive(co *coro.Co, p []byte) (n int, from net.Addr, err error) {
	err = c.conn.do(co, reading, func() error {
		n, from, err = c.t.TryReceive(p)
		return err
	})
	return n, from, err
}

func (c *PacketConn) readFromElsewhere(p []byte) (n int, from net.Addr, err error) {
	b, err := c.t.Blocking()
	switch {
	case err == network.ErrOnLoopOnly:
		n, err = onLoop(context.Background(), c.conn.loop, func(co *coro.Co) (n int, err error) {
			n, from, err = c.receive(co, p)
			return n, err
		})
		return n, from, err
	case err != nil:
		return 0, nil, c.conn.opError("read", err)
	}
	return b.(net.PacketConn).ReadFrom(p)
}

// Read is ReadFrom without the address.
func (c *PacketConn) Read(p []byte) (int, error) {
	n, _, err := c.ReadFrom(p)
	return n, err
}

// WriteTo sends p as one datagram, and waits while the system has no room for it.
func (c *PacketConn) WriteTo(p []byte, to net.Addr) (int, error) {
	if to == nil {
		return 0, c.conn.opError("write", errNoAddr)
	}
	return c.write(p, to)
}

var errNoAddr = errors.New("streams: a datagram to nowhere; Write sends to the peer that DialPacket was given")

// Write sends p to the one peer that there is.
func (c *PacketConn) Write(p []byte) (int, error) { return c.write(p, nil) }

func (c *PacketConn) write(p []byte, to net.Addr) (int, error) {
	co, err := c.conn.caller()
	switch {
	case err != nil:
		return 0, c.conn.opError("write", err)
	case co == nil:
		return c.writeElsewhere(p, to)
	}
	return c.send(co, p, to)
}

func (c *PacketConn) send(co *coro.Co, p []byte, to net.Addr) (int, error) {
	if err := c.conn.do(co, writing, func() error { return c.t.TrySend(p, to) }); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (c *PacketConn) writeElsewhere(p []byte, to net.Addr) (int, error) {
	b, err := c.t.Blocking()
	switch {
	case err == network.ErrOnLoopOnly:
		return onLoop(context.Background(), c.conn.loop, func(co *coro.Co) (int, error) { return c.send(co, p, to) })
	case err != nil:
		return 0, c.conn.opError("write", err)
	case to == nil:
		return b.Write(p)
	}
	return b.(net.PacketConn).WriteTo(p, to)
}

// Close ends it, at once, from anywhere.
func (c *PacketConn) Close() error { return c.conn.Close() }

// LocalAddr is its address.
func (c *PacketConn) LocalAddr() net.Addr { return c.t.LocalAddr() }

// RemoteAddr is that of its one peer, nil if it has none.
func (c *PacketConn) RemoteAddr() net.Addr { return c.t.RemoteAddr() }

// SetDeadline, SetReadDeadline and SetWriteDeadline are those of a [Conn].
func (c *PacketConn) SetDeadline(t time.Time) error { return c.conn.SetDeadline(t) }

// SetReadDeadline is that of a [Conn].
func (c *PacketConn) SetReadDeadline(t time.Time) error { return c.conn.SetReadDeadline(t) }

// SetWriteDeadline is that of a [Conn].
func (c *PacketConn) SetWriteDeadline(t time.Time) error { return c.conn.SetWriteDeadline(t) }
