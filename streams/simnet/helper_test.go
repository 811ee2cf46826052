package simnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

// simulated runs a test with a network on a virtual clock.
func simulated(t *testing.T, test func(co *coro.Co, n *simnet.Network), opts ...simnet.Option) {
	t.Helper()
	testkit.Run(t, func(co *coro.Co) { test(co, simnet.New(co, opts...)) }, loop.VirtualTime(true), loop.ReportLeaks(true))
}

// server has handler serve on a port of a host, until the end of the test.
func server(t *testing.T, co *coro.Co, h *simnet.Host, addr string, handler func(co *coro.Co, c *streams.Conn) error) (end func()) {
	t.Helper()
	var s *streams.Server
	require.NoError(t, h.Run(co, func(co *coro.Co) error {
		ln, err := streams.Listen(co, "tcp", addr)
		require.NoError(t, err)
		s = streams.Serve(co, ln, handler)
		return nil
	}))
	return func() {
		s.Close()
		s.CloseClients()
		require.NoError(t, s.WaitClosed(co))
	}
}

// echo sends back what comes.
func echo(co *coro.Co, c *streams.Conn) error {
	r := streams.NewReader(c)
	for {
		some, err := r.ReadSome(co, 4096)
		if err != nil {
			return ignoreEOF(err)
		}
		if _, err := c.Write(some); err != nil {
			return err
		}
	}
}
