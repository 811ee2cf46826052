package httpserver

import (
	"bufio"
	"errors"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/ouro-loop/ouro/future"
)

// input is where requests are read from. Before it waits for more, it sends what was answered: so
// answers to what has come together go together.
type input struct {
	conn  *conn
	left  int  // bytes that may come
	paces bool // there is a time limit for each read

	// err is what a read has failed with, and all do from then on: a bufio.Reader that has the beginning of
	// a line forgets the error, and reads again; it may have been a cancellation.
	err error
}

var errTooLong = errors.New("httpserver: the head of a request is too long")

// whole gives everything that is read from now on one time limit.
func (in *input) whole(d time.Duration) {
	in.left, in.paces = math.MaxInt, false
	in.deadline(d)
}

// inPieces gives each read from now on a time limit of its own.
func (in *input) inPieces() { in.left, in.paces = math.MaxInt, true }

func (in *input) deadline(d time.Duration) {
	_ = in.conn.c.SetReadDeadline(in.conn.loop.Now().Add(d)) // the read tells of one that is closed
}

func (in *input) Read(p []byte) (n int, err error) {
	if in.err == nil {
		in.err = in.conn.w.Flush()
	}
	if in.err == nil && in.left == 0 {
		in.err = errTooLong
	}
	if in.err != nil {
		return 0, in.err
	}
	if in.paces {
		in.deadline(in.conn.stallTimeout())
	}
	n, in.err = in.conn.c.Read(p[:min(len(p), in.left)])
	in.left -= n
	return n, in.err
}

// output is where responses are written to, some kilobytes at a time, each with a time limit.
type output struct {
	conn *conn
	err  error
}

func (o *output) Write(p []byte) (n int, err error) {
	_ = o.conn.c.SetWriteDeadline(o.conn.loop.Now().Add(o.conn.stallTimeout())) // as above
	n, o.err = o.conn.c.Write(p)
	return n, o.err
}

var errBusy = errors.New("httpserver: another task reads this body; one at a time may")

// A body is that of a request, in the hands of a handler.
type body struct {
	io.ReadCloser // it has a mutex, on which nobody must wait
	conn          *conn
	expected      bool // the client waits for a 100 Continue
	busy, over    bool
	err           error // of the connection
}

// Read reads some of it. The client is told that it is wanted.
func (b *body) Read(p []byte) (int, error) {
	switch {
	case b.over:
		return 0, http.ErrBodyReadAfterClose
	case b.busy:
		return 0, errBusy
	case b.expected:
		b.expected = false
		_, _ = b.conn.w.WriteString("HTTP/1.1 100 Continue\r\n\r\n") // the wait for the body sends it
	}
	b.busy = true
	defer func() { b.busy = false }()
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// Close ends it for the handler. The rest is read later, as net/http's own would at once, without
// a limit.
func (b *body) Close() error {
	b.over = true
	return nil
}

// readRest reads what the handler has left, and reports whether the next request comes then.
func (b *body) readRest() (whole bool, err error) {
	b.over = true
	if b.busy || b.expected || b.err != nil {
		return false, nil
	}
	_, err = io.CopyN(io.Discard, b.ReadCloser, maxRest)
	if future.IsCanceled(err) {
		return false, err
	}
	return err == io.EOF, nil
}

// A stream is the body of a response of unknown length: what has come of it goes before it is asked for
// more.
type stream struct {
	io.ReadCloser
	w *bufio.Writer
}

func (s *stream) Read(p []byte) (int, error) {
	if err := s.w.Flush(); err != nil {
		return 0, err
	}
	return s.ReadCloser.Read(p)
}
