package streams_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests.test_get_buffer_zerosized
func TestConn(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		n, err := a.Write([]byte("hello"))
		require.NoError(t, err)
		require.Equal(t, 5, n)
		n, err = b.Read(nil)
		require.NoError(t, err)
		require.Zero(t, n, "there is no room for anything, and so nothing is read")
		p := make([]byte, 3)
		n, err = b.Read(p)
		require.NoError(t, err)
		require.Equal(t, "hel", string(p[:n]))
		n, err = b.Read(p)
		require.NoError(t, err)
		require.Equal(t, "lo", string(p[:n]))
		require.NoError(t, a.CloseWrite())
		require.NoError(t, a.CloseWrite(), "twice is as good")
		for range 2 {
			_, err = b.Read(p)
			require.Equal(t, io.EOF, err)
		}
		_, err = a.Write([]byte("more"))
		require.ErrorIs(t, err, net.ErrClosed)
		_, err = b.Write([]byte("back"))
		require.NoError(t, err)
		n, err = a.Read(p)
		require.NoError(t, err)
		require.Equal(t, "bac", string(p[:n]))
		require.Equal(t, "pipe:b", a.RemoteAddr().String())
		require.Equal(t, a.LocalAddr(), b.RemoteAddr())
	})
}

// A Read waits for something, a Write for room.
func TestConnWaits(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		const size = 1 << 20
		reader := coro.CreateTask(co, func(co *coro.Co) (int, error) {
			n, err := io.Copy(io.Discard, onlyReader{b})
			return int(n), err
		})
		require.NoError(t, coro.Sleep(co, time.Second))
		n, err := a.Write(make([]byte, size))
		require.NoError(t, err)
		require.Equal(t, size, n)
		require.NoError(t, a.Close())
		got, err := reader.Await(co)
		require.NoError(t, err)
		require.Equal(t, size, got)
	})
}

type onlyReader struct{ io.Reader }

// One side that has ended what it sends can be written to, and is waited for.
func TestConnHalfClosed(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		require.NoError(t, b.CloseWrite())
		n := fill(t, a)
		err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
			_, err := a.Write([]byte("x"))
			return err
		})
		require.True(t, future.IsTimeout(err))
		_, err = streams.NewReader(b).ReadExactly(co, n)
		require.NoError(t, err)
	})
}

// Tasks that read, or write, at the same time do so one after the other, in the order in which they
// came: what each writes stays together.
func TestConnInLine(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		const size = 200_000
		var tasks []*coro.Task[coro.None]
		for i := range 3 {
			tasks = append(tasks, spawn(t, co, func(*coro.Co) error {
				_, err := a.Write(bytes.Repeat([]byte{byte('a' + i)}, size))
				return err
			}))
		}
		got, err := streams.NewReader(b).ReadExactly(co, 3*size)
		require.NoError(t, err)
		require.Equal(t, strings.Repeat("a", size)+strings.Repeat("b", size)+strings.Repeat("c", size), string(got))
		order := ""
		for _, name := range []string{"x", "y", "z"} {
			tasks = append(tasks, spawn(t, co, func(*coro.Co) error {
				p := make([]byte, 1)
				_, err := b.Read(p)
				order += name + string(p)
				return err
			}))
		}
		require.NoError(t, coro.Sleep(co, time.Second))
		_, err = a.Write([]byte("123"))
		require.NoError(t, err)
		for _, task := range tasks {
			require.NoError(t, coro.Await(co, task))
		}
		require.Equal(t, "x1y2z3", order)
	})
}

