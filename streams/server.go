package streams

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// Server runs a task for each connection that a Listener accepts.
//
// Semantics: asyncio.Server, CPython 3.15.
type Server struct {
	ln      *Listener
	handler func(co *coro.Co, c *Conn) error
	upgrade func(co *coro.Co, c *Conn) (*Conn, error) // nil without TLS
	most    int
	hangUp  bool // cancels
	grace   time.Duration
	isGiven bool // grace
	accepts *coro.Task[coro.None]
	clients map[*client]struct{}
	came    int          // so many clients
	ended   coro.Waiters // of those who wait for the end of clients,
	room    coro.Waiters // and for room for one more
	closed  bool
}

// A client is a connection and its task.
type client struct {
	number int // in order of arrival
	conn   *Conn
	task   *coro.Task[coro.None]
}

// inOrder are the clients in the order in which they came.
func (s *Server) inOrder() []*client {
	return slices.SortedFunc(maps.Keys(s.clients), func(a, b *client) int { return a.number - b.number })
}

// ServeOption is an option of Serve.
type ServeOption func(*Server)

// MaxConns is how many connections there are at most. While there are so many, no other one is
// accepted: it waits in the kernel.
func MaxConns(n int) ServeOption {
	if n <= 0 {
		panic(fmt.Sprintf("streams: MaxConns of %d; at least one it must be", n))
	}
	return func(s *Server) { s.most = n }
}

// CancelOnHangUp has a handler canceled when its client sends nothing more, or is gone, while the handler does
// something else: what it computes is for nobody then. A client that only ends what it sends,
// with CloseWrite, and would still read, looks the same.
func CancelOnHangUp() ServeOption { return func(s *Server) { s.hangUp = true } }

// Grace has a ServeForever that is canceled do a Shutdown with that time, in place of a wait without end.
func Grace(d time.Duration) ServeOption {
	if d < 0 {
		panic(fmt.Sprintf("streams: Grace of %v", d))
	}
	return func(s *Server) { s.grace, s.isGiven = d, true }
}

// Serve has handler run, as a task, for each connection that ln accepts, until the Server is closed.
// When it returns the connection is closed, after what a [Writer] has kept. Its error, or panic, goes
// to the loop's exception handler, if it is no cancellation, nor that of a connection that was closed,
// nor, but in debug mode, that of a connection that was lost.
//
// The tasks run in a copy of the present context.
//
// Semantics: asyncio.start_server, CPython 3.15.
func Serve(co *coro.Co, ln *Listener, handler func(co *coro.Co, c *Conn) error, opts ...ServeOption) *Server {
	if ln == nil || handler == nil {
		panic("streams: Serve of a nil Listener, or with a nil handler")
	}
	s := &Server{ln: ln, handler: handler, clients: map[*client]struct{}{}}
	for _, opt := range opts {
		if opt == nil {
			panic("streams: a nil ServeOption; leave it out")
		}
		opt(s)
	}
	s.accepts = coro.CreateTask(loop.Of(co), coro.Do(s.accept), coro.Name("accept "+ln.Addr().String()), coro.Quiet())
	s.accepts.AddDoneCallback(s.acceptEnded)
	return s
}

func (s *Server) accept(co *coro.Co) error {
	for {
		for s.most > 0 && len(s.clients) >= s.most {
			if _, err := s.room.Wait(co, (*serverRole)(s)); err != nil {
				return err
			}
		}
		c, err := s.ln.Accept(co)
		if err != nil {
			return err
		}
		s.begin(co, c)
	}
}

// acceptEnded reports why nothing is accepted any more, if nobody has asked for that.
func (s *Server) acceptEnded() {
	if err := s.accepts.Err(); !s.closed && !future.IsCanceled(err) {
		s.ln.loop.CallExceptionHandler(future.ErrorContext{Message: "a Server on " + s.ln.Addr().String() + " has ended", Err: err})
	}
	s.Close()
}

func (s *Server) begin(co *coro.Co, c *Conn) {
	s.came++
	k := &client{number: s.came, conn: c}
	s.clients[k] = struct{}{}
	serve := s.handler // with as little as can be below it on its stack, see Conn.read
	if s.upgrade != nil {
		serve = s.serve
	}
	run := func(co *coro.Co) (coro.None, error) { return coro.None{}, serve(co, c) }
	k.task = coro.CreateTask(co, coro.Func[coro.None](run),
		coro.Name("client "+c.RemoteAddr().String()), coro.Quiet(), coro.InContext(s.accepts.Vars().Copy()))
	k.task.AddDoneCallback(func() { s.handled(k) })
	if t, ok := c.t.(network.HangUpTransport); ok && s.hangUp {
		t.WhenHungUp(func() {
			if !c.closed {
				k.task.Cancel("the client has hung up")
			}
		})
	}
}

// serve is what the task of a client does.
func (s *Server) serve(co *coro.Co, c *Conn) (err error) {
	if c, err = s.upgrade(co, c); err != nil {
		return s.refused(co, err)
	}
	return s.handler(co, c)
}

// refused is the end of a handshake that has failed.
func (s *Server) refused(co *coro.Co, err error) error {
	if future.IsCanceled(err) {
		return err
	}
	if s.ln.loop.Debug() && !errors.Is(err, net.ErrClosed) {
		s.ln.loop.CallExceptionHandler(future.ErrorContext{Message: "The TLS handshake of " + co.Task().Name() + " has failed", Err: err})
	}
	return nil
}

