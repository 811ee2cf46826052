//go:build unix

package streams_test

import (
	"errors"
	"net"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// A server and its client talk by lines, and each closes its end.
//
// CPython: test_streams.StreamTests.test_start_server
// CPython: test_streams.StreamTests.test_start_unix_server
func TestConversation(t *testing.T) {
	answer := func(co *coro.Co, c *streams.Conn) error {
		r, w := streams.NewReader(c), streams.NewWriter(c)
		line, err := r.ReadLine(co)
		require.NoError(t, err)
		_, err = w.Write(line)
		require.NoError(t, err)
		require.NoError(t, w.Drain(co))
		require.NoError(t, w.Close())
		return w.WaitClosed(co)
	}
	for network, addr := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "socket")} {
		t.Run(network, func(t *testing.T) {
			served(t, network, addr, answer, func(co *coro.Co, s *streams.Server) {
				c := dial(t, co, s)
				r, w := streams.NewReader(c), streams.NewWriter(c)
				_, err := w.WriteString("hello world!\n")
				require.NoError(t, err)
				line, err := r.ReadLine(co)
				require.NoError(t, err)
				require.Equal(t, "hello world!\n", string(line))
				require.NoError(t, w.Close())
				require.NoError(t, w.WaitClosed(co))
				s.Close()
				require.NoError(t, s.WaitClosed(co))
			})
		})
	}
}

// Where one can listen, and where not.
func TestListen(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		taken, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer taken.Close()
		for _, c := range []struct {
			name, network, addr string
			is                  error
		}{
			// CPython: test_events.EventLoopTestsMixin.test_create_server
			{"all addresses", "tcp4", "0.0.0.0:0", nil},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_server_empty_host
			// CPython: test_events.EventLoopTestsMixin.test_create_server_dual_stack
			{"no host", "tcp", ":0", nil},
			// CPython: test_events.EventLoopTestsMixin.test_create_server_addr_in_use
			{"in use", "tcp", taken.Addr().String(), syscall.EADDRINUSE},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_server_cant_bind
			{"an address of others", "tcp", "192.0.2.1:0", syscall.EADDRNOTAVAIL},
			// CPython: test_unix_events.SelectorEventLoopUnixSocketTests.test_create_unix_server_bind_error
			{"no such directory", "unix", "/no/such/directory/socket", syscall.ENOENT},
		} {
			ln, err := streams.Listen(co, c.network, c.addr)
			if c.is != nil {
				require.ErrorIs(t, err, c.is, c.name)
				continue
			}
			require.NoError(t, err, c.name)
			_, port, err := net.SplitHostPort(ln.Addr().String())
			require.NoError(t, err)
			hosts := []string{"127.0.0.1"}
			if c.network == "tcp" && hasIPv6() {
				hosts = append(hosts, "::1")
			}
			s := streams.Serve(co, ln, echo)
			for _, host := range hosts {
				c, err := streams.Dial(co, "tcp", net.JoinHostPort(host, port))
				require.NoError(t, err)
				require.NoError(t, c.Close())
			}
			s.Close()
			require.NoError(t, s.WaitClosed(co))
		}

		// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_server_no_getaddrinfo
		var unknown *net.DNSError
		_, err = streams.Listen(co, "tcp", "no such host:0")
		require.ErrorAs(t, err, &unknown)
	})
}

// reusePort lets several sockets have one address.
var reusePort = &net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
	failed := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
	return errors.Join(failed, err)
}}

// A net.ListenConfig sets what a socket is to have before it listens.
//
// CPython: test_events.EventLoopTestsMixin.test_create_server_reuse_port
func TestListenWith(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		a, err := streams.ListenWith(co, reusePort, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		b, err := streams.ListenWith(co, reusePort, "tcp", a.Addr().String())
		require.NoError(t, err)
		require.NoError(t, b.Close())
		_, err = streams.Listen(co, "tcp", a.Addr().String())
		require.ErrorIs(t, err, syscall.EADDRINUSE)
		require.NoError(t, a.Close())
	})
}

// Accept waits for a connection, whose ends know each other. A canceled one takes none.
//
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_sock_accept
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_cancel_sock_accept
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_accept_connection_retry
func TestAccept(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		addr := ln.Addr().String()
		err = coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) error {
			_, err := ln.Accept(co)
			return err
		})
		require.True(t, future.IsTimeout(err))
		accept := coro.CreateTask(co, ln.Accept)
		require.NoError(t, coro.Sleep(co, 0))
		a, err := streams.Dial(co, "tcp", addr)
		require.NoError(t, err)
		b, err := accept.Await(co)
		require.NoError(t, err)
		require.Equal(t, a.LocalAddr().String(), b.RemoteAddr().String())
		require.Equal(t, a.RemoteAddr().String(), b.LocalAddr().String())
		require.NoError(t, a.Close())
		require.NoError(t, b.Close())
		require.NoError(t, ln.Close())
		_, err = streams.Dial(co, "tcp", addr)
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	})
}

// What an accept fails with is no error of the Listener's where the next one may succeed.
//
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_accept_connection_skip_connectionabortederror
func TestAcceptFails(t *testing.T) {
	needsDescriptors(t)
	var told testkit.Trace
	testkit.Run(t, func(co *coro.Co) {
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer ln.Close()
		for _, c := range []struct {
			err   syscall.Errno
			want  error
			waits time.Duration
		}{
			{syscall.EAGAIN, network.ErrAgain, 0},
			{syscall.EINTR, network.ErrAgain, 0},
			{syscall.ECONNABORTED, network.ErrAgain, 0},
			{syscall.EMFILE, network.ErrAgain, time.Second},
			{syscall.ENFILE, network.ErrAgain, time.Second},
			{syscall.ENOBUFS, network.ErrAgain, time.Second},
			{syscall.ENOMEM, network.ErrAgain, time.Second},
			{syscall.EINVAL, syscall.EINVAL, 0},
		} {
			began := co.Time()
			require.ErrorIs(t, streams.AcceptFailed(co, ln, c.err), c.want, c.err.Error())
			require.Equal(t, c.waits, co.Time()-began, c.err.Error())
		}
	}, told.Handler(), loop.ReportLeaks(true))
	require.Len(t, told, 1)
	require.Contains(t, told[0], "accepts nothing until there are resources again: accept: too many open files")
}

// What a socket is to be set to before it has an address, a net.ListenConfig does; then it is taken over.
//
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_sockopts
func TestDatagramSocketOptions(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		open := func(addr string) *streams.PacketConn {
			theirs, err := reusePort.ListenPacket(co.Context(), "udp", addr)
			require.NoError(t, err)
			c, err := streams.AdoptPacket(co, theirs)
			require.NoError(t, err)
			return c
		}
		a := open("127.0.0.1:0")
		b := open(a.LocalAddr().String())
		_, err := streams.ListenPacket(co, "udp", a.LocalAddr().String())
		require.ErrorIs(t, err, syscall.EADDRINUSE)
		require.NoError(t, a.Close())
		require.NoError(t, b.Close())
	})
}
