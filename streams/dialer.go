package streams

import (
	"context"
	"net"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// Dialer dials for libraries, which do it deep inside, and are given its [Dialer.DialContext]. The fields of
// the net.Dialer may be set before it is first used.
//
// Its connections are those of [Dial] with [Conn.SetSticky].
type Dialer struct {
	net.Dialer

	loop *loop.Loop
	from network.Network
	err  error // why nothing can be dialed
}

// NewDialer makes a Dialer for the loop of co.
func NewDialer(co *coro.Co) *Dialer {
	d := &Dialer{loop: loop.Of(co), from: networkOf(co)}
	d.FallbackDelay = happyEyeballs
	if d.from == (machine{}) {
		d.err = native.allowed(co)
	}
	schedulerOf(co).Track()
	return d
}

// DialContext connects, as [Dial] does. In a coroutine of the loop it suspends that. On a goroutine of the
// program's own it blocks that, as net.Dialer does, and the loop hears of the connection when a
// coroutine first uses it: pools dial so.
func (d *Dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	if ctx == nil {
		panic("streams: DialContext with a nil context")
	}
	co, err := callerOn(schedulerOf(d.loop))
	switch {
	case err != nil:
		return nil, dialError(network, err)
	case d.err != nil:
		return nil, dialError(network, d.err)
	case co == nil:
		return d.dialElsewhere(ctx, network, addr)
	}
	t, err := d.from.Dial(co, ctx, &d.Dialer, network, addr)
	if err != nil {
		return nil, err
	}
	return d.made(t), nil
}

// Dial is DialContext without a context.
func (d *Dialer) Dial(network, addr string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, addr)
}

func (d *Dialer) dialElsewhere(ctx context.Context, network, addr string) (net.Conn, error) {
	if d.from != (machine{}) {
		t, err := onLoop(ctx, d.loop, func(co *coro.Co) (transport, error) { return d.from.Dial(co, ctx, &d.Dialer, network, addr) })
		if err != nil {
			return nil, err
		}
		return d.made(t), nil
	}
	c, err := d.Dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return d.made(native.late(d.loop, c)), nil
}

func (d *Dialer) made(t transport) *Conn {
	c := newConnOf(d.loop, t)
	c.sticky = true
	return c
}

func dialError(network string, err error) error {
	return &net.OpError{Op: "dial", Net: network, Err: err}
}
