//go:build unix

package streams_test

import (
	"context"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// With no descriptor left a Server waits, says so once, and goes on when there is one.
//
// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_accept_connection_exception
func TestServerWithoutDescriptors(t *testing.T) {
	var told []string
	err := loop.Main(func(co *coro.Co) error {
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		s := streams.Serve(co, ln, echo)
		first := knock(t, co, s)

		var limit syscall.Rlimit
		require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
		raw, err := net.Dial("tcp", s.Addr().String()) // before there is none left
		require.NoError(t, err)
		defer raw.Close()
		low := limit
		low.Cur = 0
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low))
		restored := false
		restore := func() {
			if !restored {
				restored = true
				require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit))
			}
		}
		defer restore()
		for len(told) == 0 {
			if err := coro.Sleep(co, time.Millisecond); err != nil {
				return err
			}
		}
		_, err = first.Write([]byte("y"))
		require.NoError(t, err)
		_, err = io.ReadFull(first, make([]byte, 1))
		require.NoError(t, err, "who is connected is served")
		restore()
		answer, err := loop.Go(func(context.Context) (string, error) {
			p := make([]byte, 1)
			_, err := raw.Write([]byte("z"))
			if err == nil {
				_, err = io.ReadFull(raw, p)
			}
			return string(p), err
		})(co)
		require.NoError(t, err)
		require.Equal(t, "z", answer)
		require.NoError(t, first.Close())
		require.NoError(t, raw.Close())
		s.Close()
		return s.WaitClosed(co)
	}, loop.OnException(func(_ *loop.Loop, c future.ErrorContext) { told = append(told, c.Message) }), loop.Rate(100))
	require.NoError(t, err)
	require.Len(t, told, 1)
	require.Contains(t, told[0], "accepts nothing until there are resources again")
}
