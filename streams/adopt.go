package streams

import (
	"errors"
	"net"

	"github.com/ouro-loop/ouro/coro"
)

// Adopt makes a Conn of a connection of package net, which it takes over: a *net.TCPConn, a
// *net.UnixConn, or whatever has a File. With an error the connection is closed.
func Adopt(co *coro.Co, c net.Conn) (*Conn, error) {
	if c == nil {
		panic("streams: Adopt of nil")
	}
	t, err := machine{}.adopt(co, c)
	if err != nil {
		return nil, err
	}
	return newConn(co, t), nil
}

// errNoFile is the error of a connection that cannot be taken over.
var errNoFile = errors.New("streams: this is no connection of the system's, and has no descriptor")
