package simnet_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

// In a bubble of testing/synctest a library's own goroutines may use the network, too: an http.Client has a
// server in coroutines answer, and the hours that this takes are none.
func TestGoroutinesInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		testkit.Run(t, func(co *coro.Co) {
			n := simnet.New(co, simnet.Latency(time.Hour, time.Hour))
			end := server(t, co, n.Host("server"), ":80", serveHTTP)
			var d *streams.Dialer
			require.NoError(t, n.Host("client").Run(co, func(co *coro.Co) error {
				d = streams.NewDialer(co)
				return nil
			}))
			body, err := loop.Go(func(ctx context.Context) ([]byte, error) {
				transport := &http.Transport{DialContext: d.DialContext}
				defer transport.CloseIdleConnections()
				request, err := http.NewRequestWithContext(ctx, "GET", "http://server/?size=1000", nil)
				if err != nil {
					return nil, err
				}
				response, err := (&http.Client{Transport: transport}).Do(request)
				if err != nil {
					return nil, err
				}
				return io.ReadAll(response.Body)
			})(co)
			require.NoError(t, err)
			require.Len(t, body, 1000)
			require.Equal(t, 4*time.Hour+time.Millisecond, time.Since(started).Round(time.Microsecond))
			end()
		}, loop.VirtualTime(false))
	})
}

// On a clock that waits for nobody they are refused, before anything is sent.
func TestGoroutinesOnAVirtualClock(t *testing.T) {
	connected(t, func(co *coro.Co, n *simnet.Network, a, b *streams.Conn) {
		var d *streams.Dialer
		require.NoError(t, n.Host("a").Run(co, func(co *coro.Co) error {
			d = streams.NewDialer(co)
			return nil
		}))
		ln := listen(t, co, n.Host("b"), ":81")
		packets := listenPacket(t, co, n.Host("b"), ":81")
		_, err := loop.Go(func(ctx context.Context) (coro.None, error) {
			_, err := a.Write([]byte("x"))
			require.ErrorIs(t, err, streams.ErrElsewhere)
			_, err = a.Read(make([]byte, 1))
			require.ErrorIs(t, err, streams.ErrElsewhere)
			_, err = d.DialContext(ctx, "tcp", "b:81")
			require.ErrorIs(t, err, streams.ErrElsewhere)
			_, err = ln.NetListener().Accept()
			require.ErrorIs(t, err, streams.ErrElsewhere)
			_, _, err = packets.ReadFrom(make([]byte, 1))
			require.ErrorIs(t, err, streams.ErrElsewhere)
			_, err = packets.WriteTo(nil, packets.LocalAddr())
			require.ErrorIs(t, err, streams.ErrElsewhere)
			return coro.None{}, nil
		})(co)
		require.NoError(t, err)
		_, _ = ln.Close(), packets.Close()
	})
}
