package streams

import (
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
)

// Conn is a net.Conn of one loop. In a coroutine of that loop its methods suspend the task while they
// wait. One Read and one Write are under way at a time; others wait in line, in the order in
// which they came. On a goroutine of the program's own they block that, as those of package net do,
// whether the loop runs or not; but one that is in memory, of a file, or with TLS, needs the loop for that, and
// refuses it with [ErrElsewhere] on a virtual clock. In a callback they fail with [ErrCallback], and in
// a coroutine of another loop with coro.ErrOtherLoop. Close, Abort, CloseWrite and those for deadlines
// may be called anywhere. A [Writer] is for the loop's goroutine; for what it has kept a Write or
// CloseWrite elsewhere does not wait.
//
// The errors are *net.OpError, as those of package net. Of a canceled task they answer errors.Is as
// future.ErrCanceled and context.Canceled. A canceled Read has taken nothing; a canceled Write has
// sent exactly the bytes that it returns. Sent is what is on its way: on Windows up to 64 KiB may be in a
// buffer, with which a goroutine goes on, after a Close for 30 seconds at most.
type Conn struct {
	t      transport
	loop   *loop.Loop
	sched  *sched.Scheduler
	who    sched.Caller
	sides  [2]side
	kept   kept
	ending atomic.Bool // it was closed, on whatever goroutine,
	closed bool        // and the loop knows
	ended  bool        // CloseWrite was called
	amid   bool        // a Write has sent a part, or all, and waits
	lost   error
	sticky bool    // a cancellation stays, see SetSticky:
	stays  *stays  // this one
	spoilt error   // why it is of no use: that, or it was upgraded
	above  *tlsEnd // that uses it then
}

var _ net.Conn = (*Conn)(nil)

func newConn(co *coro.Co, t transport) *Conn {
	schedulerOf(co).Track()
	return newConnOf(loop.Of(co), t)
}

// newConnOf is newConn on whatever goroutine, for a loop that is tracked.
func newConnOf(l *loop.Loop, t transport) *Conn {
	c := &Conn{t: t, loop: l, sched: schedulerOf(l)}
	for in := range c.sides {
		c.sides[in].init(c, direction(in))
	}
	c.kept.init(c)
	return c
}

// Read reads what there is, and waits for something if there is nothing. At the end of the stream
// it returns io.EOF.
func (c *Conn) Read(p []byte) (int, error) {
	co, err := c.caller()
	switch {
	case err != nil:
		return 0, c.opError("read", err)
	case co == nil:
		return c.readElsewhere(p)
	case len(p) == 0:
		return 0, c.sides[reading].error(co, c.sides[reading].refusal(co))
	}
	return c.read(co, p)
}

// read reads into p, or only waits if that is nil. It is do with less on its stack, as most coroutines that
// wait do it here: so they need no more than what a stack begins with.
func (c *Conn) read(co *coro.Co, p []byte) (n int, err error) {
	s := &c.sides[reading]
	if err := s.enter(co); err != nil {
		return 0, s.error(co, err)
	}
	defer s.leave()
	if err := s.refusal(co); err != nil {
		return 0, s.error(co, err)
	}
	for {
		if err = c.t.Await(co, reading); err == nil {
			err = s.refusal(co) // it may be what has woken it
		}
		if err != nil {
			return 0, s.error(co, err)
		}
		if p == nil {
			err = c.t.TryReadable()
		} else {
			n, err = c.t.TryRead(p)
		}
		if err != errAgain {
			return n, s.tried(co, err)
		}
	}
}

// WaitReadable waits until a Read would not, at the end of the stream too. A connection that is idle needs
// no buffer meanwhile.
func (c *Conn) WaitReadable(co *coro.Co) error {
	_, err := c.read(co, nil)
	return err
}

// Write sends all of p, after what a [Writer] has kept, and waits where the other side is slow. With
// an error it has sent as many bytes as it returns.
func (c *Conn) Write(p []byte) (int, error) {
	co, err := c.caller()
	switch {
	case err != nil:
		return 0, c.opError("write", err)
	case co == nil:
		return c.writeElsewhere(p)
	}
	return c.write(co, p)
}

func (c *Conn) write(co *coro.Co, p []byte) (sent int, err error) {
	sent, err = c.writeInTurn(co, p)
	c.transmitted()
	return sent, err
}

func (c *Conn) writeInTurn(co *coro.Co, p []byte) (sent int, err error) {
	s := &c.sides[writing]
	if err := s.enter(co); err != nil {
		return 0, s.error(co, err)
	}
	defer s.leave()
	for {
		if err = s.await(co); err != nil {
			return sent, s.error(co, err)
		}
		n, err := c.sendNext(p[sent:])
		if sent += n; err != errAgain {
			return sent, s.tried(co, err)
		}
	}
}

// sendNext sends what it can of what is left of a Write.
func (c *Conn) sendNext(p []byte) (int, error) {
	if err := c.maySend(); err != nil {
		return 0, err
	}
	n, err := c.send(p)
	c.amid = n < len(p) || err == errAgain
	return n, err
}

// maySend is why a Write cannot begin, or go on.
func (c *Conn) maySend() error {
	switch {
	case c.ended:
		return net.ErrClosed
	case c.kept.err != nil:
		return c.kept.err
	case c.kept.size() > 0 && !c.amid:
		return errAgain
	}
	return nil
}

// transmit is an operation that sends, by a function that sends what it can at once, and reports whether
// that was the last of it.
func (c *Conn) transmit(co *coro.Co, some func() (all bool, err error)) error {
	err := c.do(co, writing, func() error {
		if err := c.maySend(); err != nil {
			return err
		}
		all, err := some()
		c.amid = !all || err == errAgain
		return err
	})
	c.transmitted()
	return err
}