// A canceled Read has taken nothing, a canceled Write has sent what it says; who waits in line and is
// canceled is out of it, also if it had just got its turn.
func TestConnCanceled(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		read := func(name string, got *string) *coro.Task[coro.None] {
			return coro.CreateTask(co, coro.Do(func(*coro.Co) error {
				p := make([]byte, 10)
				n, err := b.Read(p)
				*got += name + string(p[:n])
				return err
			}))
		}
		got := ""
		first, second, third := read("first ", &got), read("second ", &got), read("third ", &got)
		require.NoError(t, coro.Sleep(co, time.Second))
		first.Cancel()
		_, err := first.Await(co)
		require.True(t, future.IsCanceled(err))
		require.ErrorIs(t, err, context.Canceled)
		var op net.Error
		require.ErrorAs(t, err, &op)
		require.False(t, op.Timeout())
		second.Cancel() // it has its turn, and has yet to run
		_, err = a.Write([]byte("data"))
		require.NoError(t, err)
		_, err = second.Await(co)
		require.True(t, future.IsCanceled(err))
		require.NoError(t, coro.Await(co, third))
		require.Equal(t, "first second third data", got)

		sent := 0
		writer := coro.CreateTask(co, coro.Do(func(*coro.Co) (err error) {
			sent, err = a.Write(make([]byte, 1<<20))
			return err
		}))
		require.NoError(t, coro.Sleep(co, time.Second))
		writer.Cancel()
		_, err = writer.Await(co)
		require.True(t, future.IsCanceled(err))
		require.NoError(t, a.CloseWrite())
		all, err := streams.NewReader(b).ReadAll(co)
		require.NoError(t, err)
		require.Len(t, all, sent)
		require.NotZero(t, sent)
	})
}

func TestConnDeadlines(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		began := co.Time()
		for quick := false; !quick; { // a slow machine makes it another millisecond
			now := time.Now()
			require.NoError(t, b.SetReadDeadline(now.Add(5*time.Second)))
			quick = time.Since(now) < time.Millisecond/3
		}
		_, err := b.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.True(t, future.IsTimeout(err))
		require.Equal(t, 5*time.Second, co.Time()-began, "to the millisecond, on a virtual clock")
		_, err = b.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded, "until it is moved")

		require.NoError(t, b.SetReadDeadline(loop.Of(co).Now().Add(time.Second)), "by the loop's own time of day")
		began = co.Time()
		_, err = b.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, time.Second, co.Time()-began)

		require.NoError(t, b.SetDeadline(time.Time{}))
		reader := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
			_, err := b.Read(make([]byte, 1))
			return err
		}))
		require.NoError(t, coro.Sleep(co, time.Hour))
		require.NoError(t, b.SetReadDeadline(time.Unix(1, 0)), "who waits is told")
		_, err = reader.Await(co)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)

		n := fill(t, a)
		require.NoError(t, a.SetWriteDeadline(time.Now().Add(time.Second)))
		m, err := a.Write(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Zero(t, m)
		require.NoError(t, b.SetDeadline(time.Time{}))
		_, err = streams.NewReader(b).ReadExactly(co, n)
		require.NoError(t, err)
	})
}

// Close tells who waits, in whatever task.
func TestConnClose(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		var tasks []*coro.Task[coro.None]
		for range 2 { // the second one in line
			tasks = append(tasks, coro.CreateTask(co, coro.Do(func(*coro.Co) error {
				_, err := b.Read(make([]byte, 1))
				return err
			})), coro.CreateTask(co, coro.Do(func(*coro.Co) error {
				_, err := b.Write(make([]byte, 1<<20))
				return err
			})))
		}
		require.NoError(t, coro.Sleep(co, time.Second))
		require.NoError(t, b.Close())
		require.ErrorIs(t, b.Close(), net.ErrClosed)
		for _, task := range tasks {
			require.ErrorIs(t, coro.Await(co, task), net.ErrClosed)
		}
		_, err := b.Read(nil)
		require.ErrorIs(t, err, net.ErrClosed)
		require.ErrorIs(t, b.SetDeadline(time.Time{}), net.ErrClosed)
		require.ErrorIs(t, b.CloseWrite(), net.ErrClosed)
		_, err = a.Write([]byte("x"))
		require.ErrorIs(t, err, syscall.EPIPE)
	})
}

