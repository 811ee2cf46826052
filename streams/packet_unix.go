//go:build unix

package streams

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/loop"
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
	s    *packetSocket
}

var (
	_ net.PacketConn = (*PacketConn)(nil)
	_ net.Conn       = (*PacketConn)(nil)
)

// ListenPacket is for datagrams to an address, as net.ListenPacket is: "udp" and ":53", "unixgram" and a
// path.
func ListenPacket(co *coro.Co, network, addr string) (*PacketConn, error) {
	if err := mayHaveSockets(co); err != nil {
		return nil, err
	}
	c, err := loop.Go(func(ctx context.Context) (net.PacketConn, error) { // it may have to look a name up
		return new(net.ListenConfig).ListenPacket(ctx, network, addr)
	})(co)
	if err != nil {
		return nil, err
	}
	return adoptPacket(co, c, c.LocalAddr(), nil)
}

// DialPacket is for datagrams to and from one address.
func DialPacket(co *coro.Co, network, addr string) (*PacketConn, error) {
	if err := mayHaveSockets(co); err != nil {
		return nil, err
	}
	c, err := loop.Go(func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	})(co)
	if err != nil {
		return nil, err
	}
	if _, ok := c.(net.PacketConn); !ok {
		return nil, closing(c, fmt.Errorf("streams: DialPacket of %q, which is for a stream; Dial is for those", network))
	}
	return adoptPacket(co, c, c.LocalAddr(), c.RemoteAddr())
}

func adoptPacket(co *coro.Co, c interface{ Close() error }, local, remote net.Addr) (*PacketConn, error) {
	f, ok := c.(fileConn)
	if !ok {
		return nil, closing(c, errNoFile)
	}
	fd, err := takeOver(f)
	if err != nil {
		return nil, err
	}
	s := &packetSocket{}
	if err := s.init(co, s, fd, local.Network(), local, remote); err != nil {
		return nil, err
	}
	return &PacketConn{s.conn, s}, nil
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
		n, from, err = c.s.receive(p)
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
	}
	sa, err := c.s.sockaddr(to)
	if err != nil {
		return 0, c.conn.opError("write", err)
	}
	err = c.conn.do(co, writing, func() error { return c.s.send(p, sa) })
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

func (c *PacketConn) elsewhere(op string) (net.PacketConn, error) {
	b, err := c.s.blocking()
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
	if err := c.conn.do(co, writing, func() error { return c.s.send(p, nil) }); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close ends it, at once, from anywhere.
func (c *PacketConn) Close() error { return c.conn.Close() }

// LocalAddr is its address.
func (c *PacketConn) LocalAddr() net.Addr { return c.s.local }

// RemoteAddr is that of its one peer, nil if it has none.
func (c *PacketConn) RemoteAddr() net.Addr { return c.s.remote }

// SetDeadline, SetReadDeadline and SetWriteDeadline are those of a [Conn].
func (c *PacketConn) SetDeadline(t time.Time) error { return c.conn.SetDeadline(t) }

// SetReadDeadline is that of a [Conn].
func (c *PacketConn) SetReadDeadline(t time.Time) error { return c.conn.SetReadDeadline(t) }

// SetWriteDeadline is that of a [Conn].
func (c *PacketConn) SetWriteDeadline(t time.Time) error { return c.conn.SetWriteDeadline(t) }

// A packetSocket is a socket that takes a datagram at a time. That one was less than there was room for
// says nothing of the next.
type packetSocket struct{ socket }

func (s *packetSocket) receive(p []byte) (n int, from net.Addr, err error) {
	err = s.tryPacket(driver.Read, "recvfrom", func() error {
		var sa unix.Sockaddr
		if n, sa, err = unix.Recvfrom(s.fd, p, 0); err == nil {
			from = s.remote
			if from == nil {
				from = addrOf(sa, s.local)
			}
		}
		return err
	})
	return max(n, 0), from, err
}

// send sends to an address, or, if that is nil, to the one peer.
func (s *packetSocket) send(p []byte, to unix.Sockaddr) error {
	return s.tryPacket(driver.Write, "sendto", func() error {
		if to != nil {
			return unix.Sendto(s.fd, p, 0, to)
		}
		_, err := unix.Write(s.fd, p)
		return err
	})
}

func (s *packetSocket) tryPacket(in driver.Direction, name string, call func() error) error {
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

// sockaddr is an address as the system has it, for a socket of this family.
func (s *packetSocket) sockaddr(to net.Addr) (unix.Sockaddr, error) {
	if s.remote != nil {
		return nil, net.ErrWriteToConnected
	}
	switch to := to.(type) {
	case *net.UDPAddr:
		if to == nil {
			break
		}
		local, err := unix.Getsockname(s.fd)
		if err != nil {
			return nil, os.NewSyscallError("getsockname", err)
		}
		if _, ok := local.(*unix.SockaddrInet4); ok {
			return inet4(to)
		}
		return inet6(to)
	case *net.UnixAddr:
		if to != nil {
			return &unix.SockaddrUnix{Name: to.Name}, nil
		}
	}
	return nil, fmt.Errorf("streams: a datagram to a %T, %v", to, to)
}
