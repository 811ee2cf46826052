//go:build unix

package streams_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

func dialTLS(t *testing.T, co *coro.Co, s *streams.Server) *streams.Conn {
	t.Helper()
	c, err := streams.DialTLS(co, s.Addr().Network(), s.Addr().String(), clientConfig())
	require.NoError(t, err)
	return c
}

// A Server whose clients do a handshake first.
//
// CPython: test_events.EventLoopTestsMixin.test_create_ssl_connection
// CPython: test_events.EventLoopTestsMixin.test_create_ssl_unix_connection
// CPython: test_events.EventLoopTestsMixin.test_create_server_ssl
// CPython: test_events.EventLoopTestsMixin.test_create_unix_server_ssl
// CPython: test_events.EventLoopTestsMixin.test_create_server_ssl_verified
// CPython: test_events.EventLoopTestsMixin.test_create_unix_server_ssl_verified
// CPython: test_ssl.TestSSL.test_create_server_ssl_1
// CPython: test_ssl.TestSSL.test_create_connection_ssl_1
func TestServerTLS(t *testing.T) {
	for network, addr := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "socket")} {
		t.Run(network, func(t *testing.T) {
			served(t, network, addr, echo, func(co *coro.Co, s *streams.Server) {
				err := coro.Group(co, func(g *coro.TaskGroup) error {
					for range 10 {
						coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
							c := dialTLS(t, co, s)
							spawn(t, co, func(*coro.Co) error {
								requireWrite(t, c, strings.Repeat("x", 1<<20))
								return c.CloseWrite()
							})
							require.Equal(t, strings.Repeat("x", 1<<20), readAll(t, c))
							return c.Close()
						}))
					}
					return nil
				})
				require.NoError(t, err)
			}, streams.TLS(serverConfig()))
		})
	}
	require.PanicsWithValue(t, "streams: TLS for a server, and its config has neither Certificates, GetCertificate nor GetConfigForClient",
		func() { streams.TLS(nil) })
}

// A client that takes its time holds up nobody else, but counts.
func TestServerTLSSlowHandshake(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		slow := dial(t, co, s)
		first := dialTLS(t, co, s)
		requireWrite(t, first, "x")
		requireRead(t, first, "x")
		second := coro.CreateTask(co, func(co *coro.Co) (*streams.Conn, error) {
			return streams.DialTLS(co, "tcp", s.Addr().String(), clientConfig())
		})
		require.NoError(t, coro.Sleep(co, 10*time.Millisecond))
		require.False(t, second.Done(), "two there are")
		require.NoError(t, slow.Close())
		c, err := second.Await(co)
		require.NoError(t, err)
		require.NoError(t, errors.Join(first.Close(), c.Close()))
	}, streams.TLS(serverConfig()), streams.MaxConns(2))
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		require.Empty(t, readAll(t, c), "its time is over")
		require.NoError(t, c.Close())
	}, streams.TLS(serverConfig(), streams.HandshakeTimeout(time.Millisecond)))
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		require.NoError(t, coro.Sleep(co, time.Millisecond))
		s.CloseClients()
		require.Empty(t, readAll(t, c))
		require.NoError(t, c.Close())
	}, streams.TLS(serverConfig()))
}

