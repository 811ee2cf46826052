package streams_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/streams"
)

// upgrading has a client do a handshake.
func upgrading(co *coro.Co, c *streams.Conn, opts ...streams.TLSOption) *coro.Task[*streams.Conn] {
	return coro.CreateTask(co, func(co *coro.Co) (*streams.Conn, error) { return startTLS(co, c, clientConfig(), opts...) })
}

// A handshake has a minute, or what it is given.
//
// CPython: test_sslproto.BaseStartTLS.test_handshake_timeout
// CPython: test_sslproto.BaseStartTLS.test_create_connection_ssl_slow_handshake
// CPython: test_sslproto.SslProtoHandshakeTests.test_handshake_timeout_zero
// CPython: test_sslproto.SslProtoHandshakeTests.test_handshake_timeout_negative
// CPython: test_ssl.TestSSL.test_create_connection_ssl_slow_handshake
// CPython: test_ssl.TestSSL.test_ssl_handshake_timeout
// CPython: test_ssl.TestSSL.test_handshake_timeout_handler_leak
func TestHandshakeTimeout(t *testing.T) {
	for _, d := range []time.Duration{0, -1} {
		require.PanicsWithValue(t, "streams: HandshakeTimeout of "+d.String()+"; some time it must be", func() { streams.HandshakeTimeout(d) })
	}
	for limit, opts := range map[time.Duration][]streams.TLSOption{
		time.Minute:     nil,
		5 * time.Second: {streams.HandshakeTimeout(5 * time.Second)},
	} {
		piped(t, func(co *coro.Co, a, b *streams.Conn) {
			_, err := startTLS(co, a, clientConfig(), opts...)
			require.Equal(t, limit, co.Time())
			require.True(t, future.IsTimeout(err))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.ErrorContains(t, err, "handshake pipe pipe:a->pipe:b: ")
			require.ErrorIs(t, a.Close(), net.ErrClosed)
			_, err = io.ReadAll(b)
			require.NoError(t, err)
		})
	}
	piped(t, func(co *coro.Co, a, b *streams.Conn) { // what a Writer has kept counts too
		_, err := streams.NewWriter(a).Write(make([]byte, 1<<20))
		require.NoError(t, err)
		_, err = startTLS(co, a, clientConfig())
		require.True(t, future.IsTimeout(err))
		require.ErrorIs(t, a.Close(), net.ErrClosed)
		require.Len(t, readAll(t, b), 64<<10)
	})
}

// A cancellation ends it, and the connection.
//
// CPython: test_sslproto.BaseStartTLS.test_start_tls_slow_client_cancel
// CPython: test_ssl.TestSSL.test_start_tls_slow_client_cancel
func TestHandshakeCanceled(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		task := upgrading(co, a)
		require.NoError(t, coro.Sleep(co, time.Second))
		task.Cancel()
		_, err := task.Await(co)
		require.True(t, future.IsCanceled(err))
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, task.Canceled())
		require.ErrorIs(t, a.Close(), net.ErrClosed)
	})
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
			_, err := startTLS(co, a, clientConfig())
			return err
		})
		require.True(t, future.IsTimeout(err))
		require.Equal(t, time.Second, co.Time())
	})
}

