package streams_test

import (
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// piped runs a test with a Pipe on a virtual clock. Nothing may be left behind.
func piped(t *testing.T, test func(co *coro.Co, a, b *streams.Conn)) {
	t.Helper()
	testkit.Run(t, func(co *coro.Co) {
		a, b := streams.Pipe(co)
		test(co, a, b)
		_, _ = a.Close(), b.Close()
	}, loop.ReportLeaks(true))
}

// spawn has f run beside the caller. It must not fail.
func spawn(t *testing.T, co *coro.Co, f func(co *coro.Co) error) *coro.Task[coro.None] {
	t.Helper()
	return coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		err := f(co)
		require.NoError(t, err)
		return err
	}))
}

// fill writes until nothing more can be taken at once, and returns how much that was.
func fill(t *testing.T, c *streams.Conn) int {
	t.Helper()
	w, n := streams.NewWriter(c), 0
	for w.BufferSize() == 0 {
		m, err := w.Write(make([]byte, 1000))
		require.NoError(t, err)
		n += m
	}
	return n
}

func hasIPv6() bool {
	ln, err := net.Listen("tcp6", "[::1]:0")
	if err == nil {
		ln.Close()
	}
	return err == nil
}

// echo sends back what comes.
func echo(co *coro.Co, c *streams.Conn) error {
	p := make([]byte, 4096)
	for {
		n, err := c.Read(p)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := c.Write(p[:n]); err != nil {
			return err
		}
	}
}
