package streams_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

// CPython: test_sslproto.BaseStartTLS.test_start_tls_client_reg_proto_1
// CPython: test_sslproto.BaseStartTLS.test_start_tls_server_1
// CPython: test_ssl.TestSSL.test_start_tls_client_reg_proto_1
// CPython: test_ssl.TestSSL.test_start_tls_server_1
func TestTLS(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		piped(t, func(co *coro.Co, a, b *streams.Conn) {
			spawn(t, co, func(co *coro.Co) error {
				config := serverConfig()
				config.MaxVersion = version
				server, err := startTLS(co, b, config, streams.ServerSide())
				require.NoError(t, err)
				requireRead(t, server, "hello")
				requireWrite(t, server, "world")
				return server.Close()
			})
			client, err := startTLS(co, a, clientConfig())
			require.NoError(t, err)
			requireWrite(t, client, "hello")
			require.Equal(t, "world", readAll(t, client))
			require.Zero(t, loop.Of(co).Snapshot().Timers)

			require.Nil(t, a.TLS())
			state := client.TLS()
			require.True(t, state.HandshakeComplete)
			require.Equal(t, version, state.Version)
			require.Equal(t, identity().Leaf, state.PeerCertificates[0])
			require.Equal(t, "pipe:b", client.RemoteAddr().String())
			require.Equal(t, "pipe:a", client.LocalAddr().String())
			require.NoError(t, client.Close())
			require.ErrorIs(t, a.Close(), net.ErrClosed)
		})
	}
}

// Several tasks read and write at once, much more than is under way.
func TestTLSInLine(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		const size = 1 << 20
		var tasks []*coro.Task[coro.None]
		for _, c := range []*streams.Conn{client, server} {
			for i := range 2 {
				tasks = append(tasks, spawn(t, co, func(*coro.Co) error {
					n, err := c.Write(bytes.Repeat([]byte{byte('a' + i)}, size/2))
					require.Equal(t, size/2, n)
					return err
				}))
			}
			tasks = append(tasks, spawn(t, co, func(co *coro.Co) error {
				got, err := streams.NewReader(c).ReadExactly(co, size)
				require.Equal(t, strings.Repeat("a", size/2)+strings.Repeat("b", size/2), string(got))
				return err
			}))
		}
		for _, task := range tasks {
			require.NoError(t, coro.Await(co, task))
		}
	})
}

// A line is read as without TLS, and a Writer keeps what is not taken.
func TestTLSLines(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		w, r := streams.NewWriter(client), streams.NewReader(server)
		long := strings.Repeat("x", 50_000) + "\n"
		for range 10 {
			_, err := w.WriteString(long + "short\n")
			require.NoError(t, err)
		}
		require.NotZero(t, w.BufferSize())
		drain, flush := spawn(t, co, w.Drain), spawn(t, co, w.Flush)
		require.NoError(t, coro.Sleep(co, time.Second))
		require.False(t, drain.Done())
		for range 10 {
			for _, want := range []string{long, "short\n"} {
				line, err := r.ReadLine(co)
				require.NoError(t, err)
				require.Equal(t, want, string(line))
			}
		}
		require.NoError(t, coro.Await(co, drain))
		require.NoError(t, coro.Await(co, flush))
	})
}

// A Write, as a Flush, is over when the connection below has sent all.
func TestTLSWriteIsOut(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		write := spawn(t, co, func(*coro.Co) error {
			n, err := client.Write(make([]byte, 64<<10)) // which is more when it is encrypted
			require.Equal(t, 64<<10, n)
			return err
		})
		require.NoError(t, coro.Sleep(co, time.Second))
		require.False(t, write.Done())
		_, err := io.ReadFull(server, make([]byte, 64<<10))
		require.NoError(t, err)
		require.NoError(t, coro.Await(co, write))
	})
}

