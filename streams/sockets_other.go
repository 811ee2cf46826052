//go:build !unix

package streams

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// errNoSockets is the error where descriptors cannot be watched.
var errNoSockets = fmt.Errorf("streams: sockets on this system: %w; loop.Go runs what blocks", errors.ErrUnsupported)

func mayHaveSockets(*coro.Co) error { return errNoSockets }

// Adopt makes a Conn of a connection of package net. On this system it always fails, and the connection
// is closed.
func Adopt(_ *coro.Co, c net.Conn) (*Conn, error) { return nil, closing(c, errNoSockets) }

// AdoptFile makes a Conn of an end of a pipe, or a terminal. On this system it always fails, and the
// file is closed.
func AdoptFile(_ *coro.Co, f *os.File) (*Conn, error) { return nil, closing(f, errNoSockets) }

// Listener accepts connections, for one loop. On this system there is none.
type Listener struct {
	loop *loop.Loop
	addr net.Addr
}

// Listen listens on an address. On this system it always fails.
func Listen(*coro.Co, string, string) (*Listener, error) { return nil, errNoSockets }

// Accept waits for the next connection.
func (l *Listener) Accept(*coro.Co) (*Conn, error) { return nil, errNoSockets }

// Addr is the address that it listens on.
func (l *Listener) Addr() net.Addr { return l.addr }

// Close ends it.
func (l *Listener) Close() error { return errNoSockets }

// PacketConn is for datagrams. On this system there is none.
type PacketConn struct{ net.PacketConn }

// ListenPacket is for datagrams to an address. On this system it always fails.
func ListenPacket(*coro.Co, string, string) (*PacketConn, error) { return nil, errNoSockets }

// DialPacket is for datagrams to and from one address. On this system it always fails.
func DialPacket(*coro.Co, string, string) (*PacketConn, error) { return nil, errNoSockets }
