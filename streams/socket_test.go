package streams_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// served runs a test beside a Server, on a real clock. Nothing may be left behind.
func served(t *testing.T, network, addr string, handler func(*coro.Co, *streams.Conn) error,
	test func(co *coro.Co, s *streams.Server), opts ...streams.ServeOption) {
	t.Helper()
	onMachine(t, func(co *coro.Co) {
		ln, err := streams.Listen(co, network, addr)
		require.NoError(t, err)
		s := streams.Serve(co, ln, handler, opts...)
		test(co, s)
		s.Close()
		s.AbortClients()
		require.NoError(t, s.WaitClosed(co))
	})
}

// onMachine runs a test on a real clock, with sockets. Nothing may be left behind.
func onMachine(t *testing.T, test func(co *coro.Co)) {
	t.Helper()
	testkit.Run(t, test, loop.VirtualTime(false), loop.ReportLeaks(true))
}

func dial(t *testing.T, co *coro.Co, s *streams.Server) *streams.Conn {
	t.Helper()
	c, err := streams.Dial(co, s.Addr().Network(), s.Addr().String())
	require.NoError(t, err)
	return c
}

// CPython: test_streams.StreamTests.test_open_connection
// CPython: test_streams.StreamTests.test_open_unix_connection
// CPython: test_events.EventLoopTestsMixin.test_create_connection
// CPython: test_events.EventLoopTestsMixin.test_create_unix_connection
// CPython: test_events.EventLoopTestsMixin.test_create_unix_server
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_sock_client_ops
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_unix_sock_client_ops
// CPython: test_buffered_proto.BaseTestBufferedProtocol.test_buffered_proto_create_connection
// CPython: test_selector_events.BaseSelectorEventLoopTests.test_accept_connection_multiple
// CPython: test_selector_events.SelectorSocketTransportTests.test_read_ready_eof
// CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests.test_read_ready_eof
func TestEcho(t *testing.T) {
	for network, addr := range map[string]string{"tcp": "127.0.0.1:0", "tcp6": "[::1]:0", "unix": filepath.Join(t.TempDir(), "socket")} {
		t.Run(network, func(t *testing.T) {
			if network == "tcp6" {
				probe, err := net.Listen("tcp6", addr)
				if err != nil {
					t.Skip("no IPv6 here: ", err)
				}
				probe.Close()
			}
			served(t, network, addr, echo, func(co *coro.Co, s *streams.Server) {
				err := coro.Group(co, func(g *coro.TaskGroup) error {
					for i := range 20 {
						coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
							c := dial(t, co, s)
							defer c.Close()
							require.Equal(t, s.Addr().String(), c.RemoteAddr().String())
							text := bytes.Repeat([]byte(fmt.Sprint(i)), 1000*i)
							if _, err := streams.NewWriter(c).Write(text); err != nil {
								return err
							}
							got, err := streams.NewReader(c).ReadExactly(co, len(text))
							require.Equal(t, string(text), string(got))
							if err != nil {
								return err
							}
							require.NoError(t, c.CloseWrite())
							n, err := c.Read(make([]byte, 1))
							require.Zero(t, n)
							require.Equal(t, io.EOF, err)
							return nil
						}))
					}
					return nil
				})
				require.NoError(t, err)
			})
		})
	}
}

// A megabyte goes through both ways at once, on either side of which a task waits for room.
//
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_huge_content
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_huge_content_recvinto
func TestSocketsThatAreFull(t *testing.T) {
	const size = 8 << 20
	served(t, "tcp", "127.0.0.1:0", func(co *coro.Co, c *streams.Conn) error {
		_, err := io.Copy(onlyWriter{c}, onlyReader{c})
		return err
	}, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		defer c.Close()
		write := spawn(t, co, func(*coro.Co) error {
			n, err := c.Write(make([]byte, size))
			require.Equal(t, size, n)
			return errors.Join(err, c.CloseWrite())
		})
		got, err := streams.NewReader(c).ReadAll(co)
		require.NoError(t, err)
		require.Len(t, got, size)
		require.NoError(t, coro.Await(co, write))
	})
}

type onlyWriter struct{ io.Writer }

// A Writer sends in the background, also after its Close.
//
// CPython: test_streams.StreamTests.test_unclosed_server_resource_warnings
func TestSocketWriter(t *testing.T) {
	const size = 8 << 20
	served(t, "tcp", "127.0.0.1:0", func(co *coro.Co, c *streams.Conn) error {
		_, err := streams.NewWriter(c).Write(make([]byte, size))
		return err // and the Server closes it
	}, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		defer c.Close()
		require.NoError(t, coro.Sleep(co, time.Millisecond))
		got, err := streams.NewReader(c).ReadAll(co)
		require.NoError(t, err)
		require.Len(t, got, size)
	})
}

// Deadlines, cancellations and Close end the wait for a socket, and lose nothing.
func TestSocketWaits(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
		_, err := c.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, c.SetReadDeadline(time.Time{}))
		err = coro.Timeout(co, 10*time.Millisecond, func(*coro.TimeoutScope) error {
			_, err := c.Read(make([]byte, 1))
			return err
		})
		require.True(t, future.IsTimeout(err))
		_, err = c.Write([]byte("hello"))
		require.NoError(t, err)
		got, err := streams.NewReader(c).ReadExactly(co, 5)
		require.NoError(t, err)
		require.Equal(t, "hello", string(got))
		read := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			_, err := c.Read(make([]byte, 1))
			return err
		}))
		require.NoError(t, coro.Sleep(co, 0))
		require.NoError(t, c.Close())
		require.ErrorIs(t, coro.Await(co, read), net.ErrClosed)
	})
}

// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_sock_client_fail
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_connection_connect_err
func TestDialFails(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		addr := ln.Addr().String()
		ln.Close()
		_, err = streams.Dial(co, "tcp", addr)
		var op *net.OpError
		require.ErrorAs(t, err, &op)
		require.Equal(t, "dial", op.Op)
		require.ErrorContains(t, err, "refused")
		_, err = streams.Dial(co, "nonsense", addr)
		require.ErrorContains(t, err, "unknown network nonsense")
		_, err = streams.Listen(co, "tcp", "nonsense")
		require.ErrorContains(t, err, "missing port in address")
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			_, err := streams.Dial(co, "tcp", "192.0.2.1:9") // where nobody answers
			return err
		}))
		require.NoError(t, coro.Sleep(co, 0))
		require.NoError(t, coro.Sleep(co, 0))
		task.Cancel()
		err = coro.Await(co, task)
		require.Error(t, err)
		if !errors.Is(err, context.Canceled) {
			require.ErrorAs(t, err, &op, "there is no route at all")
		}
	}, loop.VirtualTime(false), loop.ReportLeaks(true))
}

// A socket's path is taken over from one that is dead, and given up in the end, if it is still that
// of the Listener; other files are left alone.
//
// CPython: test_unix_events.SelectorEventLoopUnixSocketTests.test_create_unix_server_existing_path_sock
// CPython: test_unix_events.SelectorEventLoopUnixSocketTests.test_create_unix_server_existing_path_nonsock
func TestUnixPaths(t *testing.T) {
	if runtime.GOARCH == "wasm" {
		t.Skip("the paths of the network in memory are no files")
	}
	testkit.Run(t, func(co *coro.Co) {
		path := filepath.Join(t.TempDir(), "socket")
		dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
		require.NoError(t, err)
		dead.SetUnlinkOnClose(false)
		dead.Close()
		ln, err := streams.Listen(co, "unix", path)
		require.NoError(t, err)
		require.FileExists(t, path)
		require.NoError(t, ln.Close())
		require.NoFileExists(t, path)
		require.ErrorIs(t, ln.Close(), net.ErrClosed)
		_, err = ln.Accept(co)
		require.ErrorIs(t, err, net.ErrClosed)

		ln, err = streams.Listen(co, "unix", path)
		require.NoError(t, err)
		other, err := streams.Listen(co, "unix", path)
		require.NoError(t, err)
		require.NoError(t, ln.Close())
		require.FileExists(t, path, "it is the other one's")
		require.NoError(t, other.Close())
		require.NoFileExists(t, path)

		require.NoError(t, os.WriteFile(path, nil, 0o600))
		_, err = streams.Listen(co, "unix", path)
		require.Error(t, err)
		require.FileExists(t, path)
	}, loop.VirtualTime(false))
}

// A socket is readable when it is, and not because it is worth a try.
func TestConnWaitReadableOfSocket(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		err := coro.Timeout(co, time.Millisecond, func(*coro.TimeoutScope) error { return c.WaitReadable(co) })
		require.True(t, future.IsTimeout(err), "%v", err)
		_, err = c.Write([]byte("hello"))
		require.NoError(t, err)
		require.NoError(t, c.WaitReadable(co))
		n, err := c.Read(make([]byte, 10))
		require.NoError(t, err)
		require.Equal(t, 5, n)
		require.NoError(t, c.CloseWrite())
		require.NoError(t, c.WaitReadable(co))
		_, err = c.Read(make([]byte, 10))
		require.ErrorIs(t, err, io.EOF)
		require.NoError(t, c.Close())
		require.ErrorIs(t, c.WaitReadable(co), net.ErrClosed)
	})
}

// A socket tells of a client that has gone, whether it did before its handler asked or not.
func TestCancelOnHangUpOfSocket(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(c *streams.Conn) error
	}{{"close", (*streams.Conn).Close}, {"abort", (*streams.Conn).Abort}, {"close write", (*streams.Conn).CloseWrite}} {
		t.Run(test.name, func(t *testing.T) {
			var ended []error
			served(t, "tcp", "127.0.0.1:0", func(co *coro.Co, c *streams.Conn) error {
				err := coro.Sleep(co, time.Hour)
				ended = append(ended, err)
				return err
			}, func(co *coro.Co, s *streams.Server) {
				at := dial(t, co, s)
				require.NoError(t, test.end(at), "at once")
				later := dial(t, co, s)
				require.NoError(t, coro.Sleep(co, time.Millisecond))
				require.NoError(t, test.end(later))
				s.Close()
				require.NoError(t, s.WaitClosed(co))
				require.Len(t, ended, 2)
				for _, err := range ended {
					require.ErrorIs(t, err, future.ErrCanceled)
				}
				_, _ = at.Close(), later.Close()
			}, streams.CancelOnHangUp())
		})
	}
}