func TestTLSFlush(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		w := streams.NewWriter(client)
		for range 2 {
			_, err := w.Write(make([]byte, 50_000))
			require.NoError(t, err)
		}
		flush := spawn(t, co, w.Flush)
		write := spawn(t, co, func(*coro.Co) error {
			n, err := client.Write([]byte("x"))
			require.Equal(t, 1, n)
			return err
		})
		require.NoError(t, coro.Sleep(co, time.Second))
		require.False(t, flush.Done())
		_, err := io.ReadFull(server, make([]byte, 50_000))
		require.NoError(t, err)
		require.NoError(t, coro.Await(co, flush))
		require.NoError(t, coro.Await(co, write))
	})
}

// The Reader and the Writer that were there go on, after what was written, and with what was read
// ahead.
//
// CPython: test_streams.StreamTests.test_start_tls
// CPython: test_streams.StreamTests.test_start_tls_buffered_data
// CPython: test_sslproto.BaseStartTLS.test_start_tls_client_buf_proto_1
// CPython: test_ssl.TestSSL.test_start_tls_client_buf_proto_1
// CPython: test_sslproto.SslProtoHandshakeTests.test_set_new_app_protocol
func TestStartTLSInPlace(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		long := strings.Repeat("x", 100_000) + "\n"
		serving := spawn(t, co, func(co *coro.Co) error {
			r, w := streams.NewReader(b), streams.NewWriter(b)
			require.NoError(t, coro.Sleep(co, time.Second))
			line, err := r.ReadLine(co)
			require.NoError(t, err)
			require.Equal(t, "STARTTLS\n", string(line))
			require.NotEmpty(t, r.Buffered(), "of the handshake")
			_, err = w.WriteString(long)
			require.NoError(t, err)
			require.NotZero(t, w.BufferSize())
			meanwhile := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				_, err := r.ReadLine(co)
				return err
			}))
			c, err := streams.StartTLS(co, r, w, serverConfig(), streams.ServerSide())
			require.NoError(t, err)
			require.Equal(t, c, w.Conn())
			require.ErrorContains(t, coro.Await(co, meanwhile), "has TLS above it")
			_, err = io.ReadFull(r, make([]byte, 3)) // in both ways in which it reads
			require.NoError(t, err)
			line, err = r.ReadLine(co)
			require.NoError(t, err)
			_, err = w.Write(bytes.ToUpper(line))
			require.NoError(t, err)
			require.NoError(t, w.Close())
			return w.WaitClosed(co)
		})
		// A client that does not wait for the answer.
		w := streams.NewWriter(a)
		_, err := w.WriteString("STARTTLS\n")
		require.NoError(t, err)
		secure := tls.Client(&after{a, int64(len(long))}, clientConfig())
		_, err = io.WriteString(secure, "...hello\n")
		require.NoError(t, err)
		got, err := io.ReadAll(secure)
		require.NoError(t, err)
		require.Equal(t, "HELLO\n", string(got))
		require.NoError(t, coro.Await(co, serving))
	})
}

// after is a connection of which so many bytes are skipped.
type after struct {
	*streams.Conn
	skip int64
}

func (a *after) Read(p []byte) (int, error) {
	if _, err := io.CopyN(io.Discard, a.Conn, a.skip); err != nil {
		return 0, err
	}
	a.skip = 0
	return a.Conn.Read(p)
}

// CPython: test_ssl.TestSSL.test_create_server_ssl_over_ssl
// CPython: test_sslproto.SslProtoHandshakeTests.test_close_during_ssl_over_ssl
func TestStartTLSOverTLS(t *testing.T) {
	secured(t, func(co *coro.Co, outer, around *streams.Conn) {
		client, server := handshake(t, co, outer, around)
		const size = 1 << 20
		var tasks []*coro.Task[coro.None]
		for _, c := range []*streams.Conn{client, server} {
			tasks = append(tasks, spawn(t, co, func(co *coro.Co) error {
				w := streams.NewWriter(c)
				if _, err := w.Write(make([]byte, size-1)); err != nil {
					return err
				}
				if _, err := c.Write([]byte("x")); err != nil {
					return err
				}
				return w.WriteEOF()
			}), spawn(t, co, func(*coro.Co) error {
				require.Equal(t, strings.Repeat("\x00", size-1)+"x", readAll(t, c))
				return nil
			}))
		}
		for _, task := range tasks {
			require.NoError(t, coro.Await(co, task))
		}
		_, err := outer.Write([]byte("x"))
		require.ErrorContains(t, err, "has TLS above it")
		require.NoError(t, outer.Close(), "which is that of what is above")
		_, err = client.Read(make([]byte, 1))
		require.ErrorIs(t, err, net.ErrClosed)
	})
}