// The other side that aborts, or has left something unread, resets.
func TestConnReset(t *testing.T) {
	for name, end := range map[string]func(c *streams.Conn) error{"abort": (*streams.Conn).Abort, "unread": (*streams.Conn).Close} {
		t.Run(name, func(t *testing.T) {
			piped(t, func(co *coro.Co, a, b *streams.Conn) {
				reader := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
					_, err := a.Read(make([]byte, 1))
					return err
				}))
				require.NoError(t, coro.Sleep(co, 0))
				if name == "unread" {
					_, err := a.Write([]byte("x"))
					require.NoError(t, err)
				}
				require.NoError(t, end(b))
				require.ErrorIs(t, coro.Await(co, reader), syscall.ECONNRESET)
			})
		})
	}
}

// Nobody hands a Co on, and still a Conn knows who calls, and refuses who cannot wait.
func TestConnKnowsWhoCalls(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		_, err := a.Write([]byte("x"))
		require.NoError(t, err)
		read := func() error {
			_, err := b.Read(make([]byte, 1))
			return err
		}
		var inCallback error
		loop.Of(co).CallSoon(func() { inCallback = read() })
		require.NoError(t, coro.Sleep(co, 0))
		require.ErrorIs(t, inCallback, streams.ErrCallback)
		_, err = loop.ToThread(func(context.Context) (int, error) { return 0, read() })(co)
		require.ErrorIs(t, err, streams.ErrElsewhere)
		elsewhere := make(chan error)
		go func() {
			elsewhere <- loop.Main(func(co *coro.Co) error {
				streams.Pipe(co)
				return read()
			})
		}()
		require.ErrorIs(t, <-elsewhere, coro.ErrOtherLoop)
		require.NoError(t, read())
	})
}

// What knows nothing of coroutines reads and writes in them.
func TestHTTPOverAConn(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		spawn(t, co, func(*coro.Co) error {
			req, err := http.ReadRequest(bufio.NewReader(b))
			if err != nil {
				return err
			}
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return err
			}
			text := strings.ToUpper(string(body))
			answer := &http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text))}
			return errors.Join(answer.Write(b), b.Close())
		})
		text := strings.Repeat("hello ", 50_000)
		req, err := http.NewRequest("POST", "http://host/path", strings.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, req.Write(a))
		answer, err := http.ReadResponse(bufio.NewReader(a), req)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.Equal(t, strings.ToUpper(text), string(body))
	})
}

func TestADeadlockNamesTheConnection(t *testing.T) {
	err := loop.Main(func(co *coro.Co) error {
		a, _ := streams.Pipe(co)
		_, err := a.Read(make([]byte, 1))
		return err
	}, loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	require.ErrorContains(t, err, `task "Task-1" waits for read from pipe:b`)
}

// A WaitReadable waits for what there is to read, and leaves it; the end is that, too.
func TestConnWaitReadable(t *testing.T) {
	piped(t, func(co *coro.Co, a, b *streams.Conn) {
		var trace testkit.Trace
		task := spawn(t, co, func(co *coro.Co) error {
			for range 2 {
				require.NoError(t, a.WaitReadable(co))
				trace.At(co, "readable")
				n, err := a.Read(make([]byte, 10))
				trace.Add("%d %v", n, err)
			}
			require.NoError(t, a.SetReadDeadline(loop.Of(co).Now().Add(time.Second)))
			require.NoError(t, a.WaitReadable(co), "the end is there still")
			return nil
		})
		require.NoError(t, coro.Sleep(co, time.Second))
		_, err := b.Write([]byte("hello"))
		require.NoError(t, err)
		require.NoError(t, coro.Sleep(co, time.Second))
		require.NoError(t, b.CloseWrite())
		require.NoError(t, coro.Await(co, task))
		require.Equal(t, testkit.Trace{"1s readable", "5 <nil>", "2s readable", "0 EOF"}, trace)
		err = coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return b.WaitReadable(co) })
		require.True(t, future.IsTimeout(err), "%v", err)
	})
}
