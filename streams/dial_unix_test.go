//go:build unix

package streams_test

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// A net.Dialer says from where a connection comes, who looks names up, and how long all may take.
func TestDialWith(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		used := s.Addr().(*net.TCPAddr)
		free := freeAddr(t)
		bad := errors.New("no names today")
		for _, c := range []struct {
			name   string
			dialer net.Dialer
			addr   string
			is     error  // of it
			says   string // if there is no such error
		}{
			// CPython: test_events.EventLoopTestsMixin.test_create_connection_local_addr
			{name: "local address", dialer: net.Dialer{LocalAddr: free}},
			// CPython: test_events.EventLoopTestsMixin.test_create_connection_local_addr_in_use
			{name: "local address in use", dialer: net.Dialer{LocalAddr: used}, is: syscall.EADDRINUSE},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_connection_multiple_errors_local_addr
			{name: "local address of others", dialer: net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}}, is: syscall.EADDRNOTAVAIL},
			// CPython: test_events.EventLoopTestsMixin.test_create_connection_local_addr_nomatch_family
			// CPython: test_events.EventLoopTestsMixin.test_create_connection_local_addr_skip_different_family
			{name: "local address of another family", dialer: net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv6loopback}}, says: "no suitable address"},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_connection_timeout
			{name: "too late", dialer: net.Dialer{Deadline: time.Unix(1, 0)}, says: "i/o timeout"},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_connection_no_getaddrinfo
			{name: "no resolver", dialer: net.Dialer{Resolver: resolver(bad)}, addr: "somewhere.example:80", says: bad.Error()},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_connection_ip_addr
			{name: "an address needs no resolver", dialer: net.Dialer{Resolver: resolver(bad)}},
			// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_connection_connect_non_os_err_close_err
			{name: "an error of the program's", dialer: net.Dialer{Control: func(string, string, syscall.RawConn) error { return bad }}, is: bad},
		} {
			addr := c.addr
			if addr == "" {
				addr = used.String()
			}
			conn, err := streams.DialWith(co, &c.dialer, "tcp", addr)
			switch {
			case c.is != nil:
				require.ErrorIs(t, err, c.is, c.name)
			case c.says != "":
				require.ErrorContains(t, err, c.says, c.name)
			default:
				require.NoError(t, err, c.name)
				if c.dialer.LocalAddr != nil {
					require.Equal(t, free.String(), conn.LocalAddr().String())
				}
				require.NoError(t, conn.Close())
			}
		}
	})
}

// freeAddr is an address that nobody listens at.
func freeAddr(t *testing.T) *net.TCPAddr {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, ln.Close())
	return ln.Addr().(*net.TCPAddr)
}

// resolver looks nothing up, for a reason.
func resolver(why error) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, why }}
}

// Where a name has several addresses each is tried. If localhost has but one here, that is it.
//
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_connection_multiple
func TestDialTriesEachAddress(t *testing.T) {
	served(t, "tcp4", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		_, port, err := net.SplitHostPort(s.Addr().String())
		require.NoError(t, err)
		c, err := streams.Dial(co, "tcp", net.JoinHostPort("localhost", port))
		require.NoError(t, err)
		require.Equal(t, s.Addr().String(), c.RemoteAddr().String())
		require.NoError(t, c.Close())
	})
}

// A server that says nothing is given up, and nothing is left of the connection.
//
// CPython: test_ssl.TestSSL.test_connect_timeout_warning
func TestDialTLSGivesUp(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer silent.Close()
		err = coro.Timeout(co, 10*time.Millisecond, func(*coro.TimeoutScope) error {
			_, err := streams.DialTLS(co, "tcp", silent.Addr().String(), clientConfig())
			return err
		})
		require.True(t, future.IsTimeout(err))
		c, err := silent.Accept()
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, c)
		require.NoError(t, err, "after the client's hello it has ended")
		require.NoError(t, c.Close())
	})
}

// A connection tells of itself when it is closed, too.
//
// CPython: test_sslproto.SslProtoHandshakeTests.test_get_extra_info_on_closed_connection
func TestClosedConnTellsOfItself(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := dialTLS(t, co, s)
		local, remote, peer := c.LocalAddr().String(), c.RemoteAddr().String(), c.TLS().PeerCertificates
		require.Equal(t, s.Addr().String(), remote)
		require.NoError(t, c.Close())
		require.Equal(t, local, c.LocalAddr().String())
		require.Equal(t, remote, c.RemoteAddr().String())
		require.Equal(t, peer, c.TLS().PeerCertificates)
	}, streams.TLS(serverConfig()))
}

// Who is canceled, and dials again at once, gets a connection, and leaves none behind.
//
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_sock_client_connect_racing
func TestDialCanceledAndAgain(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		for yields := range 4 {
			first := coro.CreateTask(co, func(co *coro.Co) (*streams.Conn, error) {
				return streams.Dial(co, "tcp", s.Addr().String())
			})
			for range yields {
				require.NoError(t, coro.Sleep(co, 0))
			}
			first.Cancel()
			second := knock(t, co, s)
			c, err := first.Await(co)
			if err == nil {
				require.NoError(t, c.Close())
			} else {
				require.True(t, future.IsCanceled(err))
			}
			require.NoError(t, second.Close())
		}
		s.Close()
		require.NoError(t, s.WaitClosed(co), "each connection has ended")
	})
}

// Who is canceled in the wait for a socket, and tries again at once, is the one that waits.
//
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_sock_client_racing
// CPython: test_events.EventLoopTestsMixin.test_prompt_cancellation
func TestSocketCanceledAndAgain(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		defer c.Close()
		read := func(*coro.Co) (int, error) { return c.Read(make([]byte, 1)) }
		first := coro.CreateTask(co, read)
		require.NoError(t, coro.Sleep(co, 0))
		first.Cancel()
		second := coro.CreateTask(co, read)
		_, err := c.Write([]byte("x"))
		require.NoError(t, err)
		n, err := second.Await(co)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		_, err = first.Await(co)
		require.True(t, future.IsCanceled(err))
	})
	if streams.OnGoroutines() {
		return // there is room on the way for what would have to wait
	}
	silent := make(chan struct{})
	served(t, "tcp", "127.0.0.1:0", func(co *coro.Co, c *streams.Conn) error {
		_, err := loop.Go(func(context.Context) (int, error) { <-silent; return 0, nil })(co)
		if err != nil {
			return err
		}
		rest, err := streams.NewReader(c).ReadAll(co)
		require.Equal(t, "world", string(rest[len(rest)-5:]))
		return errors.Join(err, c.Abort())
	}, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		defer c.Close()
		filler := coro.CreateTask(co, func(*coro.Co) (int, error) { return c.Write(make([]byte, 64<<20)) })
		require.NoError(t, coro.Sleep(co, time.Millisecond))
		filler.Cancel()
		_, err := filler.Await(co)
		require.True(t, future.IsCanceled(err))
		first := coro.CreateTask(co, func(*coro.Co) (int, error) { return c.Write([]byte("hello")) })
		require.NoError(t, coro.Sleep(co, 0))
		first.Cancel()
		second := coro.CreateTask(co, func(*coro.Co) (int, error) { return c.Write([]byte("world")) })
		require.NoError(t, coro.Sleep(co, 0))
		close(silent)
		n, err := second.Await(co)
		require.NoError(t, err)
		require.Equal(t, 5, n)
		_, err = first.Await(co)
		require.True(t, future.IsCanceled(err))
		require.NoError(t, c.CloseWrite())
		_, err = c.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
	})
}
