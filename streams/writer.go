package streams

import (
	"fmt"
	"net"

	"github.com/ouro-loop/ouro/coro"
)

// Writer is what is written to a Conn without a wait: Write keeps what cannot be sent at once, and
// that is sent when it can be. Drain waits while there is too much of it.
//
// Several Writers of one Conn are one.
//
// Semantics: asyncio.StreamWriter, CPython 3.15.
//
// # Differences from asyncio
//
// Write returns the error of a connection that is lost, at once and each time, where asyncio logs a
// warning after five. A Close that has sent everything is a good end, whatever the other side does
// then: WaitClosed tells of no reset that came after it.
type Writer struct{ conn *Conn }

// NewWriter makes the Writer of a connection.
func NewWriter(c *Conn) *Writer {
	if c == nil {
		panic("streams: NewWriter of a nil Conn")
	}
	return &Writer{c}
}

// Conn is what NewWriter was given.
func (w *Writer) Conn() *Conn { return w.conn }

// Write sends p, or keeps it to be sent. It never waits, and keeps no reference to p. The error is that
// of a connection that is closed or lost; nothing was kept then.
//
// Semantics: asyncio.StreamWriter.write, CPython 3.15.
func (w *Writer) Write(p []byte) (int, error) {
	c := w.conn
	if err := c.mayKeep(); err != nil {
		return 0, c.opError("write", err)
	}
	if err := c.kept.add(p); err != nil {
		return 0, c.opError("write", err)
	}
	return len(p), nil
}

// mayKeep is why nothing more can be written, nil if it can.
func (c *Conn) mayKeep() error {
	c.sched.Loop().CheckGoroutine()
	switch {
	case c.closed, c.ended, c.kept.closing:
		return net.ErrClosed
	case c.above != nil:
		return errUpgraded
	}
	return c.kept.err
}

// WriteString is Write of a string.
func (w *Writer) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// Drain waits while more is kept than the high-water mark, until it is as little as the low one. Any
// number of tasks may wait. The error is that of the connection, or the cancellation; what is kept
// stays, and is sent.
//
// Semantics: asyncio.StreamWriter.drain, CPython 3.15.
func (w *Writer) Drain(co *coro.Co) error {
	c := w.conn
	if c.closed || c.kept.closing {
		if err := coro.Sleep(co, 0); err != nil { // so that who writes on and on hears of the end
			return err
		}
	}
	return w.error(co, c.kept.drain(co))
}

// Flush waits until all is sent. asyncio has no counterpart.
func (w *Writer) Flush(co *coro.Co) error { return w.error(co, w.conn.kept.flush(co)) }

func (w *Writer) error(co *coro.Co, err error) error {
	if err == nil {
		return nil
	}
	return w.conn.sides[writing].error(co, err)
}

// WriteEOF is the CloseWrite of the connection.
//
// Semantics: asyncio.StreamWriter.write_eof, CPython 3.15.
func (w *Writer) WriteEOF() error { return w.conn.CloseWrite() }

// Close has the connection closed when all is sent. Nothing more can be written. A second Close does
// nothing.
//
// Semantics: asyncio.StreamWriter.close, CPython 3.15.
func (w *Writer) Close() error {
	c := w.conn
	c.sched.Loop().CheckGoroutine()
	if c.closed || c.kept.closing {
		return nil
	}
	if c.TLS() != nil {
		_ = c.CloseWrite() // so that close_notify is among what is sent first
	}
	if c.unsent() > 0 {
		c.kept.closing = true
		return nil
	}
	return c.Close()
}

// IsClosing reports whether the connection is closed, or will be when all is sent.
//
// Semantics: asyncio.StreamWriter.is_closing, CPython 3.15.
func (w *Writer) IsClosing() bool { return w.conn.closed || w.conn.kept.closing }

// WaitClosed waits until a connection that was closed has sent all, nil is returned then. The error
// is that of a connection that was lost before, or the cancellation.
//
// Semantics: asyncio.StreamWriter.wait_closed, CPython 3.15.
func (w *Writer) WaitClosed(co *coro.Co) error {
	err := w.conn.kept.flush(co)
	if err == net.ErrClosed {
		return nil
	}
	return w.error(co, err)
}

// SetBufferLimits sets the water marks, in bytes: Drain waits above high, 64 KiB if it was not set, until
// it is no more than low, a quarter of that.
//
// Semantics: asyncio.WriteTransport.set_write_buffer_limits.
func (w *Writer) SetBufferLimits(high, low int) error {
	if low < 0 || high < low {
		return fmt.Errorf("streams: a high-water mark of %d and a low one of %d; high must be at least low, and low at least 0", high, low)
	}
	k := &w.conn.kept
	k.high, k.low = high, low
	switch size := k.size(); {
	case size > high:
		k.full = true
	case size <= low && k.full:
		k.full = false
		k.wakeDrained()
	}
	return nil
}

// BufferSize is how many bytes are kept.
//
// Semantics: asyncio.WriteTransport.get_write_buffer_size.
func (w *Writer) BufferSize() int { return w.conn.kept.size() }