// What is below is not to be used any more, and is not while it is used.
//
// CPython: test_sslproto.BaseStartTLS.test_start_tls_wrong_args
func TestStartTLSRefuses(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		r, w := streams.NewReader(a), streams.NewWriter(a)
		refuses := func(text string, r *streams.Reader, config *tls.Config, opts ...streams.TLSOption) {
			t.Helper()
			_, err := streams.StartTLS(co, r, w, config, opts...)
			require.ErrorContains(t, err, text)
			require.NotErrorIs(t, err, net.ErrClosed)
		}
		refuses("neither ServerName nor InsecureSkipVerify", r, nil)
		refuses("neither Certificates, GetCertificate nor", r, &tls.Config{}, streams.ServerSide())
		refuses("allows Renegotiation", r, &tls.Config{ServerName: host, Renegotiation: tls.RenegotiateFreelyAsClient})
		refuses("not of one Conn", streams.NewReader(b), clientConfig())
		refuses("not of one Conn", streams.NewReader(strings.NewReader("")), clientConfig())
		reading := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			_, err := r.ReadLine(co)
			return err
		}))
		require.NoError(t, coro.Sleep(co, time.Second))
		refuses("another task reads", r, clientConfig())
		refuses("while a task reads or writes", streams.NewReader(a), clientConfig())
		reading.Cancel()
		require.True(t, future.IsCanceled(coro.Await(co, reading)))
		writing := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			_, err := a.Write(make([]byte, 64<<10+1))
			return err
		}))
		require.NoError(t, coro.Sleep(co, time.Second))
		refuses("while a task reads or writes", r, clientConfig())
		_, err := io.ReadFull(b, make([]byte, 64<<10+1))
		require.NoError(t, err)
		require.NoError(t, coro.Await(co, writing))
		elsewhere := make(chan error)
		go func() {
			elsewhere <- loop.Main(func(co *coro.Co) error {
				_, err := streams.StartTLS(co, r, w, clientConfig())
				return err
			})
		}()
		require.ErrorIs(t, <-elsewhere, coro.ErrOtherLoop)

		client, server := handshake(t, co, a, b)
		refuses("has TLS above it", streams.NewReader(a), clientConfig())
		for _, use := range []func() error{
			func() error { _, err := a.Read(make([]byte, 1)); return err },
			func() error { _, err := a.Write([]byte("x")); return err },
			func() error { _, err := w.Write([]byte("x")); return err },
			a.CloseWrite,
		} {
			require.ErrorContains(t, use(), "has TLS above it; the one that StartTLS has returned is to be used")
		}
		requireWrite(t, server, "hello")
		requireRead(t, client, "hello")
		require.NoError(t, client.Close())
		_, err = startTLS(co, client, clientConfig())
		require.ErrorIs(t, err, net.ErrClosed)

		require.PanicsWithValue(t, "streams: StartTLS of a nil Reader or Writer", func() { _, _ = streams.StartTLS(co, nil, w, nil) })
		require.PanicsWithValue(t, "streams: a nil TLSOption; leave it out", func() { _, _ = streams.StartTLS(co, r, w, nil, nil) })
	})
}

