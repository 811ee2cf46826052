//go:build unix

package streams_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// certified is what a server of example.com shows, and who vouches for it.
func certified(t *testing.T) (server *tls.Config, roots *x509.CertPool) {
	t.Helper()
	web := httptest.NewUnstartedServer(nil)
	web.StartTLS() // for its certificate
	t.Cleanup(web.Close)
	roots = x509.NewCertPool()
	roots.AddCert(web.Certificate())
	return web.TLS, roots
}

// crypto/tls does its handshake and its records in the coroutines that use it, and finds out who the other
// side is.
//
// CPython: test_streams.StreamTests.test_open_connection_no_loop_ssl
// CPython: test_streams.StreamTests.test_open_unix_connection_no_loop_ssl
// CPython: test_events.EventLoopTestsMixin.test_create_ssl_connection
// CPython: test_events.EventLoopTestsMixin.test_create_ssl_unix_connection
// CPython: test_events.EventLoopTestsMixin.test_ssl_connect_accepted_socket
// CPython: test_events.EventLoopTestsMixin.test_create_server_ssl
// CPython: test_events.EventLoopTestsMixin.test_create_unix_server_ssl
func TestPackageTLS(t *testing.T) {
	server, roots := certified(t)
	serve := func(co *coro.Co, c *streams.Conn) error {
		secure := tls.Server(c, server)
		if err := secure.Handshake(); err != nil {
			return c.Abort() // the client does not like the certificate
		}
		line, err := streams.NewReader(secure).ReadLine(co)
		_, wrong := secure.Write(bytes.ToUpper(line))
		return errors.Join(err, wrong, secure.Close())
	}
	for _, test := range []struct {
		name   string
		client *tls.Config
		want   string // the error of the handshake
	}{
		// CPython: test_events.EventLoopTestsMixin.test_create_server_ssl_verified
		// CPython: test_events.EventLoopTestsMixin.test_create_unix_server_ssl_verified
		{"verified", &tls.Config{RootCAs: roots, ServerName: "example.com"}, ""},
		{"not asked", &tls.Config{InsecureSkipVerify: true}, ""},
		// CPython: test_events.EventLoopTestsMixin.test_create_server_ssl_verify_failed
		// CPython: test_events.EventLoopTestsMixin.test_create_unix_server_ssl_verify_failed
		{"unknown", &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "example.com"}, "certificate signed by unknown authority"},
		// CPython: test_events.EventLoopTestsMixin.test_create_server_ssl_match_failed
		{"another", &tls.Config{RootCAs: roots, ServerName: "example.org"}, "not example.org"},
		// CPython: test_unix_events.SelectorEventLoopUnixSocketTests.test_create_unix_connection_ssl_noserverhost
		// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_connection_ssl_server_hostname_errors
		{"nobody", &tls.Config{RootCAs: roots}, "either ServerName or InsecureSkipVerify must be specified"},
	} {
		for network, addr := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "socket")} {
			t.Run(test.name+", "+network, func(t *testing.T) {
				served(t, network, addr, serve, func(co *coro.Co, s *streams.Server) {
					secure := tls.Client(dial(t, co, s), test.client)
					defer secure.Close()
					err := secure.Handshake()
					if test.want != "" {
						require.ErrorContains(t, err, test.want)
						return
					}
					require.NoError(t, err)
					_, err = secure.Write([]byte("hello\n"))
					require.NoError(t, err)
					all, err := streams.NewReader(secure).ReadAll(co)
					require.NoError(t, err)
					require.Equal(t, "HELLO\n", string(all))
				})
			})
		}
	}
}

// A readAhead is a connection of which a Reader has read some already.
type readAhead struct {
	*streams.Conn
	r *streams.Reader
}

func (a readAhead) Read(p []byte) (int, error) { return a.r.Read(p) }

// An upgradingClient has a word in plain text before its handshake, for the answer to which it may not wait.
type upgradingClient struct {
	*streams.Conn
	eager, begun bool
}

