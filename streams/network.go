package streams

import (
	"cmp"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// What is below a connection is for a network to make.
type (
	transport       = network.Transport
	packetTransport = network.PacketTransport
	direction       = network.Direction
)

const (
	reading = network.Reading
	writing = network.Writing
)

var errAgain = network.ErrAgain

// networkOf is where a task looks for others.
func networkOf(co *coro.Co) network.Network {
	return cmp.Or(network.Var.Get(co), network.Network(machine{}))
}
