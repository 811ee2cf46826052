package streams_test

import (
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/streams"
)

// A loop that takes nothing from outside does not touch anything there either: no connection is made,
// and no path.
func TestHermeticLoopsHaveNoSockets(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "socket")
	looptest.Run(t, func(t *looptest.T, co *coro.Co) error {
		_, err := streams.Dial(co, "tcp", ln.Addr().String())
		require.ErrorIs(t, err, loop.ErrHermetic)
		_, err = streams.Listen(co, "unix", path)
		require.ErrorIs(t, err, loop.ErrHermetic)
		_, err = streams.ListenPacket(co, "unixgram", path)
		require.ErrorIs(t, err, loop.ErrHermetic)
		_, err = streams.DialPacket(co, "udp", ln.Addr().String())
		require.ErrorIs(t, err, loop.ErrHermetic)
		return nil
	})
	require.NoFileExists(t, path)
	require.NoError(t, ln.(*net.TCPListener).SetDeadline(time.Now().Add(time.Millisecond)))
	_, err = ln.Accept()
	require.Error(t, err, "somebody has knocked")
	require.NoError(t, ln.Close())
}
