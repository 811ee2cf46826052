package streams_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/streams"
)

// A library that dials in the coroutine suspends it; one that does on a goroutine gets a connection, too,
// which suspends those coroutines that it is handed to.
func TestDialerWherever(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		d := streams.NewDialer(co)
		here, err := d.DialContext(co.Context(), "tcp", s.Addr().String())
		require.NoError(t, err)
		var there net.Conn
		elsewhere(t, co, func() (err error) {
			there, err = d.Dial("tcp", s.Addr().String())
			return err
		})
		turns := 0
		ticks := spawn(t, co, func(co *coro.Co) error {
			for {
				turns++
				if coro.Sleep(co, 0) != nil {
					return nil
				}
			}
		})
		for _, c := range []net.Conn{here, there} {
			before := turns
			_, err := c.Write([]byte("hello"))
			require.NoError(t, err)
			got := make([]byte, 5)
			_, err = io.ReadFull(c, got)
			require.NoError(t, err)
			require.Equal(t, "hello", string(got))
			require.Greater(t, turns, before, "the loop has stood still")
		}
		ticks.Cancel()
		// The goroutine that has it may go on.
		elsewhere(t, co, func() error {
			_, err := there.Write([]byte("again"))
			require.NoError(t, err)
			_, err = io.ReadFull(there, make([]byte, 5))
			return err
		})
		require.NoError(t, there.Close())
		require.NoError(t, here.Close())
	})
}

// A connection that a goroutine has made, and that no coroutine uses, is closed like any other.
func TestDialerUnused(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		d := streams.NewDialer(co)
		for _, end := range []func(c *streams.Conn) error{(*streams.Conn).Close, (*streams.Conn).Abort} {
			var c net.Conn
			elsewhere(t, co, func() (err error) {
				c, err = d.Dial("tcp", s.Addr().String())
				return err
			})
			require.NoError(t, c.SetDeadline(time.Time{}))
			_ = end(c.(*streams.Conn))
			_, err := c.Read(make([]byte, 1))
			require.ErrorIs(t, err, net.ErrClosed)
			elsewhere(t, co, func() error {
				_, err := c.Read(make([]byte, 1))
				require.ErrorIs(t, err, net.ErrClosed)
				return nil
			})
		}
	})
}

// A library reads again after an error. The cancellation is not lost with that.
func TestDialerCancellationsStay(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c, err := streams.NewDialer(co).Dial("tcp", s.Addr().String())
		require.NoError(t, err)
		err = coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) error {
			_, err := c.Read(make([]byte, 1))
			require.ErrorIs(t, err, future.ErrCanceled)
			_, err = c.Read(make([]byte, 1))
			require.ErrorIs(t, err, context.Canceled)
			_, err = c.Write([]byte("hello"))
			return err
		})
		require.True(t, future.IsTimeout(err), "%v", err)

		// The Timeout has taken it back, and nobody has canceled the others: to them it is no cancellation.
		read := func(*coro.Co) error {
			_, err := c.Read(make([]byte, 1))
			return err
		}
		require.ErrorIs(t, read(co), net.ErrClosed)
		require.False(t, future.IsCanceled(read(co)))
		another := coro.CreateTask(co, coro.Do(read))
		require.ErrorIs(t, coro.Await(co, another), net.ErrClosed)
		require.False(t, another.Canceled())
		require.NoError(t, c.Close())
	})
}

