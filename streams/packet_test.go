package streams_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
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

func listenPacket(t *testing.T, co *coro.Co, network, addr string) *streams.PacketConn {
	t.Helper()
	c, err := streams.ListenPacket(co, network, addr)
	require.NoError(t, err)
	return c
}

// Each datagram is read for itself, also an empty one; what does not fit is lost.
//
// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_no_data
// CPython: test_selector_events.SelectorDatagramTransportTests.test_read_ready
// CPython: test_events.EventLoopTestsMixin.test_create_datagram_endpoint
// CPython: test_events.EventLoopTestsMixin.test_create_datagram_endpoint_ipv6
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_recvfrom
// CPython: test_sock_lowlevel.BaseSockTestsMixin.test_recvfrom_into
func TestDatagrams(t *testing.T) {
	dir := t.TempDir()
	for network, addrs := range map[string][2]string{
		"udp4":     {"127.0.0.1:0", "127.0.0.1:0"},
		"udp":      {":0", ":0"},
		"udp6":     {"[::1]:0", "[::1]:0"},
		"unixgram": {filepath.Join(dir, "a"), filepath.Join(dir, "b")},
	} {
		if network == "udp6" && !hasIPv6() {
			continue
		}
		t.Run(network, func(t *testing.T) {
			if network == "unixgram" && runtime.GOOS == "windows" {
				t.Skip("Windows has unix sockets for streams alone")
			}
			onMachine(t, func(co *coro.Co) {
				a, b := listenPacket(t, co, network, addrs[0]), listenPacket(t, co, network, addrs[1])
				defer a.Close()
				defer b.Close()
				to := b.LocalAddr()
				if at, ok := to.(*net.UDPAddr); ok && at.IP.IsUnspecified() {
					to = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: at.Port}
				}
				read := coro.CreateTask(co, func(*coro.Co) (string, error) {
					got := ""
					for range 4 {
						p := make([]byte, 5)
						n, from, err := b.ReadFrom(p)
						if err != nil {
							return got, err
						}
						if at, ok := from.(*net.UDPAddr); ok {
							require.Equal(t, a.LocalAddr().(*net.UDPAddr).Port, at.Port)
						} else {
							require.Equal(t, a.LocalAddr().String(), from.String())
						}
						got += string(p[:n]) + "|"
					}
					return got, nil
				})
				require.NoError(t, coro.Sleep(co, 0))
				for _, text := range []string{"one", "", "much too long", "three"} {
					n, err := a.WriteTo([]byte(text), to)
					require.NoError(t, err)
					require.Equal(t, len(text), n)
				}
				got, err := read.Await(co)
				require.NoError(t, err)
				require.Equal(t, "one||much |three|", got)
				_, err = a.WriteTo([]byte("x"), &net.TCPAddr{})
				require.ErrorContains(t, err, "a datagram to a *net.TCPAddr")
			})
		})
	}
}

// With one peer it is a net.Conn too, on other goroutines as well.
//
// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_connected_addr
func TestConnectedDatagrams(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		a := listenPacket(t, co, "udp", "127.0.0.1:0")
		defer a.Close()
		b, err := streams.DialPacket(co, "udp", a.LocalAddr().String())
		require.NoError(t, err)
		defer b.Close()
		require.Equal(t, a.LocalAddr().String(), b.RemoteAddr().String())
		_, err = b.WriteTo([]byte("x"), a.LocalAddr())
		require.ErrorIs(t, err, net.ErrWriteToConnected)
		_, err = b.Write([]byte("hello"))
		require.NoError(t, err)
		p := make([]byte, 10)
		n, from, err := a.ReadFrom(p)
		require.NoError(t, err)
		require.Equal(t, "hello", string(p[:n]))
		elsewhere(t, co, func() error {
			_, err := a.WriteTo([]byte("back"), from)
			if err != nil {
				return err
			}
			n, err := b.Read(p)
			require.Equal(t, "back", string(p[:n]))
			return err
		})
		_, err = streams.DialPacket(co, "tcp", a.LocalAddr().String())
		require.Error(t, err)
		_, err = streams.Dial(co, "udp", a.LocalAddr().String())
		require.ErrorContains(t, err, "a *net.UDPConn is for datagrams; DialPacket and AdoptPacket are for those")
	})
}

// That nobody listens is told by the next operation, and then it goes on.
//
// CPython: test_events.EventLoopTestsMixin.test_datagram_send_to_non_listening_address
func TestDatagramsToNobody(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOARCH == "wasm" {
		t.Skip("package net does not have it told on Windows, and has a network in memory under WebAssembly")
	}
	onMachine(t, func(co *coro.Co) {
		gone := listenPacket(t, co, "udp", "127.0.0.1:0")
		addr := gone.LocalAddr().String()
		require.NoError(t, gone.Close())
		c, err := streams.DialPacket(co, "udp", addr)
		require.NoError(t, err)
		defer c.Close()
		_, err = c.Write([]byte("x"))
		require.NoError(t, err)
		_, err = c.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		again := listenPacket(t, co, "udp", addr)
		defer again.Close()
		_, err = c.Write([]byte("y"))
		require.NoError(t, err)
		p := make([]byte, 10)
		n, _, err := again.ReadFrom(p)
		require.NoError(t, err)
		require.Equal(t, "y", string(p[:n]))
	})
}

// CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_exception
func TestDatagramWaits(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		c := listenPacket(t, co, "udp", "127.0.0.1:0")
		require.NoError(t, c.SetReadDeadline(time.Now().Add(5*time.Millisecond)))
		_, _, err := c.ReadFrom(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, c.SetDeadline(time.Time{}))
		err = coro.Timeout(co, 5*time.Millisecond, func(*coro.TimeoutScope) error {
			_, _, err := c.ReadFrom(make([]byte, 1))
			return err
		})
		require.True(t, future.IsTimeout(err))
		_, err = c.WriteTo([]byte(strings.Repeat("x", 100_000)), c.LocalAddr())
		require.ErrorIs(t, err, errTooLong)
		read := coro.CreateTask(co, func(*coro.Co) (int, error) {
			n, _, err := c.ReadFrom(make([]byte, 1))
			return n, err
		})
		var inCallback error
		loop.Of(co).CallSoon(func() { _, _, inCallback = c.ReadFrom(make([]byte, 1)) })
		require.NoError(t, coro.Sleep(co, 0))
		require.ErrorIs(t, inCallback, streams.ErrCallback)
		_, err = loop.Go(func(context.Context) (int, error) { return 0, c.Close() })(co)
		require.NoError(t, err)
		_, err = read.Await(co)
		require.ErrorIs(t, err, net.ErrClosed)
	})
}
