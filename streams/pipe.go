package streams

import (
	"io"
	"net"
	"slices"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// Pipe is a connection in memory, of which both ends are on the loop of co: for tests, on a virtual
// clock too. 64 KiB are under way in each direction.
func Pipe(co *coro.Co) (a, b *Conn) { return pipe(co, 64<<10) }

func pipe(co *coro.Co, room int) (a, b *Conn) {
	one, other := &pipeEnd{name: "a", room: room}, &pipeEnd{name: "b", room: room}
	one.peer, other.peer = other, one
	for _, e := range []*pipeEnd{one, other} {
		e.loop = loop.Of(co)
		for in := range e.roles {
			e.roles[in] = network.Role{Ends: e, In: direction(in)}
		}
	}
	return newConn(co, one), newConn(co, other)
}

// A pipeEnd is an end of a Pipe as a transport.
type pipeEnd struct {
	name   string
	loop   *loop.Loop
	peer   *pipeEnd
	room   int
	in     []byte // came from the peer
	eof    bool   // nothing more will
	reset  bool   // the peer is gone, with what was under way
	gone   bool   // this end is closed
	lines  [2]coro.Waiters
	roles  [2]network.Role
	asking []func() // of WhenWritable
}

func (e *pipeEnd) TryRead(p []byte) (int, error) {
	switch {
	case e.reset:
		return 0, syscall.ECONNRESET
	case len(e.in) > 0:
		n := copy(p, e.in)
		e.in = slices.Delete(e.in, 0, n)
		e.peer.writable()
		return n, nil
	case e.eof:
		return 0, io.EOF
	}
	return 0, errAgain
}

func (e *pipeEnd) TryReadable() error {
	if e.canRead() {
		return nil
	}
	return errAgain
}

func (e *pipeEnd) TryWrite(p []byte) (int, error) {
	if e.reset || e.peer.gone {
		return 0, syscall.EPIPE
	}
	n := min(len(p), e.room-len(e.peer.in))
	if n <= 0 {
		return 0, errAgain
	}
	e.peer.in = append(e.peer.in, p[:n]...)
	e.peer.LookAgain(reading)
	return n, nil
}

func (e *pipeEnd) Await(co *coro.Co, in direction) error {
	if in == reading && e.canRead() || in == writing && e.canWrite() {
		return nil
	}
	_, err := e.lines[in].Wait(co, &e.roles[in])
	return err
}

func (e *pipeEnd) canRead() bool  { return len(e.in) > 0 || e.eof || e.reset }
func (e *pipeEnd) canWrite() bool { return len(e.peer.in) < e.room || e.reset || e.peer.gone }

func (e *pipeEnd) LookAgain(in direction) { e.lines[in].WakeAll() }

func (e *pipeEnd) WhenWritable(f func()) {
	e.asking = append(e.asking, f)
	if e.gone || e.canWrite() {
		e.writable()
	}
}

// writable is called when there is room again, or nobody to write to.
func (e *pipeEnd) writable() {
	e.LookAgain(writing)
	for _, f := range e.asking {
		e.loop.CallSoon(f)
	}
	e.asking = nil
}

func (e *pipeEnd) CloseWrite() error {
	e.peer.eof = true
	e.peer.LookAgain(reading)
	return nil
}

// Close is that of a socket: where something has come that was not read, or it is an abort, the peer
// is reset.
func (e *pipeEnd) Close(abort bool) error {
	e.gone = true
	e.peer.eof = true
	if abort || len(e.in) > 0 {
		e.peer.reset = true
	}
	e.in = nil
	e.peer.LookAgain(reading)
	e.peer.writable()
	return nil
}

func (*pipeEnd) Blocking() (net.Conn, error)              { return nil, ErrElsewhere }
func (*pipeEnd) Unblock()                                 {}
func (*pipeEnd) SetBlockingDeadline(direction, time.Time) {}

func (e *pipeEnd) Network() string      { return "pipe" }
func (e *pipeEnd) LocalAddr() net.Addr  { return pipeAddr(e.name) }
func (e *pipeEnd) RemoteAddr() net.Addr { return pipeAddr(e.peer.name) }

type pipeAddr string

func (pipeAddr) Network() string  { return "pipe" }
func (a pipeAddr) String() string { return "pipe:" + string(a) }
