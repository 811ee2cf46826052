package proxy_test

import (
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/proxy"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/streams"
)

// between has a Proxy between two connections in memory, whose other ends it returns.
func between(co *coro.Co) (client, server *streams.Conn, task *coro.Task[coro.None]) {
	client, front := streams.Pipe(co)
	server, back := streams.Pipe(co)
	p := &proxy.Proxy{Idle: time.Minute, Dial: func(*coro.Co) (*streams.Conn, error) { return back, nil }}
	task = coro.CreateTask(co, coro.Do1(p.Serve, front))
	task.AddDoneCallback(func() { // if it was canceled before it began
		_ = front.Abort()
		_ = back.Abort()
	})
	return client, server, task
}

func run(t *testing.T, test func(co *coro.Co, client, server *streams.Conn, task *coro.Task[coro.None])) {
	t.Helper()
	testkit.Run(t, func(co *coro.Co) {
		client, server, task := between(co)
		test(co, client, server, task)
		_, _ = client.Close(), server.Close()
	}, loop.ReportLeaks(true))
}

// talk writes, ends that, and returns all that comes.
func talk(co *coro.Co, c *streams.Conn, text string) (string, error) {
	if _, err := c.Write([]byte(text)); err != nil {
		return "", err
	}
	if err := c.CloseWrite(); err != nil {
		return "", err
	}
	all, err := streams.NewReader(c).ReadAll(co)
	return string(all), err
}

// Each direction has its own end: the server answers when all of the question is there.
func TestHalfClose(t *testing.T) {
	run(t, func(co *coro.Co, client, server *streams.Conn, task *coro.Task[coro.None]) {
		answering := testkit.Spawn(co, func(co *coro.Co) error {
			question, err := streams.NewReader(server).ReadAll(co)
			if err != nil {
				return err
			}
			if err := coro.Sleep(co, time.Second); err != nil {
				return err
			}
			got, err := talk(co, server, strings.ToUpper(string(question)))
			require.Empty(t, got)
			return err
		})
		got, err := talk(co, client, "hello")
		require.NoError(t, err)
		require.Equal(t, "HELLO", got)
		testkit.Wait(t, co, answering, task)
		require.Equal(t, time.Second, co.Time())
	})
}

// Who reads nothing is written nothing: what there is of it stays bounded, on the way through the Proxy, too.
func TestBackPressure(t *testing.T) {
	run(t, func(co *coro.Co, client, server *streams.Conn, task *coro.Task[coro.None]) {
		const size, pipe, buffer = 1 << 20, 64 << 10, 32 << 10
		sent := 0
		writing := testkit.Spawn(co, func(co *coro.Co) error {
			for sent < size {
				n, err := client.Write(make([]byte, 1024))
				sent += n
				if err != nil {
					return err
				}
			}
			return client.CloseWrite()
		})
		require.NoError(t, coro.Sleep(co, 30*time.Second))
		require.LessOrEqual(t, sent, 2*pipe+buffer)
		got, err := io.Copy(io.Discard, server)
		require.NoError(t, err)
		require.EqualValues(t, size, got)
		require.NoError(t, server.CloseWrite())
		testkit.Wait(t, co, writing, task)
	})
}

// A connection ends when nothing was said for a minute, in neither direction.
func TestIdle(t *testing.T) {
	run(t, func(co *coro.Co, client, server *streams.Conn, task *coro.Task[coro.None]) {
		for _, c := range []*streams.Conn{client, server, server, client} {
			require.NoError(t, coro.Sleep(co, 59*time.Second))
			_, err := c.Write([]byte("x"))
			require.NoError(t, err)
		}
		for _, c := range []*streams.Conn{client, server} {
			got, err := streams.NewReader(c).ReadAll(co)
			require.ErrorIs(t, err, syscall.ECONNRESET)
			require.Empty(t, got)
		}
		testkit.Wait(t, co, task)
		require.Equal(t, 4*59*time.Second+time.Minute, co.Time())
	})
}

// What the other side takes long to read is traffic: when it comes, and when it is taken.
func TestIdleWhileWriting(t *testing.T) {
	run(t, func(co *coro.Co, client, server *streams.Conn, task *coro.Task[coro.None]) {
		for _, n := range []int{64 << 10, 1} { // as much as is under way to the client, and more
			_, err := server.Write(make([]byte, n))
			require.NoError(t, err)
			require.NoError(t, coro.Sleep(co, 59*time.Second))
		}
		n, err := io.ReadFull(client, make([]byte, 64<<10+1))
		require.NoError(t, err, "after %d bytes", n)
		require.NoError(t, coro.Sleep(co, 59*time.Second))
		require.NoError(t, server.CloseWrite())
		got, err := talk(co, client, "")
		require.NoError(t, err)
		require.Empty(t, got)
		testkit.Wait(t, co, task)
	})
}

// A reset on one side is one on the other.
func TestReset(t *testing.T) {
	run(t, func(co *coro.Co, client, server *streams.Conn, task *coro.Task[coro.None]) {
		require.NoError(t, coro.Sleep(co, time.Second))
		require.NoError(t, client.Abort())
		_, err := server.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
		testkit.Wait(t, co, task)
	})
}

// A server that cannot be reached is an error, and the client hears of it.
func TestNoServer(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		p := &proxy.Proxy{Idle: time.Minute, Dial: func(*coro.Co) (*streams.Conn, error) { return nil, syscall.ECONNREFUSED }}
		client, front := streams.Pipe(co)
		require.EqualError(t, p.Serve(co, front), "proxy: the server: connection refused")
		_, err := client.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
		require.NoError(t, client.Close())
	}, loop.ReportLeaks(true))
}

// says sends a text word by word, at times that are tried, and returns all that comes.
func says(t *looptest.T, co *coro.Co, c *streams.Conn, text string) (string, error) {
	for _, word := range strings.SplitAfter(text, " ") {
		if err := t.Delay(co, 0, time.Second); err != nil {
			return "", err
		}
		if _, err := c.Write([]byte(word)); err != nil {
			return "", err
		}
	}
	return talk(co, c, "")
}

// exchange has both sides send, and end. Everything comes, or they hear that it has not.
func exchange(t *looptest.T, co *coro.Co) error {
	client, server, task := between(co)
	defer client.Close()
	defer server.Close()
	side := func(c *streams.Conn, sends, expects string) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			got, err := says(t, co, c, sends)
			if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
				return nil // it knows that this is not all
			}
			if err == nil {
				require.Equal(t, expects, got)
			}
			return err
		}
	}
	return testkit.All(t, co, 3*time.Second,
		side(client, "what is this", "an answer"), side(server, "an answer", "what is this"),
		func(co *coro.Co) error { return coro.Await(co, task) })
}

// A part of what was sent is never taken for the whole, whenever the Proxy is canceled.
func TestExplored(t *testing.T) {
	looptest.Explore(t, func(t *looptest.T, co *coro.Co) error {
		if err := exchange(t, co); !errors.Is(err, future.ErrCanceled) {
			return err
		}
		return nil
	}, looptest.SlowSteps(false), looptest.Runs(2000), looptest.Within(time.Hour))
}

func TestCanceled(t *testing.T) { looptest.CancelEverywhere(t, exchange) }