const word = "hello 1\n"

func (c *upgradingClient) Write(p []byte) (int, error) {
	if c.begun {
		return c.Conn.Write(p)
	}
	c.begun = true
	first, then := []byte(word), p
	if c.eager {
		first, then = append(first, p...), nil
	}
	_, sent := c.Conn.Write(first)
	_, answered := io.ReadFull(c.Conn, make([]byte, len(word)))
	_, err := c.Conn.Write(then)
	return len(p), errors.Join(sent, answered, err)
}

// A connection is upgraded in the middle, also by a client that does not wait to be asked: what the Reader
// has read ahead belongs to the handshake.
func TestPackageTLSInTheMiddle(t *testing.T) {
	server, roots := certified(t)
	for name, eager := range map[string]bool{
		// CPython: test_streams.StreamTests.test_start_tls
		"asked": false,
		// CPython: test_streams.StreamTests.test_start_tls_buffered_data
		"eager": true,
	} {
		t.Run(name, func(t *testing.T) {
			piped(t, func(co *coro.Co, a, b *streams.Conn) {
				serving := spawn(t, co, func(co *coro.Co) error {
					r := streams.NewReader(b)
					line, err := r.ReadLine(co)
					require.NoError(t, err)
					require.Equal(t, word, string(line))
					require.Equal(t, eager, len(r.Buffered()) > 0)
					if _, err := b.Write(line); err != nil {
						return err
					}
					secure := tls.Server(readAhead{b, r}, server)
					line, err = streams.NewReader(secure).ReadLine(co)
					require.NoError(t, err)
					_, err = secure.Write(line)
					return errors.Join(err, secure.CloseWrite())
				})
				secure := tls.Client(&upgradingClient{Conn: a, eager: eager}, &tls.Config{RootCAs: roots, ServerName: "example.com"})
				_, err := secure.Write([]byte("hello 2\n"))
				require.NoError(t, err)
				all, err := streams.NewReader(secure).ReadAll(co)
				require.NoError(t, err)
				require.Equal(t, "hello 2\n", string(all))
				require.NoError(t, coro.Await(co, serving))
			})
		})
	}
}

// A file goes through TLS, whole or in part, between other writes, to one that closes when it has all.
//
// CPython: test_sendfile.SendfileMixin.test_sendfile_ssl
// CPython: test_sendfile.SendfileMixin.test_sendfile_ssl_pre_and_post_data
// CPython: test_sendfile.SendfileMixin.test_sendfile_ssl_partial
// CPython: test_sendfile.SendfileMixin.test_sendfile_ssl_close_peer_after_receiving
func TestPackageTLSSendsAFile(t *testing.T) {
	server, roots := certified(t)
	f, text := fileOf(t, 300_000)
	want := "before" + string(text) + string(text[1000:1100]) + "after"
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		serving := spawn(t, co, func(co *coro.Co) error {
			secure := tls.Server(b, server)
			got, err := streams.NewReader(secure).ReadExactly(co, len(want))
			require.True(t, want == string(got))
			return errors.Join(err, secure.Close())
		})
		secure := tls.Client(a, &tls.Config{RootCAs: roots, ServerName: "example.com"})
		_, err := secure.Write([]byte("before"))
		require.NoError(t, err)
		n, err := io.Copy(secure, f)
		require.NoError(t, err)
		require.EqualValues(t, len(text), n)
		_, err = f.Seek(1000, io.SeekStart)
		require.NoError(t, err)
		n, err = io.Copy(secure, io.LimitReader(f, 100))
		require.NoError(t, err)
		require.EqualValues(t, 100, n)
		at, err := f.Seek(0, io.SeekCurrent)
		require.NoError(t, err)
		require.EqualValues(t, 1100, at)
		_, err = secure.Write([]byte("after"))
		require.NoError(t, err)
		_, err = secure.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err)
		require.NoError(t, coro.Await(co, serving))
	})
}