// A handshake that fails is nothing to tell of, but in debug mode.
//
// CPython: test_events.EventLoopTestsMixin.test_create_server_ssl_verify_failed
// CPython: test_events.EventLoopTestsMixin.test_create_unix_server_ssl_verify_failed
// CPython: test_events.EventLoopTestsMixin.test_create_server_ssl_match_failed
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_connection_ssl_server_hostname_default
func TestServerTLSHandshakeFails(t *testing.T) {
	for _, debug := range []bool{false, true} {
		var told []string
		err := loop.Main(func(co *coro.Co) error {
			ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
			require.NoError(t, err)
			s := streams.Serve(co, ln, echo, streams.TLS(serverConfig()))
			_, err = streams.DialTLS(co, "tcp", s.Addr().String(), &tls.Config{RootCAs: clientConfig().RootCAs})
			var name x509.HostnameError
			require.ErrorAs(t, err, &name)
			require.Equal(t, "127.0.0.1", name.Host, "of the address")
			require.NoError(t, dial(t, co, s).Close())
			for debug && len(told) < 2 {
				if err := coro.Sleep(co, time.Millisecond); err != nil {
					return err
				}
			}
			// Those that are ended here have not failed.
			for _, end := range []func(){s.CloseClients, s.AbortClients, func() { require.True(t, future.IsTimeout(s.Shutdown(co, time.Millisecond))) }} {
				c := dial(t, co, s)
				require.NoError(t, coro.Sleep(co, 10*time.Millisecond))
				end()
				_, _ = c.Read(make([]byte, 1))
				require.NoError(t, c.Close())
			}
			return s.WaitClosed(co)
		}, loop.Debug(debug), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
			told = append(told, regexp.MustCompile(`:\d+`).ReplaceAllString(c.Message, ":N"))
		}))
		require.NoError(t, err)
		if debug {
			require.Equal(t, []string{
				"The TLS handshake of client 127.0.0.1:N has failed",
				"The TLS handshake of client 127.0.0.1:N has failed",
			}, told)
		} else {
			require.Empty(t, told)
		}
	}
}

// A handler may upgrade its connection itself. What it leaves is closed as the upgraded one.
//
// CPython: test_events.EventLoopTestsMixin.test_ssl_connect_accepted_socket
// CPython: test_ssl.TestSSL.test_ssl_connect_accepted_socket
func TestServerHandlerStartsTLS(t *testing.T) {
	serve := func(co *coro.Co, raw *streams.Conn) error {
		r, w := streams.NewReader(raw), streams.NewWriter(raw)
		if _, err := r.ReadLine(co); err != nil {
			return err
		}
		if _, err := streams.StartTLS(co, r, w, serverConfig(), streams.ServerSide()); err != nil {
			return err
		}
		_, err := w.Write(make([]byte, 8<<20))
		return err
	}
	served(t, "tcp", "127.0.0.1:0", serve, func(co *coro.Co, s *streams.Server) {
		raw := dial(t, co, s)
		requireWrite(t, raw, "STARTTLS\n")
		c, err := startTLS(co, raw, clientConfig())
		require.NoError(t, err)
		require.Len(t, readAll(t, c), 8<<20)
		require.NoError(t, c.Close())
	})
}

// The clients are closed after what is kept, and one that goes away is nothing to tell of.
func TestServerTLSClosesClients(t *testing.T) {
	const size = 8 << 20
	keeps := func(co *coro.Co, c *streams.Conn) error {
		if _, err := streams.NewWriter(c).Write(make([]byte, size)); err != nil {
			return err
		}
		_, err := c.Read(make([]byte, 1))
		return err
	}
	served(t, "tcp", "127.0.0.1:0", keeps, func(co *coro.Co, s *streams.Server) {
		c := dialTLS(t, co, s)
		requireRead(t, c, "\x00")
		s.Close()
		s.CloseClients()
		require.Len(t, readAll(t, c), size-1)
		require.NoError(t, c.Close())
		require.NoError(t, s.WaitClosed(co))
	}, streams.TLS(serverConfig()))
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := dialTLS(t, co, s)
		requireWrite(t, c, "x")
		requireRead(t, c, "x")
		require.NoError(t, c.Abort())
		s.Close()
		require.NoError(t, s.WaitClosed(co))
	}, streams.TLS(serverConfig()))
}

