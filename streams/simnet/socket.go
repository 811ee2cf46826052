package simnet

import (
	"io"
	"net"
	"slices"
	"syscall"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// A socket is one end of a connection, as a transport.
type socket struct {
	network.InMemory

	host     *Host
	local    Addr
	out      *flow
	in       []byte // has arrived
	unsaid   int    // bytes that were read, of which the other end is still to hear
	opened   func(err error)
	ended    bool // the other end sends nothing more
	shut     bool // nor does this one
	closed   bool
	answered bool // with a reset
	err      error
}

// newPair makes both ends of a connection that does not exist yet.
func newPair(from *Host, local Addr, to *Host, remote Addr) (a, b *socket) {
	n := from.net
	a, b = &socket{host: from, local: local}, &socket{host: to, local: remote}
	a.out = &flow{link: n.link(from, to), from: a, to: b, room: n.window}
	b.out = &flow{link: n.link(to, from), from: b, to: a, room: n.window}
	a.Init(n.loop, a)
	b.Init(n.loop, b)
	from.sockets = append(from.sockets, a)
	return a, b
}

// deliver is told of what arrives.
func (s *socket) deliver(g segment) {
	if s.closed || s.err != nil {
		if g.kind == data || g.kind == accept || g.kind == established {
			s.answer()
		}
		return
	}
	switch g.kind {
	case connect:
		s.host.connected(s)
	case accept:
		s.out.send(segment{kind: established})
		s.opened(nil)
	case established:
		s.host.established(s)
	case data:
		s.in = append(s.in, g.data...)
		s.LookAgain(network.Reading)
	case end:
		s.ended = true
		s.HangUp()
	case reset:
		s.fail(syscall.ECONNRESET)
	case window:
		s.out.room += g.bytes
		s.Writable()
	}
}

// answer is the reset for what arrives where nobody is.
func (s *socket) answer() {
	if !s.answered {
		s.answered = true
		s.out.send(segment{kind: reset})
	}
}

// refuse is the reset for one that would connect.
func (s *socket) refuse() {
	s.forget()
	s.answer()
}

// fail is the end of the connection for this end.
func (s *socket) fail(err error) {
	if s.closed || s.err != nil {
		return
	}
	s.err, s.in = err, nil
	s.host.forget(s)
	if s.opened != nil {
		if err == syscall.ECONNRESET {
			err = syscall.ECONNREFUSED
		}
		s.opened(err)
	}
	s.HangUp()
	s.Writable()
}

// forget has nothing more delivered.
func (s *socket) forget() {
	s.closed, s.in = true, nil
	s.host.forget(s)
	s.HangUp()
}

func (s *socket) Await(co *coro.Co, in network.Direction) error {
	if in == network.Reading && s.canRead() || in == network.Writing && s.canWrite() {
		return nil
	}
	return s.Wait(co, in)
}

func (s *socket) canRead() bool  { return len(s.in) > 0 || s.ended || s.err != nil }
func (s *socket) canWrite() bool { return s.out.room > 0 || s.err != nil }

func (s *socket) TryReadable() error {
	if s.canRead() {
		return nil
	}
	return network.ErrAgain
}

func (s *socket) TryRead(p []byte) (int, error) {
	switch {
	case s.err != nil:
		return 0, s.err
	case len(s.in) > 0:
		n := copy(p, s.in)
		if s.in = s.in[n:]; len(s.in) == 0 {
			s.in = nil
		}
		s.haveRead(n)
		return n, nil
	case s.ended:
		return 0, io.EOF
	}
	return 0, network.ErrAgain
}

// haveRead tells the other end, now and then, that there is room again.
func (s *socket) haveRead(n int) {
	if s.unsaid += n; s.unsaid >= max(s.host.net.window/4, 1) && !s.ended {
		s.out.send(segment{kind: window, bytes: s.unsaid})
		s.unsaid = 0
	}
}

func (s *socket) TryWrite(p []byte) (int, error) {
	switch {
	case s.err == syscall.ECONNRESET:
		return 0, syscall.EPIPE
	case s.err != nil:
		return 0, s.err
	case s.out.room == 0:
		return 0, network.ErrAgain
	}
	n := min(len(p), s.out.room)
	s.out.room -= n
	s.out.send(segment{kind: data, data: slices.Clone(p[:n])})
	return n, nil
}

func (s *socket) WhenWritable(f func()) {
	s.Ask(f)
	if s.closed || s.canWrite() {
		s.Writable()
	}
}

func (s *socket) CloseWrite() error {
	if !s.shut && s.err == nil {
		s.shut = true
		s.out.send(segment{kind: end})
	}
	return nil
}

// Close tells the other end: with a reset if it is an abort, or if something has arrived that was not read.
func (s *socket) Close(abort bool) error {
	switch {
	case s.err != nil:
	case abort || len(s.in) > 0:
		s.answer()
	default:
		_ = s.CloseWrite()
	}
	s.forget()
	s.Writable()
	return nil
}

// crash is the end of the host.
func (s *socket) crash() {
	s.fail(syscall.ENETDOWN)
	s.out.drop()
}

func (s *socket) Network() string      { return s.local.Net }
func (s *socket) LocalAddr() net.Addr  { return s.local }
func (s *socket) RemoteAddr() net.Addr { return s.out.to.local }
