//go:build !unix

package streams

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// errNoSockets is the error where descriptors cannot be watched.
var errNoSockets = fmt.Errorf("streams: sockets on this system: %w; loop.Go runs what blocks", errors.ErrUnsupported)

func mayHaveSockets(future.OnLoop) error { return errNoSockets }

func (machine) adopt(_ *coro.Co, c net.Conn) (transport, error) { return nil, closing(c, errNoSockets) }

func (machine) adoptListener(_ *coro.Co, ln net.Listener) (network.Listener, error) {
	return nil, closing(ln, errNoSockets)
}

func (machine) adoptPacket(_ *coro.Co, c net.PacketConn, _ net.Addr) (packetTransport, error) {
	return nil, closing(c, errNoSockets)
}

func (machine) share(future.OnLoop, net.Conn) (transport, error) { return nil, errNoSockets }

// AdoptFile makes a Conn of an end of a pipe, or a terminal. On this system it always fails, and the
// file is closed.
func AdoptFile(_ *coro.Co, f *os.File) (*Conn, error) { return nil, closing(f, errNoSockets) }