// What is written when the loop is closed is sent as far as it can be.
func TestTLSWritesAsItsLoopCloses(t *testing.T) {
	ln, err := tls.Listen("tcp", "127.0.0.1:0", serverConfig())
	require.NoError(t, err)
	defer ln.Close()
	got := make(chan int)
	go func() {
		c, err := ln.Accept()
		if err == nil {
			all, _ := io.ReadAll(c)
			got <- len(all)
			c.Close()
		}
	}()
	l := loop.New(loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	_, err = loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		c, err := streams.DialTLS(co, "tcp", ln.Addr().String(), clientConfig())
		require.NoError(t, err)
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			defer func() {
				_, err := streams.NewWriter(c).Write(make([]byte, 100_000))
				require.NoError(t, err)
				require.NoError(t, c.Close())
			}()
			return coro.Sleep(co, coro.Forever)
		}))
		return coro.Sleep(co, time.Millisecond)
	}))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.NotZero(t, <-got)
}

// The peers are package crypto/tls on goroutines.
func TestTLSWithPackageTLS(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		elsewhere(t, co, func() error {
			c, err := tls.Dial("tcp", s.Addr().String(), clientConfig())
			if err != nil {
				return err
			}
			go func() {
				_, _ = io.WriteString(c, strings.Repeat("x", 1<<20))
				_ = c.CloseWrite()
			}()
			got, err := io.ReadAll(c)
			require.Equal(t, strings.Repeat("x", 1<<20), string(got))
			return errors.Join(err, c.Close())
		})
	}, streams.TLS(serverConfig()))
}

// What was not closed is reported as the connection below, once.
//
// CPython: test_sslproto.BaseStartTLS.test_create_connection_memory_leak
// CPython: test_ssl.TestSSL.test_create_connection_memory_leak
func TestLeakedTLS(t *testing.T) {
	ln, err := tls.Listen("tcp", "127.0.0.1:0", serverConfig())
	require.NoError(t, err)
	defer ln.Close()
	go func() {
		c, err := ln.Accept()
		if err == nil {
			_, _ = io.Copy(io.Discard, c)
			c.Close()
		}
	}()
	var c *streams.Conn
	err = loop.Main(func(co *coro.Co) (err error) {
		c, err = streams.DialTLS(co, "tcp", ln.Addr().String(), clientConfig())
		return err
	}, loop.ReportLeaks(true))
	leaks := loop.Leaks(err)
	require.Len(t, leaks, 1)
	require.Regexp(t, `^connection tcp .* not closed \(tls_unix_test.go:\d+\)$`, leaks[0].Text)
	require.NoError(t, c.Close(), "which is not too late")
	require.ErrorIs(t, c.Close(), net.ErrClosed)
}

// A task that reads or writes all the time lets others run, as without TLS.
func TestTLSGivesWay(t *testing.T) {
	const size = 4 << 20
	turns := 0 // of another task
	busy := func(t *testing.T, co *coro.Co, use func(peer net.Conn) error, step func(c *streams.Conn) (int, error)) {
		t.Helper()
		ln, err := tls.Listen("tcp", "127.0.0.1:0", serverConfig())
		require.NoError(t, err)
		defer ln.Close()
		peer := coro.CreateTask(co, loop.Go(func(context.Context) (coro.None, error) {
			c, err := ln.Accept()
			if err == nil {
				err = errors.Join(use(c), c.Close())
			}
			return coro.None{}, err
		}))
		c, err := streams.DialTLS(co, "tcp", ln.Addr().String(), clientConfig())
		require.NoError(t, err)
		require.NoError(t, coro.Sleep(co, 20*time.Millisecond)) // there is much to read then
		over := false
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			for !over {
				turns++
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
			}
			return nil
		}))
		for done, alone := 0, 0; done < size; {
			before := turns
			n, err := step(c)
			require.NoError(t, err)
			done += n
			if alone += n; turns > before {
				alone = 0
			}
			require.LessOrEqual(t, alone, 128<<10)
		}
		over = true
		require.NoError(t, c.Close())
		require.NoError(t, coro.Await(co, peer))
	}
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		p := make([]byte, 16<<10)
		busy(t, co, func(peer net.Conn) error {
			_, err := peer.Write(make([]byte, size))
			return err
		}, func(c *streams.Conn) (int, error) { return c.Read(p) })
		discard := func(peer net.Conn) error {
			_, err := io.Copy(io.Discard, peer)
			return err
		}
		busy(t, co, discard, func(c *streams.Conn) (int, error) { return c.Write(p) })
		busy(t, co, discard, func(c *streams.Conn) (int, error) {
			before := turns
			n, err := c.Write(make([]byte, 256<<10)) // which the kernel takes
			require.GreaterOrEqual(t, turns-before, 2)
			return n, err
		})
		return nil
	}, loop.IOBudget(1)))
}