// A canceled Read has taken nothing, in the middle of a record too.
func TestTLSReadCanceled(t *testing.T) {
	var held []byte
	hold := func(p []byte) []byte {
		all := append(held, p...)
		held = bytes.Clone(all[len(all)/2:])
		return bytes.Clone(all[:len(all)/2])
	}
	relayed(t, func(p []byte) []byte { return hold(p) }, func(co *coro.Co, client, server *streams.Conn) {
		requireWrite(t, client, "hello ")
		p := make([]byte, 100)
		for range 2 {
			err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
				n, err := server.Read(p)
				require.Zero(t, n)
				require.ErrorIs(t, err, context.Canceled)
				return err
			})
			require.True(t, future.IsTimeout(err))
			require.NoError(t, server.SetReadDeadline(time.Now().Add(time.Second)))
			_, err = server.Read(p)
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.NoError(t, server.SetReadDeadline(time.Time{}))
		}
		hold = func(p []byte) []byte { return append(held, p...) }
		requireWrite(t, client, "world")
		requireRead(t, server, "hello world")
	})
}

// A canceled Write has sent what it says, and the next one goes on; so it is with a deadline.
func TestTLSWriteCanceled(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		sent := 0
		write := func(*coro.TimeoutScope) error {
			n, err := client.Write(bytes.Repeat([]byte("x"), 1<<20))
			sent += n
			return err
		}
		require.True(t, future.IsTimeout(coro.Timeout(co, time.Second, write)))
		require.Greater(t, sent, 50_000)
		requireRead(t, server, strings.Repeat("x", 1000))
		require.NoError(t, client.SetWriteDeadline(time.Now().Add(time.Second)))
		require.ErrorIs(t, write(nil), os.ErrDeadlineExceeded)
		require.NoError(t, client.SetWriteDeadline(time.Time{}))
		reading := coro.CreateTask(co, func(*coro.Co) (string, error) { return readAll(t, server), nil })
		requireWrite(t, client, "end")
		require.NoError(t, client.CloseWrite())
		got, err := reading.Await(co)
		require.NoError(t, err)
		require.Equal(t, strings.Repeat("x", sent-1000)+"end", got)
	})
}

// Other goroutines are refused on a virtual clock, and may close it.
func TestTLSElsewhere(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		refused := func(f func() error) {
			t.Helper()
			_, err := loop.ToThread(func(context.Context) (int, error) { return 0, f() })(co)
			require.ErrorIs(t, err, streams.ErrElsewhere)
		}
		refused(func() error { _, err := client.Read(make([]byte, 1)); return err })
		refused(func() error { _, err := client.Write([]byte("x")); return err })
		reading := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			_, err := client.Read(make([]byte, 1))
			return err
		}))
		require.NoError(t, coro.Sleep(co, time.Second))
		_, err := loop.ToThread(func(context.Context) (int, error) { return 0, client.Close() })(co)
		require.NoError(t, err)
		require.ErrorIs(t, coro.Await(co, reading), net.ErrClosed)
		require.Empty(t, readAll(t, server))
	})
}

// It can be closed when its loop is.
func TestTLSOutlivesItsLoop(t *testing.T) {
	var client *streams.Conn
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		a, b := streams.Pipe(co)
		client, _ = handshake(t, co, a, b)
		return nil
	}, loop.VirtualTime(true)))
	require.NoError(t, client.Close())
	require.ErrorIs(t, client.Close(), net.ErrClosed)
}

// A Close that is deferred runs when the loop is closed under a task.
func TestConnClosedWithItsTask(t *testing.T) {
	plain := func(_ *testing.T, _ *coro.Co, a, b *streams.Conn) (_, _ *streams.Conn) { return a, b }
	for name, upgrade := range map[string]func(t *testing.T, co *coro.Co, a, b *streams.Conn) (_, _ *streams.Conn){"plain": plain, "TLS": handshake} {
		t.Run(name, func(t *testing.T) {
			l := loop.New(loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
			closed := 0
			_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
				a, b := streams.Pipe(co)
				a, b = upgrade(t, co, a, b)
				for _, c := range []*streams.Conn{a, b} {
					w := streams.NewWriter(c)
					_, err := w.Write(make([]byte, 1<<20))
					require.NoError(t, err)
					coro.CreateTask(co, coro.Do(func(*coro.Co) error {
						defer func() {
							_, err := w.WriteString("bye")
							require.NoError(t, err)
							require.NoError(t, w.Close())
							require.NoError(t, c.Close())
							closed++
						}()
						_, err := c.Write([]byte("x"))
						return err
					}))
				}
				return coro.Sleep(co, time.Second)
			}))
			require.NoError(t, err)
			require.NoError(t, l.Close())
			require.Equal(t, 2, closed)
		})
	}
}