// handled is the end of a handler.
func (s *Server) handled(k *client) {
	delete(s.clients, k)
	if err := k.task.Err(); err != nil && !future.IsCanceled(err) && !s.isUsual(k.conn.top(), err) {
		s.ln.loop.CallExceptionHandler(future.ErrorContext{Message: "Unhandled exception in the handler of " + k.task.Name(), Err: err})
	}
	_ = NewWriter(k.conn.top()).Close()
	s.room.Wake(1)
	if len(s.clients) == 0 {
		s.ended.WakeAll()
	}
}

// isUsual reports whether an error is how a connection may end: it was closed here, or the other side has
// gone away, which is of interest in debug mode alone, as in asyncio.
func (s *Server) isUsual(c *Conn, err error) bool {
	if c.lost != nil && errors.Is(err, c.lost) {
		return !s.ln.loop.Debug()
	}
	if c.closed || c.kept.closing {
		return errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	return false
}

// Close has nothing accepted any more. Connections go on. A second Close does nothing.
//
// Semantics: asyncio.Server.close, CPython 3.15.
func (s *Server) Close() {
	if s.closed {
		return
	}
	s.closed = true
	_ = s.ln.Close()
	s.accepts.Cancel()
	s.ended.WakeAll()
}

// IsServing reports whether connections are accepted.
//
// Semantics: asyncio.Server.is_serving.
func (s *Server) IsServing() bool { return !s.closed }

// Addr is the address of the Listener.
func (s *Server) Addr() net.Addr { return s.ln.Addr() }

// WaitClosed waits until the Server is closed and all handlers have ended, in whatever order.
//
// Semantics: asyncio.Server.wait_closed, CPython 3.15.
func (s *Server) WaitClosed(co *coro.Co) error {
	for !s.closed || len(s.clients) > 0 {
		if _, err := s.ended.Wait(co, (*serverRole)(s)); err != nil {
			return err
		}
	}
	return nil
}

// CloseClients closes all connections, after what their Writers have kept.
//
// Semantics: asyncio.Server.close_clients, CPython 3.15.
func (s *Server) CloseClients() {
	for _, k := range s.inOrder() {
		_ = NewWriter(k.conn.top()).Close()
	}
}

// AbortClients closes all connections with a reset.
//
// Semantics: asyncio.Server.abort_clients, CPython 3.15.
func (s *Server) AbortClients() {
	for _, k := range s.inOrder() {
		if !k.conn.closed {
			_ = k.conn.Abort()
		}
	}
}

// ServeForever waits until the Server is closed, by whomever. If the task is canceled it closes the
// Server, and waits until all handlers have ended; then it returns the cancellation. The option [Grace]
// is for those who would not wait for ever.
//
// Semantics: asyncio.Server.serve_forever, CPython 3.15.
func (s *Server) ServeForever(co *coro.Co) error {
	for !s.closed {
		if _, err := s.ended.Wait(co, (*serverRole)(s)); err != nil {
			if again := s.end(co); again != nil {
				return again
			}
			return err
		}
	}
	return nil
}

// end is Close and WaitClosed, in the time that there is.
func (s *Server) end(co *coro.Co) error {
	if s.isGiven {
		if err := s.Shutdown(co, s.grace); !future.IsTimeout(err) {
			return err
		}
		return nil
	}
	s.Close()
	return s.WaitClosed(co)
}

// Shutdown closes the Server, when it has taken in who waits to be accepted, and gives the handlers so
// much time to end by themselves. Those that have not are canceled then, and given as much time again;
// what is left is aborted. It returns nil when all have ended, a *future.TimeoutError if some have had
// to be canceled, or the cancellation, at which it cancels and aborts at once. asyncio has no
// counterpart.
func (s *Server) Shutdown(co *coro.Co, grace time.Duration) error {
	s.takeIn(co)
	s.Close()
	wait := func(*coro.TimeoutScope) error { return s.WaitClosed(co) }
	err := coro.Timeout(co, grace, wait)
	if err == nil {
		return nil
	}
	for _, k := range s.inOrder() {
		k.task.Cancel()
	}
	if !future.IsTimeout(err) {
		s.AbortClients()
		return err
	}
	if again := coro.Timeout(co, grace, wait); again != nil {
		s.AbortClients()
		if !future.IsTimeout(again) {
			return again
		}
	}
	return err
}

// takeIn accepts those who are connected for all they know.
func (s *Server) takeIn(co *coro.Co) {
	for !s.closed && (s.most == 0 || len(s.clients) < s.most) {
		t, err := s.ln.from.TryAccept(co)
		if err != nil {
			return
		}
		s.begin(co, newConn(co, t))
	}
}

// A serverRole is what reports are told of those who wait for it.
type serverRole Server

func (r *serverRole) Describe() string { return r.Wait().String() }

func (r *serverRole) Wait() waits.Info {
	return waits.Info{Kind: "server", Text: fmt.Sprintf("the server on %v (%d clients)", r.ln.Addr(), len(r.clients))}
}

// Holders are the tasks of the clients.
func (r *serverRole) Holders() []coro.AnyTask {
	var tasks []coro.AnyTask
	for k := range r.clients {
		tasks = append(tasks, k.task)
	}
	return tasks
}