// A deadline that the connection below had counts no more, and neither does what others have of it.
func TestStartTLSTakesOver(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		raw := dial(t, co, s)
		require.NoError(t, raw.SetDeadline(time.Now().Add(20*time.Millisecond)))
		c, err := startTLS(co, raw, clientConfig())
		require.NoError(t, err)
		require.NoError(t, coro.Sleep(co, 30*time.Millisecond))
		requireWrite(t, c, "hello")
		requireRead(t, c, "hello")
		elsewhere(t, co, func() error {
			_, err := raw.Read(make([]byte, 1))
			require.ErrorIs(t, err, net.ErrClosed)
			requireWrite(t, c, "world") // which the loop does for it
			requireRead(t, c, "world")
			return raw.Close()
		})
		require.NoError(t, coro.Sleep(co, time.Millisecond)) // it is posted
		require.ErrorIs(t, c.CloseWrite(), net.ErrClosed)
		_, err = c.Read(make([]byte, 1))
		require.ErrorIs(t, err, net.ErrClosed)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
		_ = c.Close()
	}, streams.TLS(serverConfig()))
}

// A file is sent with TLS, too.
//
// CPython: test_sendfile.SendfileMixin.test_sendfile_ssl
// CPython: test_sendfile.SendfileMixin.test_sendfile_ssl_pre_and_post_data
// CPython: test_sendfile.SendfileMixin.test_sendfile_ssl_partial
func TestTLSSendsAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	text := strings.Repeat("x", 1<<20)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		spawn(t, co, func(*coro.Co) error {
			f, err := os.Open(path)
			require.NoError(t, err)
			defer f.Close()
			requireWrite(t, client, "before")
			n, err := io.Copy(client, f)
			require.NoError(t, err)
			require.EqualValues(t, len(text), n)
			_, err = f.Seek(10, io.SeekStart)
			require.NoError(t, err)
			n, err = io.Copy(client, io.LimitReader(f, 1000))
			require.NoError(t, err)
			require.EqualValues(t, 1000, n)
			requireWrite(t, client, "after")
			return client.CloseWrite()
		})
		require.Equal(t, "before"+text+strings.Repeat("x", 1000)+"after", readAll(t, server))
	})
}

// A connection of a Dialer can be upgraded, wherever it was dialed. That a cancellation stays goes with it.
func TestStartTLSOfADialersConn(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		d := streams.NewDialer(co)
		here, err := d.DialContext(co.Context(), "tcp", s.Addr().String())
		require.NoError(t, err)
		var there net.Conn
		elsewhere(t, co, func() (err error) {
			there, err = d.Dial("tcp", s.Addr().String())
			return err
		})
		for _, raw := range []net.Conn{here, there} {
			c, err := startTLS(co, raw.(*streams.Conn), clientConfig())
			require.NoError(t, err)
			requireWrite(t, c, "hello")
			requireRead(t, c, "hello")
			err = coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) error {
				_, err := c.Read(make([]byte, 1))
				require.ErrorIs(t, err, context.Canceled)
				_, err = c.Write([]byte("x"))
				return err
			})
			require.True(t, future.IsTimeout(err))
			_, err = c.Write([]byte("x"))
			require.ErrorIs(t, err, net.ErrClosed)
			require.NoError(t, c.Close())
		}
	}, streams.TLS(serverConfig()))
}
