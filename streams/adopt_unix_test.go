//go:build unix

package streams_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// A connection that others have dialed, or accepted, is taken over.
//
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_create_connection_sock
// CPython: test_events.EventLoopTestsMixin.test_connect_accepted_socket
// CPython: test_ssl.TestSSL.test_connect_accepted_socket
func TestAdopt(t *testing.T) {
	for network, addr := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "socket")} {
		t.Run(network, func(t *testing.T) {
			onMachine(t, func(co *coro.Co) {
				ln, err := net.Listen(network, addr)
				require.NoError(t, err)
				defer ln.Close()
				dialed, err := net.Dial(network, ln.Addr().String())
				require.NoError(t, err)
				accepted, err := ln.Accept()
				require.NoError(t, err)
				local, remote := dialed.LocalAddr(), dialed.RemoteAddr()
				a, err := streams.Adopt(co, dialed)
				require.NoError(t, err)
				require.Equal(t, local, a.LocalAddr())
				require.Equal(t, remote, a.RemoteAddr())
				requireTakenOver(t, dialed)
				b, err := streams.Adopt(co, accepted)
				require.NoError(t, err)
				for _, way := range [][2]*streams.Conn{{a, b}, {b, a}} {
					_, err = way[0].Write([]byte("hello"))
					require.NoError(t, err)
					got := make([]byte, 5)
					_, err = io.ReadFull(way[1], got)
					require.NoError(t, err)
					require.Equal(t, "hello", string(got))
				}
				require.NoError(t, errors.Join(a.Close(), b.Close()))
			})
		})
	}
}

// A listener of package net is taken over.
//
// CPython: test_events.EventLoopTestsMixin.test_create_server_sock
// CPython: test_unix_events.SelectorEventLoopUnixSocketTests.test_create_unix_server_path_stream_bittype
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_server_stream_bittype
func TestAdoptListener(t *testing.T) {
	for network, addr := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "socket")} {
		t.Run(network, func(t *testing.T) {
			onMachine(t, func(co *coro.Co) {
				theirs, err := net.Listen(network, addr)
				require.NoError(t, err)
				ln, err := streams.AdoptListener(co, theirs)
				require.NoError(t, err)
				require.Equal(t, theirs.Addr().String(), ln.Addr().String())
				s := streams.Serve(co, ln, echo)
				c := knock(t, co, s)
				s.Close()
				require.NoError(t, c.Close())
				require.NoError(t, s.WaitClosed(co))
			})
		})
	}
}

// A socket for datagrams is taken over, with its peer if it has one.
//
// CPython: test_events.EventLoopTestsMixin.test_create_datagram_endpoint_sock
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_sock
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_sock_unix
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_existing_sock_unix
func TestAdoptPacket(t *testing.T) {
	dir := t.TempDir()
	for network, addr := range map[string]string{"udp": "127.0.0.1:0", "unixgram": filepath.Join(dir, "socket")} {
		t.Run(network, func(t *testing.T) {
			onMachine(t, func(co *coro.Co) {
				theirs, err := net.ListenPacket(network, addr)
				require.NoError(t, err)
				a, err := streams.AdoptPacket(co, theirs)
				require.NoError(t, err)
				defer a.Close()
				require.Nil(t, a.RemoteAddr())
				requireTakenOver(t, theirs)
				dialed, err := net.Dial(network, a.LocalAddr().String())
				require.NoError(t, err)
				b, err := streams.AdoptPacket(co, dialed.(net.PacketConn))
				require.NoError(t, err)
				defer b.Close()
				require.Equal(t, a.LocalAddr().String(), b.RemoteAddr().String())
				_, err = b.Write([]byte("hello"))
				require.NoError(t, err)
				p := make([]byte, 10)
				n, _, err := a.ReadFrom(p)
				require.NoError(t, err)
				require.Equal(t, "hello", string(p[:n]))
			})
		})
	}
}

