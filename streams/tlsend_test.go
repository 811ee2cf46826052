package streams_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// Close says close_notify, and waits for nothing.
//
// CPython: test_ssl.TestSSL.test_shutdown_cleanly
// CPython: test_ssl.TestSSL.test_shutdown_timeout_handler_not_set
func TestTLSClose(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		requireWrite(t, client, "hello")
		reading := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			_, err := client.Read(make([]byte, 1))
			return err
		}))
		require.NoError(t, coro.Sleep(co, time.Second))
		require.NoError(t, client.Close())
		require.ErrorIs(t, client.Close(), net.ErrClosed)
		require.ErrorIs(t, coro.Await(co, reading), net.ErrClosed)
		_, err := client.Write([]byte("x"))
		require.ErrorIs(t, err, net.ErrClosed)
		require.Equal(t, "hello", readAll(t, server))
		_, err = server.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err)
		_, err = server.Write([]byte("x"))
		require.ErrorIs(t, err, syscall.EPIPE)
		require.NoError(t, server.Close())
		require.Zero(t, loop.Of(co).Snapshot().Timers)
	})
}

// A Writer's Close sends what it has kept, and then close_notify.
//
// CPython: test_ssl.TestSSL.test_flush_before_shutdown
// CPython: test_sslproto.SslProtoHandshakeTests.test_write_after_closing
func TestTLSWriterClose(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		w := streams.NewWriter(client)
		_, err := w.Write(make([]byte, 1<<20))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.True(t, w.IsClosing())
		_, err = w.Write([]byte("x"))
		require.ErrorIs(t, err, net.ErrClosed)
		closed := spawn(t, co, w.WaitClosed)
		require.NoError(t, coro.Sleep(co, time.Hour))
		require.False(t, closed.Done())
		require.Len(t, readAll(t, server), 1<<20)
		require.NoError(t, coro.Await(co, closed))
		require.ErrorIs(t, client.Close(), net.ErrClosed)
	})
}

// A connection that is lost while it is closed is told.
//
// CPython: test_sslproto.SslProtoHandshakeTests.test_connection_lost
// CPython: test_sslproto.SslProtoHandshakeTests.test_connection_lost_when_busy
func TestTLSWriterCloseOfALostConnection(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		w := streams.NewWriter(client)
		_, err := w.Write(make([]byte, 50_000)) // of which nothing is kept above
		require.NoError(t, err)
		_, err = w.Write(make([]byte, 50_000))
		require.NoError(t, err)
		drained := coro.CreateTask(co, coro.Do(w.Flush))
		written := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			_, err := client.Write([]byte("x"))
			return err
		}))
		require.NoError(t, coro.Sleep(co, time.Second))
		require.NoError(t, w.Close())
		require.NoError(t, server.Abort())
		require.ErrorIs(t, coro.Await(co, drained), syscall.EPIPE)
		require.ErrorIs(t, w.WaitClosed(co), syscall.EPIPE)
		require.Error(t, coro.Await(co, written))
		_, err = client.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
	})
}

// One side has said close_notify, and the other may go on.
//
// CPython: test_ssl.TestSSL.test_remote_shutdown_receives_trailing_data
// CPython: test_ssl.TestSSL.test_remote_shutdown_receives_trailing_data_on_slow_socket
// CPython: test_sslproto.SslProtoHandshakeTests.test_data_received_after_closing
func TestTLSCloseWrite(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		w := streams.NewWriter(client)
		_, err := w.Write(make([]byte, 1<<20))
		require.NoError(t, err)
		require.NoError(t, client.CloseWrite())
		require.NoError(t, client.CloseWrite(), "twice is as good")
		_, err = w.WriteString("more")
		require.ErrorIs(t, err, net.ErrClosed)
		require.Len(t, readAll(t, server), 1<<20)
		trailing := spawn(t, co, func(*coro.Co) error {
			requireWrite(t, server, strings.Repeat("x", 1<<20))
			return server.CloseWrite()
		})
		require.Equal(t, strings.Repeat("x", 1<<20), readAll(t, client))
		require.NoError(t, coro.Await(co, trailing))
		require.NoError(t, client.Close())
	})
}

// What was dropped is not said to be the end.
func TestTLSCloseDrops(t *testing.T) {
	for name, end := range map[string]func(c *streams.Conn) error{"close": (*streams.Conn).Close, "abort": (*streams.Conn).Abort} {
		t.Run(name, func(t *testing.T) {
			secured(t, func(co *coro.Co, client, server *streams.Conn) {
				_, err := streams.NewWriter(client).Write(make([]byte, 1<<20))
				require.NoError(t, err)
				require.NoError(t, end(client))
				_, err = io.ReadAll(server)
				if name == "abort" {
					require.ErrorIs(t, err, syscall.ECONNRESET)
				} else {
					require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				}
			})
		})
	}
}

