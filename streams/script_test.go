package streams_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// A script is a transport that does what a test has written down, and notes what is asked of it. It is
// one for files and for datagrams, too, and the network that gives it.
type script struct {
	loop    *loop.Loop
	trace   testkit.Trace
	answers [2][]answer // to reads, and to writes
	blocked [2]bool
	lines   [2]coro.Waiters
	asking  []func() // of WhenWritable
	closed  bool
}

// An answer is what a try gives: what was read, how many bytes were taken, or an error.
type answer struct {
	data string
	n    int
	err  error
}

func gave(data string) answer   { return answer{data: data} }
func took(n int) answer         { return answer{n: n} }
func fails(err error) answer    { return answer{err: err} }
func all(as ...answer) []answer { return as }

// again is also what comes after the last answer.
var again = fails(network.ErrAgain)

var (
	_ network.FileTransport   = (*script)(nil)
	_ network.PacketTransport = (*script)(nil)
)

func newScript(co *coro.Co, reads, writes []answer) *script {
	s := &script{loop: loop.Of(co), answers: [2][]answer{reads, writes}}
	network.Var.Set(co, s)
	return s
}

// conn is the connection of a script.
func (s *script) conn(t *testing.T, co *coro.Co) *streams.Conn {
	t.Helper()
	c, err := streams.Dial(co, "tcp", "there")
	require.NoError(t, err)
	return c
}

// packets is the script as one for datagrams, to one peer or to any.
func (s *script) packets(t *testing.T, co *coro.Co, dial bool) *streams.PacketConn {
	t.Helper()
	open := streams.ListenPacket
	if dial {
		open = streams.DialPacket
	}
	c, err := open(co, "udp", "there")
	require.NoError(t, err)
	return c
}

// ready has tries in both directions be worth it again.
func (s *script) ready() {
	s.blocked = [2]bool{}
	s.LookAgain(network.Reading)
	s.LookAgain(network.Writing)
	for _, f := range s.asking {
		s.loop.CallSoon(f)
	}
	s.asking = nil
}

// next is the next answer, which is noted.
func (s *script) next(in network.Direction, what string) answer {
	a := again
	if len(s.answers[in]) > 0 {
		a, s.answers[in] = s.answers[in][0], s.answers[in][1:]
	}
	switch {
	case errors.Is(a.err, network.ErrAgain):
		s.blocked[in] = true
		s.trace.Add("  %s: again", what)
	case a.err != nil:
		text := a.err.Error()
		if _, ok := a.err.(syscall.Errno); ok {
			text = strings.ToLower(text) // as systems differ
		}
		s.trace.Add("  %s: %s", what, text)
	case in == network.Reading:
		s.trace.Add("  %s: %q", what, a.data)
	default:
		s.trace.Add("  %s: %d", what, a.n)
	}
	return a
}

func (s *script) TryRead(p []byte) (int, error) {
	if s.blocked[network.Reading] {
		return 0, network.ErrAgain
	}
	a := s.next(network.Reading, "read")
	return copy(p, a.data), a.err
}

func (s *script) TryReadable() error {
	if s.blocked[network.Reading] || len(s.answers[network.Reading]) == 0 {
		return network.ErrAgain
	}
	return nil
}

func (s *script) TryWrite(p []byte) (int, error) {
	if s.blocked[network.Writing] {
		return 0, network.ErrAgain
	}
	a := s.next(network.Writing, fmt.Sprintf("write %q", p))
	return a.n, a.err
}

// TrySendFile tells only of what it is asked: the file stays where it is.
func (s *script) TrySendFile(uintptr, int) (int, error) {
	if s.blocked[network.Writing] {
		return 0, network.ErrAgain
	}
	a := s.next(network.Writing, "send file")
	return a.n, a.err
}

func (s *script) TryReceive(p []byte) (int, net.Addr, error) {
	n, err := s.TryRead(p)
	return n, scriptAddr("there"), err
}

func (s *script) TrySend(p []byte, to net.Addr) error {
	if s.blocked[network.Writing] {
		return network.ErrAgain
	}
	what := fmt.Sprintf("send %q", p)
	if to != nil {
		what += " to " + to.String()
	}
	return s.next(network.Writing, what).err
}

func (s *script) Await(co *coro.Co, in network.Direction) error {
	if !s.blocked[in] {
		return nil
	}
	_, err := s.lines[in].Wait(co, &network.Role{Ends: s, In: in})
	return err
}

func (s *script) LookAgain(in network.Direction) { s.lines[in].WakeAll() }

func (s *script) WhenWritable(f func()) {
	if s.blocked[network.Writing] && !s.closed {
		s.asking = append(s.asking, f)
	} else {
		s.loop.CallSoon(f)
	}
}

func (s *script) CloseWrite() error {
	s.trace.Add("  end of writes")
	return nil
}

func (s *script) Close(abort bool) error {
	if abort {
		s.trace.Add("  abort")
	} else {
		s.trace.Add("  close")
	}
	s.closed = true
	s.ready() // as of a socket, who waits is told
	return nil
}

func (*script) Blocking() (net.Conn, error)                      { return nil, streams.ErrElsewhere }
func (*script) Unblock()                                         {}
func (*script) SetBlockingDeadline(network.Direction, time.Time) {}
func (*script) Network() string                                  { return "script" }
func (*script) LocalAddr() net.Addr                              { return scriptAddr("here") }
func (*script) RemoteAddr() net.Addr                             { return scriptAddr("there") }

type scriptAddr string

func (scriptAddr) Network() string  { return "script" }
func (a scriptAddr) String() string { return string(a) }

func (s *script) Dial(*coro.Co, context.Context, *net.Dialer, string, string) (network.Transport, error) {
	return s, nil
}

func (s *script) DialPacket(*coro.Co, *net.Dialer, string, string) (network.PacketTransport, error) {
	return s, nil
}

func (s *script) ListenPacket(*coro.Co, *net.ListenConfig, string, string) (network.PacketTransport, error) {
	return s, nil
}

func (*script) Listen(*coro.Co, *net.ListenConfig, string, string) (network.Listener, error) {
	return nil, errors.ErrUnsupported
}

// A trace is what a script is expected to note, indented with tabs.
type trace string

func (t trace) text() string { return strings.Trim(strings.ReplaceAll(string(t), "\t", ""), "\n") }