func TestADeadlockNamesTheConnectionWithTLS(t *testing.T) {
	err := loop.Main(func(co *coro.Co) error {
		a, b := streams.Pipe(co)
		client, _ := handshake(t, co, a, b)
		coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			_, err := client.Write(make([]byte, 1<<20))
			return err
		}))
		_, err := client.Read(make([]byte, 1))
		return err
	}, loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	require.ErrorContains(t, err, `task "Task-1" waits for read from pipe:b`)
	require.ErrorContains(t, err, `waits for write to pipe:b`)
}

// A Write beside a Writer that always has more comes to an end.
func TestTLSWriteBesideAWriter(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		reading := spawn(t, co, func(*coro.Co) error {
			got := readAll(t, server)
			require.Equal(t, 64<<10, strings.Count(got, "x"))
			return nil
		})
		w, written := streams.NewWriter(client), false
		require.NoError(t, w.SetBufferLimits(1<<20, 1<<19))
		more := spawn(t, co, func(co *coro.Co) error {
			for n := 0; !written; n++ {
				require.Less(t, n, 1000)
				_, err := w.Write(make([]byte, 100_000))
				require.NoError(t, err)
				if err := w.Drain(co); err != nil {
					return err
				}
			}
			return client.CloseWrite()
		})
		requireWrite(t, client, strings.Repeat("x", 64<<10))
		written = true
		require.NoError(t, coro.Await(co, more))
		require.NoError(t, coro.Await(co, reading))
	})
}

// A WaitReadable waits for what the other side has written: other records are nothing to read.
func TestTLSWaitReadable(t *testing.T) {
	secured(t, func(co *coro.Co, client, server *streams.Conn) {
		err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return client.WaitReadable(co) })
		require.True(t, future.IsTimeout(err), "%v", err)
		for _, text := range []string{"hello", "x"} {
			requireWrite(t, server, text)
			for range 2 {
				require.NoError(t, client.WaitReadable(co))
			}
			p := make([]byte, 10)
			n, err := client.Read(p)
			require.NoError(t, err)
			require.Equal(t, text, string(p[:n]))
		}
		require.NoError(t, server.CloseWrite())
		for range 2 {
			require.NoError(t, client.WaitReadable(co))
		}
		require.Empty(t, readAll(t, client))
	})
}

// TLS on a network that loses every third packet, beside a client that shakes no hand, and one that is gone.
func TestTLSSimulated(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		n := simnet.New(co, simnet.Latency(0, 100*time.Millisecond), simnet.Loss(0.3))
		require.NoError(t, n.Host("server").Run(co, func(co *coro.Co) error {
			ln, err := streams.Listen(co, "tcp", ":80")
			require.NoError(t, err)
			streams.Serve(co, ln, echo, streams.TLS(serverConfig()), streams.CancelOnHangUp())
			return nil
		}))
		require.NoError(t, n.Host("client").Run(co, func(co *coro.Co) error {
			require.NoError(t, dialServer(t, co).Close())
			slow := dialServer(t, co)
			c, err := streams.DialTLS(co, "tcp", "server:80", clientConfig())
			require.NoError(t, err)
			sending := spawn(t, co, func(*coro.Co) error {
				requireWrite(t, c, strings.Repeat("x", 1<<20))
				return nil
			})
			requireRead(t, c, strings.Repeat("x", 1<<20))
			require.NoError(t, coro.Await(co, sending))
			require.NoError(t, c.Close())
			require.Empty(t, readAll(t, slow))
			require.GreaterOrEqual(t, co.Time(), time.Minute)
			return slow.Close()
		}))
	})
}
