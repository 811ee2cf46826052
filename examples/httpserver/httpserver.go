// Package httpserver serves HTTP/1.1 in coroutines: the parsers are those of net/http, and what is
// around them is here.
//
// A connection is a task, and each of its requests another one, so a handler may wait for whatever
// it likes, and what it panics with is an error. Clients are trusted with nothing: how long they may
// take and how much they may send has a limit everywhere.
package httpserver

import (
	"cmp"
	"container/list"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// A Handler answers a request, whose body it reads before it returns. Its Co, and the request's context,
// are good until the response is sent, so the Body of that may await, too. An error, or a panic, is
// answered with status 500, and reported to the loop's exception handler.
//
// A Response needs a StatusCode; its Close ends the connection. A Body whose ContentLength is not
// given is sent in chunks, each as soon as it can be read. The Server closes it.
type Handler func(co *coro.Co, req *http.Request) (*http.Response, error)

// A Server has a Handler, and limits: those that are zero have the value that is told. Nothing of it is
// to be changed once it serves.
type Server struct {
	Handler Handler

	MaxHead      int           // bytes of a request's first line and headers: 64 KiB
	IdleTimeout  time.Duration // of a connection, between requests: a minute
	HeadTimeout  time.Duration // until all of a head has come: 10 s
	StallTimeout time.Duration // until some more of a body has come, or gone: 10 s

	ending  bool
	waiting list.List // the *conn that wait for a request
}

const (
	// farewell is how long a connection without a request is kept when the Server ends: one may be
	// on its way.
	farewell = time.Second

	// maxRest is how many bytes of a body that the handler has not read are read for the sake of the
	// connection.
	maxRest = 256 << 10
)

func (s *Server) maxHead() int                { return cmp.Or(s.MaxHead, 64<<10) }
func (s *Server) headTimeout() time.Duration  { return cmp.Or(s.HeadTimeout, 10*time.Second) }
func (s *Server) stallTimeout() time.Duration { return cmp.Or(s.StallTimeout, 10*time.Second) }

// idleTimeout is how long to wait for a request from now on.
func (s *Server) idleTimeout() time.Duration {
	if s.ending {
		return farewell
	}
	return cmp.Or(s.IdleTimeout, time.Minute)
}

// Serve serves the connections that ln accepts until the task is canceled. Then it shuts down: nothing
// is accepted any more, requests that have come are answered, and connections that have none are closed.
// What has not ended after grace is canceled, and a *future.TimeoutError tells of it, beside the
// cancellation that is returned in any case.
func (s *Server) Serve(co *coro.Co, ln *streams.Listener, grace time.Duration, opts ...streams.ServeOption) error {
	server := streams.Serve(co, ln, s.ServeConn, opts...)
	err := server.WaitClosed(co)
	s.end(loop.Of(co))
	late := server.Shutdown(co, grace)
	if future.IsCanceled(late) { // twice: by somebody who does not wait
		_ = server.Shutdown(co, 0)
	} else if late != nil {
		return errors.Join(err, late)
	}
	return err
}

// end has connections end as soon as they have answered what has come.
func (s *Server) end(l *loop.Loop) {
	s.ending = true
	for e := s.waiting.Front(); e != nil; e = e.Next() {
		_ = e.Value.(*conn).c.SetReadDeadline(l.Now().Add(farewell)) // one that is closed has ended
	}
}

// ServeConn serves one connection until it ends. It is the handler of a streams.Server, and does not
// close it.
func (s *Server) ServeConn(co *coro.Co, c *streams.Conn) error { return newConn(co, s, c).serve(co) }

// Text is a Response that consists of text.
func Text(status int, text string) *http.Response {
	return &http.Response{
		StatusCode:    status,
		Header:        http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
		Body:          io.NopCloser(strings.NewReader(text)),
		ContentLength: int64(len(text)),
	}
}
