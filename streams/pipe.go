package streams

import (
	"io"
	"net"
	"slices"
	"syscall"

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
	one.Init(loop.Of(co), one)
	other.Init(loop.Of(co), other)
	return newConn(co, one), newConn(co, other)
}

// A pipeEnd is an end of a Pipe as a transport.
type pipeEnd struct {
	network.InMemory

	name  string
	peer  *pipeEnd
	room  int
	in    []byte // came from the peer
	eof   bool   // nothing more will
	reset bool   // the peer is gone, with what was under way
	gone  bool   // this end is closed
}

func (e *pipeEnd) TryRead(p []byte) (int, error) {
	switch {
	case e.reset:
		return 0, syscall.ECONNRESET
	case len(e.in) > 0:
		n := copy(p, e.in)
		e.in = slices.Delete(e.in, 0, n)
		e.peer.Writable()
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
	return e.Wait(co, in)
}

func (e *pipeEnd) canRead() bool  { return len(e.in) > 0 || e.eof || e.reset }
func (e *pipeEnd) canWrite() bool { return len(e.peer.in) < e.room || e.reset || e.peer.gone }

func (e *pipeEnd) WhenWritable(f func()) {
	e.Ask(f)
	if e.gone || e.canWrite() {
		e.Writable()
	}
}

func (e *pipeEnd) CloseWrite() error {
	e.peer.eof = true
	e.peer.HangUp()
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
	e.HangUp()
	e.peer.HangUp()
	e.peer.Writable()
	return nil
}

func (e *pipeEnd) Network() string      { return "pipe" }
func (e *pipeEnd) LocalAddr() net.Addr  { return pipeAddr(e.name) }
func (e *pipeEnd) RemoteAddr() net.Addr { return pipeAddr(e.peer.name) }

type pipeAddr string

func (pipeAddr) Network() string  { return "pipe" }
func (a pipeAddr) String() string { return "pipe:" + string(a) }
