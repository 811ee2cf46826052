package streams

import (
	"net"
	"os"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// sockets are how the machine's connections are waited for: each system has its native way. What they are
// given they take over: with an error it is closed.
type sockets interface {
	// allowed is why a loop can have none, nil if it can: one that takes nothing from outside
	// is not to touch anything there either.
	allowed(on future.OnLoop) error

	adopt(co *coro.Co, c net.Conn) (transport, error)

	// late makes a transport of a connection that was made elsewhere, on whatever goroutine. The loop
	// hears of it when a coroutine uses it.
	late(on *loop.Loop, c net.Conn) transport

	adoptListener(co *coro.Co, ln net.Listener) (network.Listener, error)
	adoptPacket(co *coro.Co, c net.PacketConn, remote net.Addr) (packetTransport, error)
	adoptFile(co *coro.Co, f *os.File) (transport, error)
}
