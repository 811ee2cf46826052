//go:build unix

package streams_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// adoptFile takes a file over.
func adoptFile(t *testing.T, co *coro.Co, f *os.File) *streams.Conn {
	t.Helper()
	c, err := streams.AdoptFile(co, f)
	require.NoError(t, err)
	return c
}

// osPipe is a pipe, of which the test has both ends.
func osPipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return r, w
}

// A read waits for what comes into a pipe, until its end.
//
// CPython: test_events.EventLoopTestsMixin.test_read_pipe
// CPython: test_unix_events.UnixReadPipeTransportTests.test__read_ready
// CPython: test_unix_events.UnixReadPipeTransportTests.test__read_ready_eof
// CPython: test_unix_events.UnixReadPipeTransportTests.test__read_ready_blocked
func TestReadPipe(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		r, w := osPipe(t)
		c := adoptFile(t, co, r)
		p := make([]byte, 10)
		for _, text := range []string{"1", "2345"} {
			read := coro.CreateTask(co, func(*coro.Co) (int, error) { return c.Read(p) })
			require.NoError(t, coro.Sleep(co, 0))
			_, err := w.WriteString(text)
			require.NoError(t, err)
			n, err := read.Await(co)
			require.NoError(t, err)
			require.Equal(t, text, string(p[:n]))
		}
		require.NoError(t, w.Close())
		for range 2 {
			_, err := c.Read(p)
			require.Equal(t, io.EOF, err)
		}
		require.NoError(t, c.Close())
	})
}

// What a pipe has no room for is kept, and sent when there is some; an end comes after that, and closes it.
//
// CPython: test_events.EventLoopTestsMixin.test_write_pipe
// CPython: test_unix_events.UnixWritePipeTransportTests.test_can_write_eof
// CPython: test_unix_events.UnixWritePipeTransportTests.test_write_eof
// CPython: test_unix_events.UnixWritePipeTransportTests.test_write_eof_pending
func TestWritePipe(t *testing.T) {
	const size = 1 << 20
	for _, n := range []int{0, 5, size} {
		onMachine(t, func(co *coro.Co) {
			r, w := osPipe(t)
			in, out := adoptFile(t, co, r), streams.NewWriter(adoptFile(t, co, w))
			_, err := out.Write(make([]byte, n))
			require.NoError(t, err)
			require.Equal(t, n == size, out.BufferSize() > 0)
			require.NoError(t, out.WriteEOF())
			got, err := streams.NewReader(in).ReadAll(co)
			require.NoError(t, err)
			require.Len(t, got, n)
			require.NoError(t, out.WaitClosed(co))
			_, err = out.Write([]byte("x"))
			require.ErrorIs(t, err, net.ErrClosed)
			require.NoError(t, in.Close())
		})
	}
}

// Who writes to a pipe hears of the reader's end, also in the wait.
//
// CPython: test_unix_events.UnixWritePipeTransportTests.test__read_ready
// CPython: test_unix_events.UnixWritePipeTransportTests.test_write_close
func TestPipeWithoutAReader(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		r, w := osPipe(t)
		c := adoptFile(t, co, w)
		out := streams.NewWriter(c)
		_, err := out.Write(make([]byte, 1<<20))
		require.NoError(t, err)
		drain := coro.CreateTask(co, coro.Do(out.Drain))
		require.NoError(t, coro.Sleep(co, time.Millisecond))
		require.NoError(t, r.Close())
		_, err = drain.Await(co)
		require.ErrorIs(t, err, syscall.EPIPE)
		for range 2 {
			_, err = out.Write([]byte("x"))
			require.ErrorIs(t, err, syscall.EPIPE)
		}
		require.NoError(t, c.Close())
	})
}

// A socket may be adopted as a file; its other side that closes is the end of reads and of writes.
//
// CPython: test_events.EventLoopTestsMixin.test_write_pipe_disconnect_on_close
func TestAdoptFileOfASocket(t *testing.T) {
	needsDescriptors(t)
	onMachine(t, func(co *coro.Co) {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		require.NoError(t, err)
		a := adoptFile(t, co, os.NewFile(uintptr(fds[0]), "a"))
		b := adoptFile(t, co, os.NewFile(uintptr(fds[1]), "b"))
		_, err = a.Write([]byte("1"))
		require.NoError(t, err)
		p := make([]byte, 10)
		n, err := b.Read(p)
		require.NoError(t, err)
		require.Equal(t, "1", string(p[:n]))
		read := coro.CreateTask(co, func(*coro.Co) (int, error) { return a.Read(p) })
		require.NoError(t, coro.Sleep(co, 0))
		require.NoError(t, b.Close())
		_, err = read.Await(co)
		require.Equal(t, io.EOF, err)
		_, err = a.Write([]byte("2"))
		require.ErrorIs(t, err, syscall.EPIPE)
		require.NoError(t, a.Close())
	})
}

// What was not closed is reported.
//
// CPython: test_events.EventLoopTestsMixin.test_unclosed_pipe_transport
func TestLeakedPipes(t *testing.T) {
	r, w := osPipe(t)
	var ends []*streams.Conn
	err := loop.Main(func(co *coro.Co) error {
		ends = append(ends, adoptFile(t, co, r), adoptFile(t, co, w))
		return nil
	}, loop.ReportLeaks(true))
	leaks := loop.Leaks(err)
	require.Len(t, leaks, 2)
	for _, l := range leaks {
		require.Regexp(t, regexp.MustCompile(`^connection file \|\d->\|\d not closed \(file_unix_test.go:\d+\)$`), l.Text)
	}
	for _, c := range ends {
		require.NoError(t, c.Close())
	}
}

// What cannot be waited for is refused, and closed.
func TestAdoptFileRefuses(t *testing.T) {
	needsDescriptors(t)
	onMachine(t, func(co *coro.Co) {
		f, err := os.Create(filepath.Join(t.TempDir(), "file"))
		require.NoError(t, err)
		_, err = streams.AdoptFile(co, f)
		require.Error(t, err)
		require.ErrorIs(t, f.Close(), os.ErrClosed)
	})
	require.PanicsWithValue(t, "streams: AdoptFile of nil", func() { _, _ = streams.AdoptFile(nil, nil) })
}
