package streams

import (
	"context"
	"net"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// NetListener is l as a net.Listener, for code that knows nothing of coroutines, such as an http.Server.
// In a coroutine of the loop its Accept suspends; on a goroutine of the program's own it blocks that,
// whether the loop runs or not, and the loop hears of the connection when a coroutine first uses
// it. Its Close may be called anywhere.
func (l *Listener) NetListener() net.Listener { return netListener{l} }

type netListener struct{ *Listener }

func (n netListener) Accept() (net.Conn, error) {
	co, err := callerOn(schedulerOf(n.loop))
	switch {
	case err != nil:
		return nil, n.opError(err)
	case co == nil:
		return n.acceptElsewhere()
	}
	return n.accept(co)
}

func (n netListener) accept(co *coro.Co) (net.Conn, error) {
	c, err := n.Listener.Accept(co)
	if err != nil {
		return nil, err // no Conn that is nil, in an interface that is not
	}
	return c, nil
}

func (n netListener) acceptElsewhere() (net.Conn, error) {
	b, err := n.from.Blocking()
	switch {
	case err == network.ErrOnLoopOnly:
		return onLoop(context.Background(), n.loop, func(co *coro.Co) (net.Conn, error) { return n.accept(co) })
	case err != nil:
		return nil, n.opError(err)
	}
	c, err := b.Accept()
	if err != nil {
		return nil, err
	}
	return newConnOf(n.loop, native.late(n.loop, c)), nil
}

func (n netListener) Close() error {
	if !isElsewhere(schedulerOf(n.loop)) {
		return n.Listener.Close()
	}
	n.from.Unblock()
	_, err := n.loop.CallSoonThreadsafe(func() { _ = n.Listener.Close() })
	if err == loop.ErrClosed {
		err = n.from.Close() // nobody else has it
	}
	return err
}