// Libraries go on after errors that are temporary: of a cancellation that is for crypto/tls alone.
func TestCancellationsAreNotTemporary(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		plain := dial(t, co, s)
		defer plain.Close()
		library, err := streams.NewDialer(co).Dial("tcp", s.Addr().String())
		require.NoError(t, err)
		defer library.Close()
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer ln.Close()
		packets, err := streams.ListenPacket(co, "udp", "127.0.0.1:0")
		require.NoError(t, err)
		defer packets.Close()
		read := func(c net.Conn) func() error {
			return func() error {
				_, err := c.Read(make([]byte, 1))
				return err
			}
		}
		accept := func() error {
			_, err := ln.NetListener().Accept()
			return err
		}
		for _, tt := range []struct {
			name      string
			wait      func() error
			temporary bool
		}{
			{"Conn", read(plain), true},
			{"Conn of a Dialer", read(library), false},
			{"Listener", accept, false},
			{"PacketConn", read(packets), false},
		} {
			task := coro.CreateTask(co, coro.Do(func(*coro.Co) error { return tt.wait() }))
			require.NoError(t, coro.Sleep(co, 0))
			task.Cancel()
			var e net.Error
			require.ErrorAs(t, coro.Await(co, task), &e, tt.name)
			require.ErrorIs(t, e, future.ErrCanceled, tt.name)
			require.False(t, e.Timeout(), tt.name)
			require.Equal(t, tt.temporary, e.Temporary(), tt.name) //lint:ignore SA1019 it is what libraries look at
		}
	})
}

// A dial ends with the library's context as with the task.
func TestDialerContext(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		ctx, cancel := context.WithCancel(context.Background())
		d := streams.NewDialer(co)
		d.ControlContext = nil
		d.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		_, err := d.DialContext(ctx, "tcp", "nowhere.test:1")
		require.ErrorContains(t, err, "operation was canceled")
		require.False(t, future.IsCanceled(err), "the task was not canceled")
	})
}

// A Dialer refuses what a Conn does.
func TestDialerRefuses(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		d := streams.NewDialer(co)
		called := false
		loop.Of(co).CallSoon(func() {
			_, err := d.Dial("tcp", "127.0.0.1:1")
			require.ErrorIs(t, err, streams.ErrCallback)
			called = true
		})
		require.NoError(t, coro.Sleep(co, 0))
		require.True(t, called)
	})
	looptest.Run(t, func(t *looptest.T, co *coro.Co) error {
		_, err := streams.NewDialer(co).Dial("tcp", "127.0.0.1:1")
		require.ErrorIs(t, err, loop.ErrHermetic)
		return nil
	})
}

// An http.Server accepts and serves on goroutines of its own, on a Listener of the loop; a client in a
// coroutine has it answer.
func TestNetListenerServesHTTP(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "hello "+r.URL.Path)
		})}
		served := make(chan error, 1)
		nl := ln.NetListener()
		require.Equal(t, ln.Addr(), nl.Addr())
		go func() { served <- server.Serve(nl) }()

		c, err := streams.Dial(co, "tcp", ln.Addr().String())
		require.NoError(t, err)
		request, err := http.NewRequest("GET", "http://server/there", nil)
		require.NoError(t, err)
		require.NoError(t, request.Write(c))
		response, err := http.ReadResponse(bufio.NewReader(c), request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, "hello /there", string(body))
		require.NoError(t, c.Close())
		elsewhere(t, co, func() error {
			require.NoError(t, server.Close())
			require.ErrorIs(t, <-served, http.ErrServerClosed)
			return nil
		})
		_, err = ln.Accept(co)
		require.ErrorIs(t, err, net.ErrClosed)
	})
}

// In a coroutine it suspends.
func TestNetListenerInCoroutine(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		nl := ln.NetListener()
		accepts := spawn(t, co, func(*coro.Co) error {
			c, err := nl.Accept()
			if err != nil {
				return err
			}
			require.NoError(t, c.Close())
			_, err = nl.Accept()
			require.ErrorIs(t, err, net.ErrClosed)
			return nil
		})
		c, err := streams.Dial(co, "tcp", ln.Addr().String())
		require.NoError(t, err)
		_, err = c.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		require.NoError(t, c.Close())
		require.NoError(t, nl.Close())
		require.ErrorIs(t, nl.Close(), net.ErrClosed)
		err = coro.Await(co, accepts)
		require.NoError(t, err)
	})
}
