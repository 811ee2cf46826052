package streams_test

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// knock dials, and says when the handler has the connection.
func knock(t *testing.T, co *coro.Co, s *streams.Server) *streams.Conn {
	t.Helper()
	c := dial(t, co, s)
	_, err := c.Write([]byte("x"))
	require.NoError(t, err)
	_, err = io.ReadFull(c, make([]byte, 1))
	require.NoError(t, err)
	return c
}

// CPython: test_server.TestServer2.test_wait_closed_basic
// CPython: test_events.EventLoopTestsMixin.test_server_close
func TestServerWaitClosed(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		require.True(t, s.IsServing())
		c := knock(t, co, s)
		closed := spawn(t, co, s.WaitClosed)
		require.NoError(t, coro.Sleep(co, time.Millisecond))
		require.False(t, closed.Done(), "it is not closed")
		s.Close()
		s.Close()
		require.False(t, s.IsServing())
		require.NoError(t, coro.Sleep(co, time.Millisecond))
		require.False(t, closed.Done(), "a client is there")
		_, err := c.Write([]byte("y"))
		require.NoError(t, err)
		_, err = io.ReadFull(c, make([]byte, 1))
		require.NoError(t, err, "which goes on")
		require.NoError(t, c.Close())
		require.NoError(t, coro.Await(co, closed))
		require.NoError(t, s.WaitClosed(co))
		_, err = streams.Dial(co, "tcp", s.Addr().String())
		require.ErrorContains(t, err, "refused")
	})
}

// Who waits hears of the end, whichever comes first of the Server's Close and that of the last client, or both
// at once.
//
// CPython: test_server.TestServer2.test_wait_closed_race
// CPython: test_server.TestServer2.test_close_race
func TestServerWaitClosedRace(t *testing.T) {
	for name, order := range map[string]func(l *loop.Loop, server, client func()){
		"server first": func(l *loop.Loop, server, client func()) { l.CallSoon(server); l.CallSoon(client) },
		"client first": func(l *loop.Loop, server, client func()) { l.CallSoon(client); l.CallSoon(server) },
		"later":        func(l *loop.Loop, server, client func()) { l.CallSoon(client); l.CallLater(time.Millisecond, server) },
	} {
		t.Run(name, func(t *testing.T) {
			served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
				c := knock(t, co, s)
				waiting := spawn(t, co, s.WaitClosed)
				order(loop.Of(co), s.Close, func() { require.NoError(t, c.Close()) })
				require.NoError(t, s.WaitClosed(co))
				require.NoError(t, coro.Await(co, waiting))
			})
		})
	}
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		for range 20 { // some that the Server has accepted, and some that it has not
			c := dial(t, co, s)
			loop.Of(co).CallSoon(func() { require.NoError(t, c.Close()) })
		}
		s.Close()
		require.NoError(t, s.WaitClosed(co))
	})
}

// The clients are closed after what is kept, or with a reset. No handler's error is reported for that.
//
// CPython: test_server.TestServer2.test_close_clients
// CPython: test_server.TestServer2.test_abort_clients
func TestServerClosesClients(t *testing.T) {
	const size = 8 << 20
	keeps := func(co *coro.Co, c *streams.Conn) error {
		if _, err := streams.NewWriter(c).Write(make([]byte, size)); err != nil {
			return err
		}
		_, err := c.Read(make([]byte, 1))
		return err
	}
	served(t, "tcp", "127.0.0.1:0", keeps, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		defer c.Close()
		p := make([]byte, 1)
		_, err := c.Read(p)
		require.NoError(t, err)
		s.Close()
		s.CloseClients()
		got, err := streams.NewReader(c).ReadAll(co)
		require.NoError(t, err)
		require.Len(t, got, size-1)
		require.NoError(t, s.WaitClosed(co))
	})
	served(t, "tcp", "127.0.0.1:0", keeps, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		defer c.Close()
		_, err := c.Read(make([]byte, 1))
		require.NoError(t, err)
		s.Close()
		s.AbortClients()
		require.NoError(t, s.WaitClosed(co))
		_, err = streams.NewReader(c).ReadAll(co)
		require.ErrorIs(t, err, errReset)
	})
}

// CPython: test_server.BaseStartServer.test_start_server_1
// CPython: test_server.SelectorStartServerTests.test_start_unix_server_1
func TestServeForever(t *testing.T) {
	for network, addr := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "socket")} {
		served(t, network, addr, echo, func(co *coro.Co, s *streams.Server) {
			c := knock(t, co, s)
			forever := coro.CreateTask(co, coro.Do(s.ServeForever))
			require.NoError(t, coro.Sleep(co, time.Millisecond))
			forever.Cancel()
			require.NoError(t, coro.Sleep(co, time.Millisecond))
			require.False(t, forever.Done(), "a client is there")
			require.False(t, s.IsServing())
			require.NoError(t, c.Close())
			require.True(t, future.IsCanceled(coro.Await(co, forever)))
			require.NoError(t, s.ServeForever(co), "it is over")
		})
	}
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := knock(t, co, s)
		forever := spawn(t, co, s.ServeForever)
		require.NoError(t, coro.Sleep(co, time.Millisecond))
		s.Close()
		require.NoError(t, coro.Await(co, forever), "a Close ends it, whoever is connected")
		require.NoError(t, c.Close())
	})
}

