package streams

import (
	"errors"
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

// PacketConn is a net.PacketConn of one loop, and, if it has one peer, a net.Conn: for datagrams. Each
// read takes one, of which nothing is left for the next, and each write sends one, which may be
// empty. For who waits, deadlines, cancellation and Close it is as a [Conn] is.
//
// What the network has to say of earlier datagrams, such as that nobody listens there, is the error of
// the next read or write, after which all goes on.
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
		b, err := c.elsewhere("read")
		if err != nil {
			return 0, nil, err
		}
		return b.ReadFrom(p)
	}
	err = c.conn.do(co, reading, func() error {
		n, from, err = c.t.TryReceive(p)
		return err
	})
	return n, from, err
}

// WriteTo sends p as one datagram, and waits while the system has no room for it.
func (c *PacketConn) WriteTo(p []byte, to net.Addr) (n int, err error) {
	co, err := c.conn.caller()
	switch {
	case err != nil:
		return 0, c.conn.opError("write", err)
	case co == nil:
		b, err := c.elsewhere("write")
		if err != nil {
			return 0, err
		}
		return b.WriteTo(p, to)
	case to == nil:
		return 0, c.conn.opError("write", errNoAddr)
	}
	return c.send(co, p, to)
}

func (c *PacketConn) elsewhere(op string) (net.PacketConn, error) {
	b, err := c.t.Blocking()
	if err != nil {
		return nil, c.conn.opError(op, err)
	}
	return b.(net.PacketConn), nil
}

// Read is ReadFrom without the address.
func (c *PacketConn) Read(p []byte) (int, error) {
	n, _, err := c.ReadFrom(p)
	return n, err
}

// Write sends p to the one peer that there is.
func (c *PacketConn) Write(p []byte) (int, error) {
	co, err := c.conn.caller()
	switch {
	case err != nil:
		return 0, c.conn.opError("write", err)
	case co == nil:
		return c.conn.writeElsewhere(p)
	}
	return c.send(co, p, nil)
}

var errNoAddr = errors.New("streams: a datagram to nowhere; Write sends to the peer that DialPacket was given")

func (c *PacketConn) send(co *coro.Co, p []byte, to net.Addr) (int, error) {
	if err := c.conn.do(co, writing, func() error { return c.t.TrySend(p, to) }); err != nil {
		return 0, err
	}
	return len(p), nil
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
