package streams

import (
	"net"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// Listener accepts connections, for one loop.
type Listener struct {
	from   network.Listener
	loop   *loop.Loop
	closed bool
}

// Listen listens on an address, as net.Listen does: "tcp" and "localhost:80", "unix" and a path. A
// socket that is at the path is removed first, another file is not; at the end the path is removed, if
// the socket there is still that of the Listener.
//
// Semantics: asyncio.loop.create_server, CPython 3.15.
func Listen(co *coro.Co, network, addr string) (*Listener, error) {
	return ListenWith(co, new(net.ListenConfig), network, addr)
}

// ListenWith is Listen by a net.ListenConfig, whose Control has what a socket is to be set to before it
// listens, such as SO_REUSEPORT.
func ListenWith(co *coro.Co, c *net.ListenConfig, network, addr string) (*Listener, error) {
	ln, err := networkOf(co).Listen(co, c, network, addr)
	if err != nil {
		return nil, err
	}
	return newListener(co, ln), nil
}

func newListener(co *coro.Co, from network.Listener) *Listener {
	schedulerOf(co).Track()
	return &Listener{from: from, loop: loop.Of(co)}
}

// Accept waits for the next connection. The error is net.ErrClosed after a Close, or the
// cancellation, which takes no connection. Where the process has no descriptor left it waits, a second at a time,
// and tells the exception handler once.
//
// Semantics: asyncio.loop.sock_accept, CPython 3.15.
func (l *Listener) Accept(co *coro.Co) (*Conn, error) {
	for {
		if l.closed {
			return nil, l.opError(net.ErrClosed)
		}
		if err := l.from.Await(co); err != nil {
			return nil, l.opError(err)
		}
		if l.closed {
			return nil, l.opError(net.ErrClosed)
		}
		switch t, err := l.from.TryAccept(co); {
		case err == nil:
			return newConn(co, t), nil
		case err != errAgain:
			return nil, l.opError(err)
		}
	}
}

// Addr is the address that it listens on.
func (l *Listener) Addr() net.Addr { return l.from.Addr() }

// SetUnlinkOnClose says whether Close removes the path of a unix socket, as that of a net.UnixListener
// does. It does, if nothing else was said.
//
// Semantics: the cleanup_socket argument of asyncio.loop.create_unix_server, CPython 3.15.
func (l *Listener) SetUnlinkOnClose(unlink bool) {
	if at, ok := l.from.(interface{ setUnlinkOnClose(unlink bool) }); ok {
		at.setUnlinkOnClose(unlink)
	}
}

// Close ends it, and every Accept. A second one is net.ErrClosed.
func (l *Listener) Close() error {
	if l.closed {
		return l.opError(net.ErrClosed)
	}
	l.closed = true
	l.from.Unblock()
	return l.from.Close()
}

func (l *Listener) opError(err error) error {
	if future.IsCanceled(err) {
		err = netError{error: err}
	}
	return &net.OpError{Op: "accept", Net: l.Addr().Network(), Addr: l.Addr(), Err: err}
}
