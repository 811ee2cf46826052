// Package proxy hands connections on: what comes from a client goes to a server, and back, until both
// have said that there is no more.
package proxy

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// A Proxy has a server behind it. Its Serve is the handler of a streams.Server, whose option MaxConns
// is how many clients there may be at once:
//
//	p := proxy.Proxy{Dial: proxy.To("tcp", "10.0.0.7:80"), Idle: time.Minute}
//	server := streams.Serve(co, ln, p.Serve, streams.MaxConns(1000))
type Proxy struct {
	// Dial connects to the server. It has a time limit of its own.
	Dial func(co *coro.Co) (*streams.Conn, error)

	// Idle is how long a connection may be without traffic in either direction, coro.Forever for no limit.
	Idle time.Duration

	buffers sync.Pool
}

// To is a Dial to an address, for ten seconds at most.
func To(network, addr string) func(co *coro.Co) (*streams.Conn, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return func(co *coro.Co) (*streams.Conn, error) { return streams.DialWith(co, dialer, network, addr) }
}

// Serve hands a client's connection on, and closes it. The error says why the server could not be
// reached, or is the cancellation: that somebody has gone, or is idle, is none.
//
// An end that is not that of the client and the server is a reset for those who are left: nobody is to
// take what has come for the whole.
func (p *Proxy) Serve(co *coro.Co, client *streams.Conn) error {
	defer client.Abort() // which does nothing after a Close
	server, err := p.Dial(co)
	if err != nil {
		return fmt.Errorf("proxy: the server: %w", err)
	}
	defer server.Abort()
	err, idle := p.connect(co, client, server)
	if idle || isGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(client.Close(), server.Close())
}

func isGone(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ENOTCONN)
}

// connect passes on both directions until both have ended, one has failed, or nothing goes on.
func (p *Proxy) connect(co *coro.Co, client, server *streams.Conn) (err error, idle bool) {
	err = coro.Timeout(co, p.Idle, func(limit *coro.TimeoutScope) error {
		defer func() { idle = limit.Expired() }()
		var up, down *coro.Task[coro.None]
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			up = coro.CreateTask(g, coro.Do(func(co *coro.Co) error { return p.pass(co, server, client, limit) }), coro.Name("up"))
			down = coro.CreateTask(g, coro.Do(func(co *coro.Co) error { return p.pass(co, client, server, limit) }), coro.Name("down"))
			return nil
		})
		if err != nil {
			return err
		}
		return cmp.Or(up.Err(), down.Err()) // one that was canceled alone is no error of the group
	})
	return err, idle
}

// pass passes on one direction, to its end.
func (p *Proxy) pass(co *coro.Co, to, from *streams.Conn, limit *coro.TimeoutScope) error {
	for {
		if err := from.WaitReadable(co); err != nil { // who waits needs no buffer
			return err
		}
		p.goOn(co, limit)
		switch err := p.some(to, from); err {
		case nil:
			p.goOn(co, limit)
		case io.EOF:
			return to.CloseWrite()
		default:
			return err
		}
	}
}

// some passes on what there is. It ends when the other side has taken that: so who reads slowly slows
// down who sends.
func (p *Proxy) some(to, from *streams.Conn) error {
	buf, _ := p.buffers.Get().(*[32 << 10]byte)
	if buf == nil {
		buf = new([32 << 10]byte)
	}
	defer p.buffers.Put(buf)
	n, err := from.Read(buf[:])
	if err != nil {
		return err
	}
	_, err = to.Write(buf[:n])
	return err
}

// goOn moves the time limit: something has happened.
func (p *Proxy) goOn(co *coro.Co, limit *coro.TimeoutScope) {
	_ = limit.Reschedule(co.Deadline(p.Idle)) // too late, if it has expired
}