// full is as much as fits into a Pipe, to the byte, in records of 22 bytes more than they have: a
// close_notify does not fit then.
const full = 64<<10 - 4*22

// filledUp is a client that has written so much.
func filledUp(t *testing.T, co *coro.Co, a, b *streams.Conn) (client, server *streams.Conn) {
	t.Helper()
	config := clientConfig()
	config.DynamicRecordSizingDisabled = true
	client, server = handshakeOf(t, co, a, b, config)
	requireWrite(t, client, strings.Repeat("x", full))
	return client, server
}

// A close_notify that cannot be sent at once has some time.
//
// CPython: test_ssl.TestSSL.test_shutdown_timeout_handler_leak
func TestTLSSlowFarewell(t *testing.T) {
	filled := func(t *testing.T, test func(co *coro.Co, client, server *streams.Conn)) {
		t.Helper()
		piped(t, func(co *coro.Co, a, b *streams.Conn) {
			client, server := filledUp(t, co, a, b)
			test(co, client, server)
			require.Zero(t, loop.Of(co).Snapshot().Timers)
			_ = server.Close()
		})
	}
	filled(t, func(co *coro.Co, client, server *streams.Conn) {
		require.NoError(t, client.Close())
		require.Equal(t, strings.Repeat("x", full), readAll(t, server))
	})
	filled(t, func(co *coro.Co, client, server *streams.Conn) {
		require.NoError(t, client.Close())
		require.NoError(t, coro.Sleep(co, 5*time.Second-1))
		requireRead(t, server, "x")
		require.NoError(t, coro.Sleep(co, 5*time.Second-1))
		_, err := io.ReadAll(server)
		require.NoError(t, err, "there was room for it meanwhile")
	})
	filled(t, func(co *coro.Co, client, server *streams.Conn) {
		require.NoError(t, client.Close())
		require.NoError(t, coro.Sleep(co, 5*time.Second))
		_, err := server.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
	})
	filled(t, func(co *coro.Co, client, server *streams.Conn) {
		w := streams.NewWriter(client)
		require.NoError(t, w.Close())
		closed := spawn(t, co, w.WaitClosed)
		require.NoError(t, coro.Sleep(co, time.Hour))
		require.False(t, closed.Done(), "a Writer's has as much time as it needs")
		require.Equal(t, strings.Repeat("x", full), readAll(t, server))
		require.NoError(t, coro.Await(co, closed))
	})
}

// An end without close_notify is one between two records, and an unexpected one within one.
func TestTLSTruncated(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func(p []byte) []byte
		want   error
	}{
		"between": {func([]byte) []byte { return nil }, io.EOF},
		"within": {func() func(p []byte) []byte {
			first := true
			return func(p []byte) []byte {
				if !first {
					return nil
				}
				first = false
				return p[:len(p)-1]
			}
		}(), io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			relayed(t, c.tamper, func(co *coro.Co, client, server *streams.Conn) {
				requireWrite(t, client, "hello")
				require.NoError(t, coro.Sleep(co, time.Second))
				_, _ = client.Write([]byte("world"))
				n, err := server.Read(make([]byte, 10))
				require.Zero(t, n)
				require.ErrorIs(t, err, c.want)
			})
		})
	}
}

// A record that was tampered with is refused, and the other side is told.
//
// CPython: test_sslproto.BaseStartTLS.test_start_tls_client_corrupted_ssl
// CPython: test_ssl.TestSSL.test_start_tls_client_corrupted_ssl
func TestTLSCorrupted(t *testing.T) {
	flip := func(p []byte) []byte {
		p = bytes.Clone(p)
		p[len(p)-1] ^= 1
		return p
	}
	relayed(t, flip, func(co *coro.Co, client, server *streams.Conn) {
		requireWrite(t, client, "hello")
		for range 2 {
			_, err := server.Read(make([]byte, 10))
			require.ErrorContains(t, err, "local error: tls: bad record MAC")
			require.False(t, future.IsTimeout(err))
		}
		_, err := server.Write([]byte("x"))
		require.ErrorContains(t, err, "bad record MAC")
		_, err = client.Read(make([]byte, 10))
		require.ErrorContains(t, err, "remote error: tls: bad record MAC")
	})
}

// With no room for a close_notify it is not said, where the loop is closed under a task.
func TestTLSClosedWithItsTask(t *testing.T) {
	l := loop.New(loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	closed := false
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		a, b := streams.Pipe(co)
		client, _ := filledUp(t, co, a, b)
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			defer func() {
				require.NoError(t, client.Close())
				closed = true
			}()
			return coro.Sleep(co, coro.Forever)
		}))
		return coro.Sleep(co, time.Second)
	}))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.True(t, closed)
}
