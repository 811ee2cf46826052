package streams_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/streams"
)

// fileOf makes a file of n bytes, no two hundred of which are alike.
func fileOf(t *testing.T, n int) (f *os.File, text []byte) {
	t.Helper()
	for i := 0; len(text) < n; i++ {
		text = append(text, []byte(strings.Repeat(string(rune('a'+i%26)), i%199))...)
	}
	text = text[:n]
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	f, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f, text
}

// collect is a handler that reads all, and tells what it was.
func collect(into *future.Future[[]byte]) func(*coro.Co, *streams.Conn) error {
	return func(co *coro.Co, c *streams.Conn) error {
		got, err := streams.NewReader(c).ReadAll(co)
		into.SetResult(got)
		return err
	}
}

// What io.Copy sends of a file arrives, whole or in part, before and after other writes; the file is where
// it ends.
//
// CPython: test_sendfile.SockSendfileMixin.test_sock_sendfile_success
// CPython: test_sendfile.SockSendfileMixin.test_sock_sendfile_with_offset_and_count
// CPython: test_sendfile.SockSendfileMixin.test_sock_sendfile_zero_size
// CPython: test_sendfile.SockSendfileMixin.test_sock_sendfile_mix_with_regular_send
// CPython: test_sendfile.SendfileMixin.test_sendfile
// CPython: test_sendfile.SendfileMixin.test_sendfile_partial
// CPython: test_sendfile.SendfileMixin.test_sendfile_pre_and_post_data
func TestSendFile(t *testing.T) {
	const size = 3_000_000
	for _, test := range []struct {
		name     string
		from     int64
		limit    int64 // -1 for none
		expected int64
	}{
		{"all", 0, -1, size},
		{"from a place", 1_000_000, -1, size - 1_000_000},
		{"a part", 0, 500_000, 500_000},
		{"a part from a place", 1_234_567, 500_000, 500_000},
		{"a part that is longer", 2_900_000, 500_000, 100_000},
		{"nothing", 0, 0, 0},
		{"behind the end", size + 5, -1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, text := fileOf(t, size)
			onMachine(t, func(co *coro.Co) {
				ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
				require.NoError(t, err)
				got := future.New[[]byte](co)
				s := streams.Serve(co, ln, collect(got))
				c := dial(t, co, s)
				streams.NewWriter(c).WriteString("before ")
				_, err = f.Seek(test.from, io.SeekStart)
				require.NoError(t, err)
				r := io.Reader(f)
				if test.limit >= 0 {
					r = io.LimitReader(f, test.limit)
				}
				n, err := io.Copy(c, r)
				require.NoError(t, err)
				require.Equal(t, test.expected, n)
				_, err = c.Write([]byte(" after"))
				require.NoError(t, err)
				require.NoError(t, c.CloseWrite())
				all, err := got.Await(co)
				require.NoError(t, err)
				end := min(test.from, size) + test.expected
				require.True(t, bytes.Equal(all, []byte("before "+string(text[min(test.from, size):end])+" after")), "%d bytes", len(all))
				at, err := f.Seek(0, io.SeekCurrent)
				require.NoError(t, err)
				require.Equal(t, test.from+test.expected, at)
				require.NoError(t, c.Close())
				s.Close()
				require.NoError(t, s.WaitClosed(co))
			})
		})
	}
}

// Of a file that was sent in part the rest is where it stands.
//
// CPython: test_unix_events.SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_cancel1
// CPython: test_unix_events.SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_cancel2
func TestSendFileCanceled(t *testing.T) {
	size := 30_000_000
	if testing.Short() {
		size = 8_000_000 // more than there is room for on the way
	}
	f, text := fileOf(t, size)
	stop := make(chan struct{})
	served(t, "tcp", "127.0.0.1:0", func(co *coro.Co, c *streams.Conn) error {
		defer close(stop)
		got, err := streams.NewReader(c).ReadAll(co)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, got), "%d bytes", len(got))
		return nil
	}, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		sent, times := int64(0), 0
		for {
			var n int64
			task := coro.CreateTask(co, coro.Do(func(*coro.Co) (err error) {
				n, err = io.Copy(c, f)
				return err
			}))
			require.NoError(t, coro.Sleep(co, 0))
			require.NoError(t, coro.Sleep(co, 0))
			task.Cancel()
			_, _, err := coro.Wait(co, []future.Any{task})
			require.NoError(t, err)
			sent += n
			at, err := f.Seek(0, io.SeekCurrent)
			require.NoError(t, err)
			require.Equal(t, sent, at)
			if task.Err() == nil {
				break
			}
			require.ErrorIs(t, task.Err(), future.ErrCanceled)
			times++
		}
		require.NotZero(t, times, "it was never canceled")
		require.NoError(t, c.CloseWrite())
		elsewhere(t, co, func() error { <-stop; return nil })
		require.NoError(t, c.Close())
	})
}

