package proxy_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/proxy"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

// shout answers, after the whole of it, what it has heard.
func shout(co *coro.Co, c *streams.Conn) error {
	text, err := streams.NewReader(c).ReadAll(co)
	if err != nil {
		return err
	}
	_, err = io.WriteString(c, strings.ToUpper(string(text)))
	return err
}

// In a network that is slow, loses packets, and whose server is not there for a while, every client has
// its whole answer, with three of them at once.
func TestSimulated(t *testing.T) {
	for seed := range uint64(10) {
		testkit.Run(t, func(co *coro.Co) {
			n := simnet.New(co, simnet.Seed(seed), simnet.Latency(5*time.Millisecond, 100*time.Millisecond), simnet.Loss(0.02))
			serve := func(host string, handler func(*coro.Co, *streams.Conn) error, opts ...streams.ServeOption) (s *streams.Server) {
				require.NoError(t, n.Host(host).Run(co, func(co *coro.Co) error {
					ln, err := streams.Listen(co, "tcp", ":80")
					require.NoError(t, err)
					s = streams.Serve(co, ln, handler, opts...)
					return nil
				}))
				return s
			}
			behind := serve("server", shout)
			busy, most := 0, 0
			p := &proxy.Proxy{Dial: proxy.To("tcp", "server:80"), Idle: time.Minute}
			front := serve("proxy", func(co *coro.Co, c *streams.Conn) error {
				busy++
				most = max(most, busy)
				defer func() { busy-- }()
				return p.Serve(co, c)
			}, streams.MaxConns(3))
			loop.Of(co).CallLater(time.Second, func() { n.Partition(n.Host("server")) })
			loop.Of(co).CallLater(10*time.Second, n.Heal)
			var clients []*coro.Task[coro.None]
			for i := range 10 {
				text := strings.Repeat(fmt.Sprint("client ", i, " "), 20_000)
				clients = append(clients, n.Host(fmt.Sprint("client", i)).Go(co, func(co *coro.Co) error {
					c, err := streams.Dial(co, "tcp", "proxy:80")
					if err != nil {
						return err
					}
					defer c.Close()
					got, err := talk(co, c, text)
					require.True(t, err != nil || got == strings.ToUpper(text), "%d bytes of %d", len(got), len(text))
					return err
				}))
			}
			testkit.Wait(t, co, clients...)
			require.Equal(t, 3, most)
			require.NoError(t, front.Shutdown(co, time.Minute))
			require.NoError(t, behind.Shutdown(co, time.Minute))
		}, loop.ReportLeaks(true))
	}
}