// Shutdown gives handlers time, cancels those that take longer, and aborts what ignores that.
func TestShutdown(t *testing.T) {
	const grace = 20 * time.Millisecond
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := knock(t, co, s)
		loop.Of(co).CallLater(time.Millisecond, func() { _ = c.Close() })
		require.NoError(t, s.Shutdown(co, time.Hour))
	})
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := knock(t, co, s)
		defer c.Close()
		require.True(t, future.IsTimeout(s.Shutdown(co, grace)))
		_, err := c.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err)
	})
	stubborn := func(co *coro.Co, c *streams.Conn) error {
		for {
			_, err := c.Read(make([]byte, 1))
			if err != nil && !future.IsCanceled(err) {
				return err
			}
			if _, err := c.Write([]byte("x")); err != nil {
				return err
			}
		}
	}
	served(t, "tcp", "127.0.0.1:0", stubborn, func(co *coro.Co, s *streams.Server) {
		c := knock(t, co, s)
		defer c.Close()
		require.True(t, future.IsTimeout(s.Shutdown(co, grace)))
		require.NoError(t, s.WaitClosed(co))
	})
}

// While there are as many as may be, the others wait in the kernel.
func TestMaxConns(t *testing.T) {
	require.PanicsWithValue(t, "streams: MaxConns of 0; at least one it must be", func() { streams.MaxConns(0) })
	now, most := 0, 0
	counts := func(co *coro.Co, c *streams.Conn) error {
		now++
		most = max(most, now)
		defer func() { now-- }()
		return echo(co, c)
	}
	served(t, "tcp", "127.0.0.1:0", counts, func(co *coro.Co, s *streams.Server) {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			for range 20 {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					c := knock(t, co, s)
					return errors.Join(coro.Sleep(co, time.Millisecond), c.Close())
				}))
			}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 3, most)
	}, streams.MaxConns(3))
}

// What a handler fails with is told, and its connection is closed.
//
// CPython: test_streams.StreamTests.test_unhandled_exception
// CPython: test_streams.StreamTests.test_unhandled_cancel
// CPython: test_selector_events.SelectorSocketTransportTests.test_data_received_error
// CPython: test_selector_events.SelectorSocketTransportTests.test_read_eof_received_error
// CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests.test_read_eof_received_error
func TestHandlersThatFail(t *testing.T) {
	bad := errors.New("bad")
	for name, c := range map[string]struct {
		handler func(co *coro.Co, c *streams.Conn) error
		want    string
	}{
		"an error": {func(*coro.Co, *streams.Conn) error { return bad }, "bad"},
		"a panic":  {func(*coro.Co, *streams.Conn) error { panic("oh") }, "panic: oh"},
		"a deadline": {func(co *coro.Co, c *streams.Conn) error {
			_ = c.SetReadDeadline(time.Now().Add(-time.Second))
			_, err := c.Read(make([]byte, 1))
			return err
		}, "i/o timeout"},
		"a cancellation": {func(co *coro.Co, c *streams.Conn) error {
			co.Task().Cancel()
			_, err := c.Read(make([]byte, 1))
			return err
		}, ""},
		"the end of what it has closed": {func(co *coro.Co, c *streams.Conn) error {
			_ = c.Close()
			_, err := c.Read(make([]byte, 1))
			return err
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var told []string
			err := loop.Main(func(co *coro.Co) error {
				ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
				require.NoError(t, err)
				s := streams.Serve(co, ln, c.handler)
				client := dial(t, co, s)
				_, err = client.Read(make([]byte, 1))
				require.Equal(t, io.EOF, err)
				require.NoError(t, client.Close())
				s.Close()
				return s.WaitClosed(co)
			}, loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
				told = append(told, c.Message+": "+c.Err.Error())
			}))
			require.NoError(t, err)
			if c.want == "" {
				require.Empty(t, told)
				return
			}
			require.Len(t, told, 1)
			require.True(t, strings.HasPrefix(told[0], "Unhandled exception in the handler of client 127.0.0.1:"), told[0])
			require.Contains(t, told[0], c.want)
		})
	}
}

// A peer that resets is nothing to tell of, but in debug mode.
func TestAPeerThatResets(t *testing.T) {
	closes := func(co *coro.Co, c *streams.Conn) error {
		defer c.Close()
		return echo(co, c)
	}
	for _, handler := range []func(co *coro.Co, c *streams.Conn) error{echo, closes} {
		for _, debug := range []bool{false, true} {
			var told []string
			err := loop.Main(func(co *coro.Co) error {
				ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
				require.NoError(t, err)
				s := streams.Serve(co, ln, handler)
				require.NoError(t, knock(t, co, s).Abort())
				s.Close()
				return s.WaitClosed(co)
			}, loop.Debug(debug), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
				require.ErrorIs(t, c.Err, errReset)
				told = append(told, c.Message)
			}))
			require.NoError(t, err)
			require.Equal(t, debug, len(told) == 1)
		}
	}
}