// The other side goes away in the middle.
//
// CPython: test_sendfile.SendfileMixin.test_sendfile_close_peer_in_the_middle_of_receiving
func TestSendFileToNobody(t *testing.T) {
	f, _ := fileOf(t, 10_000_000)
	served(t, "tcp", "127.0.0.1:0", func(co *coro.Co, c *streams.Conn) error {
		_, err := streams.NewReader(c).ReadExactly(co, 1000)
		require.NoError(t, err)
		return c.Abort()
	}, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		n, err := io.Copy(c, f)
		require.Less(t, n, int64(10_000_000))
		var op *net.OpError
		require.ErrorAs(t, err, &op)
		require.Equal(t, "write", op.Op)
		_, again := streams.NewWriter(c).Write([]byte("more"))
		require.Error(t, again)
		require.NoError(t, c.Close())
	})
}

// What is no regular file is copied, and the errors of reading it are told as they are.
//
// CPython: test_unix_events.SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_not_a_file
// CPython: test_unix_events.SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_iobuffer
// CPython: test_unix_events.SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_not_regular_file
func TestReadFromOthers(t *testing.T) {
	failure := errors.New("no more")
	dir := t.TempDir()
	for _, test := range []struct {
		name string
		from func(t *testing.T) io.Reader
		text string
		err  error
	}{
		{"a reader", func(*testing.T) io.Reader { return strings.NewReader("text") }, "text", nil},
		{"one that fails", func(*testing.T) io.Reader {
			return io.MultiReader(strings.NewReader("text"), readerFunc(func([]byte) (int, error) { return 0, failure }))
		}, "text", failure},
		{"a pipe", func(t *testing.T) io.Reader {
			if runtime.GOARCH == "wasm" {
				t.Skip("there are no pipes under WebAssembly")
			}
			r, w, err := os.Pipe()
			require.NoError(t, err)
			_, err = w.WriteString("text")
			require.NoError(t, err)
			require.NoError(t, w.Close())
			t.Cleanup(func() { _ = r.Close() })
			return r
		}, "text", nil},
		{"a file that is closed", func(t *testing.T) io.Reader {
			f, err := os.Create(filepath.Join(dir, "closed"))
			require.NoError(t, err)
			require.NoError(t, f.Close())
			return f
		}, "", fs.ErrClosed},
	} {
		t.Run(test.name, func(t *testing.T) {
			onMachine(t, func(co *coro.Co) {
				ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
				require.NoError(t, err)
				got := future.New[[]byte](co)
				s := streams.Serve(co, ln, collect(got))
				c := dial(t, co, s)
				_, err = c.ReadFrom(test.from(t))
				require.ErrorIs(t, err, test.err)
				require.NoError(t, c.CloseWrite())
				all, err := got.Await(co)
				require.NoError(t, err)
				require.Equal(t, test.text, string(all))
				require.NoError(t, c.Close())
				s.Close()
				require.NoError(t, s.WaitClosed(co))
			})
		})
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// The other side goes away when it has all.
//
// CPython: test_sendfile.SendfileMixin.test_sendfile_close_peer_after_receiving
func TestSendFileToOneThatHasEnough(t *testing.T) {
	const size = 3_000_000
	f, text := fileOf(t, size)
	served(t, "tcp", "127.0.0.1:0", func(co *coro.Co, c *streams.Conn) error {
		got, err := streams.NewReader(c).ReadExactly(co, size)
		require.True(t, bytes.Equal(text, got))
		return errors.Join(err, c.Close())
	}, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		n, err := io.Copy(c, f)
		require.NoError(t, err)
		require.EqualValues(t, size, n)
		_, err = c.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err)
		require.NoError(t, c.Close())
	})
}

// On a connection that is closed nothing is taken of the file.
//
// CPython: test_sendfile.SendfileMixin.test_sendfile_for_closing_transp
func TestSendFileClosed(t *testing.T) {
	f, _ := fileOf(t, 1000)
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		require.NoError(t, c.Close())
		n, err := io.Copy(c, f)
		require.ErrorIs(t, err, net.ErrClosed)
		require.Zero(t, n)
		at, err := f.Seek(0, io.SeekCurrent)
		require.NoError(t, err)
		require.Zero(t, at)
	})
}

// Where the kernel has no part in a connection a part of a file is copied.
//
// CPython: test_base_events.BaseLoopSockSendfileTests.test_sock_sendfile_fallback_offset_and_count
func TestSendFileInMemory(t *testing.T) {
	f, text := fileOf(t, 300_000)
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		_, err := f.Seek(1000, io.SeekStart)
		require.NoError(t, err)
		spawn(t, co, func(*coro.Co) error {
			n, err := io.Copy(a, io.LimitReader(f, 200_000))
			require.EqualValues(t, 200_000, n)
			return errors.Join(err, a.CloseWrite())
		})
		got, err := streams.NewReader(b).ReadAll(co)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text[1000:201_000], got))
		at, err := f.Seek(0, io.SeekCurrent)
		require.NoError(t, err)
		require.EqualValues(t, 201_000, at)
	})
}

// On another goroutine the file goes by way of package net.
func TestSendFileElsewhere(t *testing.T) {
	f, text := fileOf(t, 1_000_000)
	onMachine(t, func(co *coro.Co) {
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		got := future.New[[]byte](co)
		s := streams.Serve(co, ln, collect(got))
		c := dial(t, co, s)
		elsewhere(t, co, func() error {
			_, err := io.Copy(c, f)
			return err
		})
		require.NoError(t, c.CloseWrite())
		all, err := got.Await(co)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, all))
		require.NoError(t, c.Close())
		s.Close()
		require.NoError(t, s.WaitClosed(co))
	})
}
