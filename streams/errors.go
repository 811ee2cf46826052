package streams

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
)

var (
	// ErrCallback is the error of a Read or Write, and the like, in a callback: nothing there can
	// wait. A callback creates a task that does.
	ErrCallback = errors.New("streams: a callback cannot wait for a connection; it creates a task that does")

	// ErrElsewhere is the error of a Read or Write on a goroutine that is not the loop's, where the
	// loop would have to do it, and its clock is virtual.
	ErrElsewhere = errors.New("streams: a connection on a virtual clock is used in coroutines of its loop, as the clock waits for no goroutine; loop.Go has one that it waits for")
)

// IncompleteError tells that the stream has ended before all that was asked for had come. It answers
// errors.Is as io.ErrUnexpectedEOF.
//
// Semantics: asyncio.IncompleteReadError.
type IncompleteError struct {
	Partial  []byte // what has come
	Expected int    // bytes, -1 where it was to be a separator
}

func (e *IncompleteError) Error() string {
	if e.Expected < 0 {
		return fmt.Sprintf("streams: the stream has ended after %d bytes, before a separator", len(e.Partial))
	}
	return fmt.Sprintf("streams: the stream has ended after %d of %d bytes", len(e.Partial), e.Expected)
}

// Unwrap is io.ErrUnexpectedEOF.
func (e *IncompleteError) Unwrap() error { return io.ErrUnexpectedEOF }

// LimitError tells that what comes before a separator is longer than the limit. It stays in the
// Reader, of which more can be read, with another limit too. It answers errors.Is as
// bufio.ErrTooLong.
//
// Semantics: asyncio.LimitOverrunError.
type LimitError struct {
	Limit int

	// Consumed is how many bytes are surely before a separator: those can be read or discarded.
	Consumed int

	// Found says that the separator is there, right behind them.
	Found bool
}

func (e *LimitError) Error() string {
	what := "no separator is there"
	if e.Found {
		what = "the separator comes"
	}
	return fmt.Sprintf("streams: %s after %d bytes, and the limit is %d; SetLimit raises it, and the option Limit of NewReader and ReadLine",
		what, e.Consumed, e.Limit)
}

// Unwrap is bufio.ErrTooLong.
func (e *LimitError) Unwrap() error { return bufio.ErrTooLong }

// opError is err as those of package net are, with the operation and the addresses.
func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: c.t.Network(), Source: c.t.LocalAddr(), Addr: c.t.RemoteAddr(), Err: err}
}

// A netError is a cancellation, or the like, as libraries may see it: a net.Error that is no timeout. Where
// the operation may be tried again it is temporary: package crypto/tls takes others for the end of the
// connection. Nowhere else is it: a loop that goes on after what is temporary would lose the cancellation.
type netError struct {
	error
	temporary bool
}

func (e netError) Unwrap() error   { return e.error }
func (e netError) Timeout() bool   { return false }
func (e netError) Temporary() bool { return e.temporary }

// errUpgraded is the error of a connection that StartTLS has been called for.
var errUpgraded = errors.New("streams: this connection has TLS above it; the one that StartTLS has returned is to be used")
