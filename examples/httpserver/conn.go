package httpserver

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// A conn is a connection, whose requests are answered one after the other, in the order in which they
// come.
type conn struct {
	*Server
	loop *loop.Loop
	c    *streams.Conn
	in   *input
	out  *output
	r    *bufio.Reader // of in
	w    *bufio.Writer // to out
}

func newConn(co *coro.Co, s *Server, c *streams.Conn) *conn {
	k := &conn{Server: s, loop: loop.Of(co), c: c}
	k.in, k.out = &input{conn: k}, &output{conn: k}
	k.r = bufio.NewReaderSize(k.in, min(4096, k.maxHead()))
	k.w = bufio.NewWriter(k.out)
	return k
}

func (k *conn) serve(co *coro.Co) error {
	for last := false; !last; {
		if err := k.await(); err != nil {
			return unlessOver(err)
		}
		req, err := k.head()
		var refused refusal
		switch {
		case errors.As(err, &refused):
			last, err = true, k.refuse(refused)
		case err == nil:
			last, err = newExchange(k, req).run(co)
		}
		if err != nil {
			return unlessOver(err)
		}
	}
	return unlessOver(k.linger())
}

// unlessOver is err, but for those with which a connection may end: nobody is there, or takes too long.
func unlessOver(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

// await waits until a request begins.
func (k *conn) await() error {
	k.in.whole(k.idleTimeout())
	defer k.waiting.Remove(k.waiting.PushBack(k))
	_, err := k.r.Peek(1)
	return err
}

// A refusal is the status of what is no request.
type refusal int

func (r refusal) Error() string { return http.StatusText(int(r)) }

// head reads a request up to its body. The error is a refusal, or that of the connection.
func (k *conn) head() (*http.Request, error) {
	k.in.whole(k.headTimeout())
	k.in.left = k.maxHead() - k.r.Buffered() // all of that is of this head, if it has to read on
	req, err := http.ReadRequest(k.r)
	switch {
	case err == nil:
	case errors.Is(k.in.err, errTooLong):
		return nil, refusal(http.StatusRequestHeaderFieldsTooLarge)
	case errors.Is(k.in.err, os.ErrDeadlineExceeded):
		return nil, refusal(http.StatusRequestTimeout)
	case k.in.err != nil:
		return nil, k.in.err
	default:
		return nil, refusal(http.StatusBadRequest)
	}
	switch {
	case req.ProtoMajor != 1:
		return nil, refusal(http.StatusHTTPVersionNotSupported)
	case req.Host == "" && req.ProtoAtLeast(1, 1):
		return nil, refusal(http.StatusBadRequest)
	case req.Header.Get("Expect") != "" && req.ProtoAtLeast(1, 1) && !expectsContinue(req):
		return nil, refusal(http.StatusExpectationFailed)
	}
	k.in.inPieces()
	return req, nil
}

func expectsContinue(req *http.Request) bool {
	return strings.EqualFold(req.Header.Get("Expect"), "100-continue") && req.ProtoAtLeast(1, 1)
}

// refuse answers what is no request. Where it ends is not known, so it is the last.
func (k *conn) refuse(why refusal) error {
	resp := Text(int(why), why.Error()+"\n")
	resp.Close = true
	return newExchange(k, &http.Request{Body: http.NoBody}).answer(resp)
}

// linger ends a connection. What the client still sends is read for a while: the reset that it would
// be answered with could overtake the response.
func (k *conn) linger() error {
	if err := k.w.Flush(); err != nil {
		return err
	}
	if err := k.c.CloseWrite(); err != nil {
		return err
	}
	_ = k.c.SetReadDeadline(k.loop.Now().Add(farewell)) // the read tells of one that is closed
	_, err := io.Copy(io.Discard, k.c)
	return err
}
