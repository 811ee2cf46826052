package streams

import (
	"errors"
	"fmt"
	"net"

	"github.com/ouro-loop/ouro/coro"
)

// Adopt makes a Conn of a connection of package net, which it takes over: a *net.TCPConn, a
// *net.UnixConn, or whatever has a File. With an error the connection is closed.
func Adopt(co *coro.Co, c net.Conn) (*Conn, error) {
	if c == nil {
		panic("streams: Adopt of nil")
	}
	t, err := native.adopt(co, c)
	if err != nil {
		return nil, err
	}
	return newConn(co, t), nil
}

// AdoptListener makes a Listener of one of package net, which it takes over: a *net.TCPListener, a
// *net.UnixListener, or whatever has a File. With an error it is closed.
//
// Semantics: the sock argument of asyncio.loop.create_server, CPython 3.15.
func AdoptListener(co *coro.Co, ln net.Listener) (*Listener, error) {
	if ln == nil {
		panic("streams: AdoptListener of nil")
	}
	from, err := native.adoptListener(co, ln)
	if err != nil {
		return nil, err
	}
	return newListener(co, from), nil
}

// AdoptPacket makes a PacketConn of a connection of package net, which it takes over: a *net.UDPConn, a
// *net.UnixConn for datagrams, or whatever has a File. With an error the connection is closed.
//
// Semantics: the sock argument of asyncio.loop.create_datagram_endpoint, CPython 3.15.
func AdoptPacket(co *coro.Co, c net.PacketConn) (*PacketConn, error) {
	if c == nil {
		panic("streams: AdoptPacket of nil")
	}
	var remote net.Addr
	if one, ok := c.(net.Conn); ok {
		if isStream(one) {
			return nil, closing(c, fmt.Errorf("streams: this %T is for a stream; Adopt takes those", c))
		}
		remote = one.RemoteAddr()
	}
	return packetConn(co)(native.adoptPacket(co, c, remote))
}

// mayAdopt is why a connection cannot be taken over, nil if it can.
func mayAdopt(c net.Conn) error {
	if _, ok := c.(net.PacketConn); ok && !isStream(c) {
		return fmt.Errorf("streams: a %T is for datagrams; DialPacket and AdoptPacket are for those", c)
	}
	return nil
}

// isStream tells a unix socket that is one from those for datagrams, which are of the same type.
func isStream(c net.Conn) bool {
	_, ok := c.(*net.UnixConn)
	return ok && c.LocalAddr().Network() == "unix"
}

// errNoFile is the error of a connection that cannot be taken over.
var errNoFile = errors.New("streams: this is no connection of the system's, and has no descriptor")