// The other side may go away, this one may close, and what comes may be no TLS.
//
// CPython: test_sslproto.SslProtoHandshakeTests.test_eof_received_waiter
// CPython: test_sslproto.SslProtoHandshakeTests.test_close_during_handshake
// CPython: test_sslproto.SslProtoHandshakeTests.test_fatal_error_no_name_error
// CPython: test_ssl.TestSSL.test_ssl_handshake_connection_lost
func TestHandshakeThatIsCutOff(t *testing.T) {
	for name, c := range map[string]struct {
		cut  func(a, b *streams.Conn) error
		want error
	}{
		"end":   {func(a, b *streams.Conn) error { return b.CloseWrite() }, io.ErrUnexpectedEOF},
		"reset": {func(a, b *streams.Conn) error { return b.Abort() }, syscall.ECONNRESET},
		"close": {func(a, b *streams.Conn) error { return a.Close() }, net.ErrClosed},
		"abort": {func(a, b *streams.Conn) error { return a.Abort() }, net.ErrClosed},
		"no TLS": {func(a, b *streams.Conn) error {
			_, err := b.Write([]byte("500 no such command\n"))
			return err
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			piped(t, func(co *coro.Co, a, b *streams.Conn) {
				task := upgrading(co, a)
				require.NoError(t, coro.Sleep(co, time.Second))
				require.NoError(t, c.cut(a, b))
				_, err := task.Await(co)
				if c.want != nil {
					require.ErrorIs(t, err, c.want)
				} else {
					var header tls.RecordHeaderError
					require.ErrorAs(t, err, &header)
				}
				require.Equal(t, time.Second, co.Time())
				require.ErrorIs(t, a.Close(), net.ErrClosed)
			})
		})
	}
}

// A certificate that is not good enough is an error, and the other side is told.
//
// CPython: test_sslproto.BaseStartTLS.test_create_connection_ssl_failed_certificate
// CPython: test_ssl.TestSSL.test_create_connection_ssl_failed_certificate
func TestHandshakeCertificates(t *testing.T) {
	for name, c := range map[string]struct {
		config func() *tls.Config
		want   any
	}{
		"wrong name": {func() *tls.Config {
			config := clientConfig()
			config.ServerName = "other.test"
			return config
		}, new(x509.HostnameError)},
		"unknown authority": {func() *tls.Config {
			return &tls.Config{ServerName: host, RootCAs: x509.NewCertPool()}
		}, new(x509.UnknownAuthorityError)},
	} {
		t.Run(name, func(t *testing.T) {
			piped(t, func(co *coro.Co, a, b *streams.Conn) {
				serving := coro.CreateTask(co, func(co *coro.Co) (*streams.Conn, error) {
					return startTLS(co, b, serverConfig(), streams.ServerSide())
				})
				_, err := startTLS(co, a, c.config())
				var verification *tls.CertificateVerificationError
				require.ErrorAs(t, err, &verification)
				require.ErrorAs(t, err, c.want)
				_, err = serving.Await(co)
				require.ErrorContains(t, err, "remote error: tls: bad certificate")
				require.ErrorIs(t, b.Close(), net.ErrClosed)
			})
		})
	}
}

// What a config has called runs in the coroutine. It may wait there, and it may fail.
func TestHandshakeCallsBack(t *testing.T) {
	serve := func(co *coro.Co, b *streams.Conn, certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *coro.Task[*streams.Conn] {
		return coro.CreateTask(co, func(co *coro.Co) (*streams.Conn, error) {
			return startTLS(co, b, &tls.Config{GetCertificate: certificate}, streams.ServerSide())
		})
	}
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		x, y := streams.Pipe(co)
		defer x.Close()
		defer y.Close()
		serving := serve(co, b, func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			require.NoError(t, hello.Context().Err())
			requireRead(t, x, "go on") // asks for it
			certificate := identity()
			return &certificate, nil
		})
		client := upgrading(co, a)
		require.NoError(t, coro.Sleep(co, time.Second))
		require.False(t, serving.Done())
		requireWrite(t, y, "go on")
		c, err := client.Await(co)
		require.NoError(t, err)
		s, err := serving.Await(co)
		require.NoError(t, err)
		require.NoError(t, errors.Join(c.Close(), s.Close()))
	})
	bad := errors.New("bad")
	for _, fail := range []func(*tls.ClientHelloInfo) (*tls.Certificate, error){
		func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, bad },
		func(*tls.ClientHelloInfo) (*tls.Certificate, error) { panic(bad) },
	} {
		piped(t, func(co *coro.Co, a, b *streams.Conn) {
			serving := serve(co, b, fail)
			_, err := startTLS(co, a, clientConfig())
			require.Error(t, err)
			_, err = serving.Await(co)
			require.ErrorIs(t, err, bad)
			require.ErrorIs(t, b.Close(), net.ErrClosed)
		})
	}
}
