package simnet_test

import (
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

func listenPacket(t *testing.T, co *coro.Co, h *simnet.Host, addr string) (c *streams.PacketConn) {
	t.Helper()
	require.NoError(t, h.Run(co, func(co *coro.Co) (err error) {
		c, err = streams.ListenPacket(co, "udp", addr)
		return err
	}))
	return c
}

func dialPacket(t *testing.T, co *coro.Co, h *simnet.Host, addr string) (c *streams.PacketConn) {
	t.Helper()
	require.NoError(t, h.Run(co, func(co *coro.Co) (err error) {
		c, err = streams.DialPacket(co, "udp", addr)
		return err
	}))
	return c
}

// A datagram arrives as it was sent, to the one who has the port; and so does the answer.
func TestDatagrams(t *testing.T) {
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		server := listenPacket(t, co, n.Host("server"), ":53")
		client := dialPacket(t, co, n.Host("client"), "server:53")
		other := listenPacket(t, co, n.Host("other"), ":0")
		require.Equal(t, simnet.Addr{Net: "udp", Host: "server", Port: 53}, client.RemoteAddr())
		require.Nil(t, server.RemoteAddr())
		_, err := client.Write([]byte("question"))
		require.NoError(t, err)
		p := make([]byte, 5)
		k, from, err := server.ReadFrom(p)
		require.NoError(t, err)
		require.Equal(t, "quest", string(p[:k]), "the rest is lost")
		require.Equal(t, client.LocalAddr(), from)
		_, err = other.WriteTo([]byte("not for you"), from)
		require.NoError(t, err)
		require.NoError(t, coro.Sleep(co, time.Second))
		_, err = server.WriteTo(nil, from)
		require.NoError(t, err)
		k, err = client.Read(p)
		require.NoError(t, err)
		require.Zero(t, k, "an empty one from its peer, and nothing from others")

		_, err = client.WriteTo(p, server.LocalAddr())
		require.ErrorIs(t, err, net.ErrWriteToConnected)
		_, err = other.Write(p)
		require.ErrorIs(t, err, syscall.EDESTADDRREQ)
		_, err = client.Write(make([]byte, 65508))
		require.ErrorIs(t, err, syscall.EMSGSIZE)
		for _, c := range []*streams.PacketConn{server, client, other} {
			require.NoError(t, c.Close())
			_, err := c.Read(p)
			require.ErrorIs(t, err, net.ErrClosed)
		}
	}, fixed)
}

// Where nobody listens, who is connected is told; once.
func TestDatagramsRefused(t *testing.T) {
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		n.Host("server")
		c := dialPacket(t, co, n.Host("client"), "server:53")
		_, err := c.Write([]byte("x"))
		require.NoError(t, err)
		_, err = c.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		_, err = c.Write([]byte("x"))
		require.NoError(t, err)
		require.NoError(t, coro.Sleep(co, time.Second))
		_, err = c.Write([]byte("x"))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		require.NoError(t, c.Close())
	}, fixed)
}

// Some are lost, some overtake others, and none comes twice.
func TestDatagramsAreUnreliable(t *testing.T) {
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		server := listenPacket(t, co, n.Host("server"), ":53")
		client := dialPacket(t, co, n.Host("client"), "server:53")
		for i := range 100 {
			_, err := client.Write([]byte{byte(i)})
			require.NoError(t, err)
		}
		seen, isSorted := map[byte]bool{}, true
		last, p := -1, make([]byte, 1)
		for {
			err := coro.Timeout(co, time.Minute, func(*coro.TimeoutScope) error {
				_, err := server.Read(p)
				return err
			})
			if future.IsTimeout(err) {
				break
			}
			require.NoError(t, err)
			require.False(t, seen[p[0]])
			seen[p[0]] = true
			isSorted = isSorted && int(p[0]) > last
			last = int(p[0])
		}
		require.Less(t, len(seen), 90)
		require.Greater(t, len(seen), 50)
		require.False(t, isSorted)
		_, _ = server.Close(), client.Close()
	}, simnet.Loss(0.25))
}

// What is sent across a partition, or to a host that is down, is lost, and so is what nobody reads.
func TestDatagramsLost(t *testing.T) {
	lost := 0
	simulated(t, func(co *coro.Co, n *simnet.Network) {
		server := listenPacket(t, co, n.Host("server"), ":53")
		client := dialPacket(t, co, n.Host("client"), "server:53")
		send := func(expected int) {
			t.Helper()
			_, err := client.Write(make([]byte, 60_000))
			require.NoError(t, err)
			require.NoError(t, coro.Sleep(co, time.Second))
			require.Equal(t, expected, lost)
		}
		n.Partition(n.Host("client"))
		send(1)
		n.Heal()
		for range 3 {
			send(1)
		}
		send(2)
		n.Host("server").Crash()
		_, err := server.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ENETDOWN)
		send(3)
		_, _ = server.Close(), client.Close()
	}, fixed, simnet.Observe(func(e simnet.Event) {
		if e.Kind == "lost" {
			lost++
		}
	}))
}