// What is of another kind is refused, and closed.
//
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_connection_wrong_sock
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_wrong_sock
func TestAdoptRefuses(t *testing.T) {
	needsDescriptors(t)
	onMachine(t, func(co *coro.Co) {
		packets, err := net.ListenPacket("udp", "127.0.0.1:0")
		require.NoError(t, err)
		_, err = streams.Adopt(co, packets.(net.Conn))
		require.EqualError(t, err, "streams: a *net.UDPConn is for datagrams; DialPacket and AdoptPacket are for those")
		require.ErrorIs(t, packets.Close(), net.ErrClosed)

		ln, err := net.Listen("unix", filepath.Join(t.TempDir(), "socket"))
		require.NoError(t, err)
		defer ln.Close()
		stream, err := net.Dial("unix", ln.Addr().String())
		require.NoError(t, err)
		_, err = streams.AdoptPacket(co, stream.(net.PacketConn))
		require.EqualError(t, err, "streams: this *net.UnixConn is for a stream; Adopt takes those")
		require.ErrorIs(t, stream.Close(), net.ErrClosed)

		a, b := net.Pipe()
		_, err = streams.Adopt(co, a)
		require.EqualError(t, err, "streams: this is no connection of the system's, and has no descriptor")
		_, err = b.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err, "it is closed")
	})
	require.PanicsWithValue(t, "streams: Adopt of nil", func() { _, _ = streams.Adopt(nil, nil) })
	require.PanicsWithValue(t, "streams: AdoptListener of nil", func() { _, _ = streams.AdoptListener(nil, nil) })
	require.PanicsWithValue(t, "streams: AdoptPacket of nil", func() { _, _ = streams.AdoptPacket(nil, nil) })
}

// The path of a unix socket goes with the Listener, if the socket there is still its own, and nobody wants it
// to stay.
func TestUnixPathAtTheEnd(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(t *testing.T, ln *streams.Listener, path string)
		stays  bool
	}{
		// CPython: test_server.UnixServerCleanupTests.test_unix_server_addr_cleanup
		// CPython: test_server.UnixServerCleanupTests.test_unix_server_sock_cleanup
		{"as it was", func(*testing.T, *streams.Listener, string) {}, false},
		// CPython: test_server.UnixServerCleanupTests.test_unix_server_cleanup_gone
		{"gone", func(t *testing.T, _ *streams.Listener, path string) { require.NoError(t, os.Remove(path)) }, false},
		// CPython: test_server.UnixServerCleanupTests.test_unix_server_cleanup_replaced
		{"replaced", func(t *testing.T, _ *streams.Listener, path string) {
			require.NoError(t, os.Remove(path))
			other, err := net.Listen("unix", path)
			require.NoError(t, err)
			t.Cleanup(func() { other.Close() })
		}, true},
		// CPython: test_server.UnixServerCleanupTests.test_unix_server_cleanup_prevented
		{"kept", func(_ *testing.T, ln *streams.Listener, _ string) { ln.SetUnlinkOnClose(false) }, true},
	} {
		for made, listen := range map[string]func(co *coro.Co, path string) (*streams.Listener, error){
			"here": func(co *coro.Co, path string) (*streams.Listener, error) { return streams.Listen(co, "unix", path) },
			"adopted": func(co *coro.Co, path string) (*streams.Listener, error) {
				ln, err := net.Listen("unix", path)
				require.NoError(t, err)
				return streams.AdoptListener(co, ln)
			},
		} {
			t.Run(c.name+", "+made, func(t *testing.T) {
				onMachine(t, func(co *coro.Co) {
					path := filepath.Join(t.TempDir(), "socket")
					ln, err := listen(co, path)
					require.NoError(t, err)
					require.FileExists(t, path)
					c.before(t, ln, path)
					require.NoError(t, ln.Close())
					if c.stays {
						require.FileExists(t, path)
					} else {
						require.NoFileExists(t, path)
					}
				})
			})
		}
	}
}

// requireTakenOver has c be of no use to others. Where goroutines wait for it, it is what it was.
func requireTakenOver(t *testing.T, c io.Closer) {
	t.Helper()
	if !streams.OnGoroutines() {
		require.ErrorIs(t, c.Close(), net.ErrClosed)
	}
}

func needsDescriptors(t *testing.T) {
	t.Helper()
	if streams.OnGoroutines() {
		t.Skip("asks about descriptors, and goroutines wait for the sockets")
	}
}
