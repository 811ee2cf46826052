// Package network is what package streams has below it: where connections come from, and what they are
// there.
package network

import (
	"context"
	"net"

	"github.com/ouro-loop/ouro/coro"
)

// A Network makes connections: the machine does, and so do networks that are simulated.
type Network interface {
	// Dial ends with the task's cancellation, or with ctx.
	Dial(co *coro.Co, ctx context.Context, d *net.Dialer, network, addr string) (Transport, error)

	Listen(co *coro.Co, c *net.ListenConfig, network, addr string) (Listener, error)
	DialPacket(co *coro.Co, d *net.Dialer, network, addr string) (PacketTransport, error)
	ListenPacket(co *coro.Co, c *net.ListenConfig, network, addr string) (PacketTransport, error)
}

// Var is the network of a task, and of those that it creates. The default is the machine's.
var Var = coro.NewVar[Network]("network", nil)
