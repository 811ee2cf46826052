package streams

import (
	"crypto/tls"
	"net"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// A tlsEnd is TLS as a transport: below the Conn that is used, and above the raw one, which has what is
// encrypted.
//
// TryWrite takes what it encrypts, and that only where raw has sent everything before; it returns
// errAgain with it until raw has sent that, too. So a Write returns when all is out, and a canceled one
// leaves no part of a record.
type tlsEnd struct {
	network.InMemory

	tls     *tls.Conn
	wire    wire
	raw     *Conn // below
	conn    *Conn // above
	state   tls.ConnectionState
	nothing bool   // is left to be read, before an await
	peeked  []byte // what TryReadable has read, into one
	one     [1]byte
	limit   loop.TimerHandle
}

const (
	// atOnce is how much is encrypted before others may have their turn.
	atOnce = 64 << 10

	// stuffed is how much may be unsent for there to be reading. More can only be answers to updates
	// of keys, of one that sends those and does not read.
	stuffed = 4 * atOnce

	// farewell is how long a closed connection has to get rid of a close_notify that cannot be sent at
	// once, as in crypto/tls.
	farewell = 5 * time.Second
)

func (e *tlsEnd) TryRead(p []byte) (int, error) {
	taken := copy(p, e.peeked)
	e.peeked = e.peeked[taken:]
	n, err := e.tls.Read(p[taken:])
	switch n += taken; {
	case n > 0:
		return n, nil // an error comes again
	case err == errNothing:
		e.nothing = true
		return 0, errAgain
	}
	return 0, err
}

// TryReadable has to read to know.
func (e *tlsEnd) TryReadable() error {
	if len(e.peeked) > 0 {
		return nil
	}
	n, err := e.TryRead(e.one[:])
	if err == errAgain {
		return err
	}
	e.peeked = e.one[:n]
	return nil
}

func (e *tlsEnd) TryWrite(p []byte) (int, error) {
	switch {
	case e.raw.kept.err != nil:
		return 0, e.raw.kept.err
	case e.raw.unsent() > 0:
		return 0, errAgain
	}
	n, err := e.tls.Write(p[:min(len(p), atOnce)])
	if err == nil && (n < len(p) || e.raw.unsent() > 0) {
		err = errAgain
	}
	return n, err
}

func (e *tlsEnd) Await(co *coro.Co, in direction) error {
	unsent := e.raw.unsent()
	switch {
	case e.raw.kept.err != nil && in == writing:
		return nil
	case unsent > 0 && in == writing, unsent > stuffed:
		return e.Wait(co, in)
	case in == writing:
		return e.raw.t.Await(co, writing)
	case !e.nothing:
		return nil
	}
	e.nothing = false
	return e.wire.await(co)
}

func (e *tlsEnd) LookAgain(in direction) {
	e.InMemory.LookAgain(in)
	if !e.raw.closed {
		e.raw.t.LookAgain(in)
	}
}

func (e *tlsEnd) WhenWritable(f func()) {
	e.Ask(f)
	if e.raw.unsent() == 0 {
		e.Writable()
	}
}

// WhenHungUp is the end of the connection below. That of TLS takes somebody who reads.
func (e *tlsEnd) WhenHungUp(f func()) {
	if t, ok := e.raw.t.(network.HangUpTransport); ok {
		t.WhenHungUp(f)
	}
}

// through is called when raw has sent everything.
func (e *tlsEnd) through() {
	e.Writable()
	e.InMemory.LookAgain(reading)
	if e.conn.kept.size() == 0 {
		e.conn.kept.through()
	}
}

// lost is called when raw can send nothing any more.
func (e *tlsEnd) lost(err error) {
	e.limit.Cancel()
	e.conn.kept.drop(err)
	e.Writable()
	e.InMemory.LookAgain(reading)
}

// CloseWrite says close_notify. The connection below stays as it is: the other side may still send.
func (e *tlsEnd) CloseWrite() error { return e.tls.CloseWrite() }

// Close says close_notify, and does not wait for that of the other side. Where something is dropped it
// does not say it: what has come is not all.
func (e *tlsEnd) Close(abort bool) error {
	if abort || e.conn.kept.dropped || e.raw.loop.IsClosed() {
		return e.raw.end(abort)
	}
	_ = e.tls.CloseWrite() // where the connection is lost it is to be closed all the same
	if e.raw.kept.err != nil || e.raw.unsent() == 0 {
		return e.raw.end(false)
	}
	e.raw.kept.closing = true
	e.limit = e.raw.loop.CallLater(farewell, func() { _ = e.raw.end(true) })
	return nil
}

func (e *tlsEnd) Network() string      { return e.raw.t.Network() }
func (e *tlsEnd) LocalAddr() net.Addr  { return e.raw.LocalAddr() }
func (e *tlsEnd) RemoteAddr() net.Addr { return e.raw.RemoteAddr() }

// TLS is what the handshake has agreed on, nil for a connection without TLS.
func (c *Conn) TLS() *tls.ConnectionState {
	if e, ok := c.t.(*tlsEnd); ok {
		return &e.state
	}
	return nil
}

// unsent is how many bytes are kept, here and below.
func (c *Conn) unsent() int {
	n := c.kept.size()
	if e, ok := c.t.(*tlsEnd); ok {
		n += e.raw.unsent()
	}
	return n
}

// top is the connection that is used: one that was upgraded has another above it.
func (c *Conn) top() *Conn {
	for c.above != nil {
		c = c.above.conn
	}
	return c
}