// transmitted is the end of what sends: what a Writer has kept meanwhile is next.
func (c *Conn) transmitted() {
	c.amid = false
	c.kept.goOn()
}

// send sends what can be sent at once. The connection is lost with any error but errAgain.
func (c *Conn) send(p []byte) (sent int, err error) {
	for sent < len(p) {
		n, err := c.t.TryWrite(p[sent:])
		sent += n
		if n == 0 && err == nil {
			err = errAgain // a kernel that takes nothing, and says nothing, is asked again later
		}
		if err != nil {
			if err != errAgain {
				c.kept.drop(err)
			}
			return sent, err
		}
	}
	return sent, nil
}

// do is an operation: it waits in line for its turn, and then tries until try has something else to
// say than errAgain.
func (c *Conn) do(co *coro.Co, in direction, try func() error) error {
	s := &c.sides[in]
	if err := s.enter(co); err != nil {
		return s.error(co, err)
	}
	defer s.leave()
	for {
		if err := s.await(co); err != nil {
			return s.error(co, err)
		}
		if err := try(); err != errAgain {
			return s.tried(co, err)
		}
	}
}

// tried is what has come of a try, as the operation returns it.
func (s *side) tried(co *coro.Co, err error) error {
	if err != nil && err != io.EOF {
		s.conn.lost = err
	}
	return s.error(co, err)
}

// refusal is why there can be no operation.
func (s *side) refusal(co *coro.Co) error {
	switch {
	case s.conn.closed:
		return net.ErrClosed
	case s.conn.spoilt != nil:
		return s.conn.whySpoilt(co)
	case s.deadline.over():
		return os.ErrDeadlineExceeded
	}
	return nil
}

// await waits for the transport, or, before a Write has begun, until what a Writer has kept is sent.
func (s *side) await(co *coro.Co) error {
	if err := s.refusal(co); err != nil {
		return err
	}
	c := s.conn
	var err error
	if s.in == writing && c.kept.size() > 0 && !c.amid {
		err = c.kept.await(co)
	} else {
		err = c.t.Await(co, s.in)
	}
	if err != nil {
		return err
	}
	return s.refusal(co) // it may be what has woken it
}

// error is err as the operation returns it.
func (s *side) error(co *coro.Co, err error) error {
	switch {
	case err == nil, err == io.EOF:
		return err
	case future.IsCanceled(err):
		if s.conn.sticky && s.conn.spoilt == nil {
			s.conn.spoil(co, err)
		}
		err = netError{err, s.conn.isStream() && !s.conn.sticky}
	case s.conn.closed:
		err = net.ErrClosed
	}
	return s.conn.opError([...]string{"read", "write"}[s.in], err)
}

func (c *Conn) isStream() bool {
	_, packets := c.t.(packetTransport)
	return !packets
}

// CloseWrite ends what is sent, after what a [Writer] has kept: the other side reads to the end, and may
// still send. With TLS it says so by close_notify.
//
// Semantics: asyncio.StreamWriter.write_eof, CPython 3.15.
//
// # Differences from asyncio
//
// There a connection with TLS cannot be closed by halves: can_write_eof is False.
func (c *Conn) CloseWrite() error {
	if c.isElsewhere() {
		return c.closeWriteElsewhere()
	}
	switch {
	case c.closed:
		return c.opError("close", net.ErrClosed)
	case c.above != nil:
		return c.opError("close", errUpgraded)
	case c.ended:
		return nil
	}
	c.ended = true
	if c.kept.size() > 0 {
		return nil // it is done when that is sent
	}
	return c.t.CloseWrite()
}

// Close ends the connection, now: whoever waits for it is told with net.ErrClosed, and what a [Writer]
// has kept is dropped. The Writer's own Close sends that first. With TLS it says close_notify, if nothing
// was dropped, and does not wait for that of the other side.
func (c *Conn) Close() error { return c.end(false) }

// Abort is Close with a reset, where there is one: what was sent and has not arrived may be lost.
//
// Semantics: asyncio.WriteTransport.abort.
func (c *Conn) Abort() error { return c.end(true) }

func (c *Conn) end(abort bool) error {
	if c.isElsewhere() {
		return c.closeElsewhere(abort)
	}
	if top := c.top(); !top.closed && top != c {
		return top.end(abort)
	}
	if !c.ending.CompareAndSwap(false, true) {
		return c.opError("close", net.ErrClosed)
	}
	c.t.Unblock()
	return c.finish(abort)
}

// finish is the end of a connection for the loop.
func (c *Conn) finish(abort bool) error {
	c.closed = true
	c.kept.drop(net.ErrClosed)
	for in := range c.sides {
		c.sides[in].deadline.set(time.Time{})
		c.t.LookAgain(direction(in))
	}
	return c.t.Close(abort)
}

// LocalAddr is the address of this end.
func (c *Conn) LocalAddr() net.Addr { return c.t.LocalAddr() }

// RemoteAddr is the address of the other end.
func (c *Conn) RemoteAddr() net.Addr { return c.t.RemoteAddr() }

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline has Reads fail with os.ErrDeadlineExceeded from t on, those that wait too; the zero
// Time is for none. On a virtual clock the deadline is as far away as t is from time.Now, to
// the millisecond.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadline(reading, t) }

// SetWriteDeadline is SetReadDeadline for Writes.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(writing, t) }

func (c *Conn) setDeadline(in direction, t time.Time) error {
	if c.isElsewhere() {
		return c.setDeadlineElsewhere(in, t)
	}
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	c.t.SetBlockingDeadline(in, t)
	c.sides[in].deadline.set(t)
	return nil
}
