//go:build unix

package proxy_test

import (
	"bytes"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/proxy"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// echo says, after the whole of it, what it has heard.
func echo(co *coro.Co, c *streams.Conn) error {
	text, err := streams.NewReader(c).ReadAll(co)
	if err != nil {
		return err
	}
	_, err = c.Write(text)
	return err
}

// proxied runs a test with a Proxy in front of a server, on sockets.
func proxied(t *testing.T, server func(co *coro.Co, c *streams.Conn) error, most int, test func(co *coro.Co, dial func(co *coro.Co) *streams.Conn, front *streams.Server)) {
	t.Helper()
	testkit.Run(t, func(co *coro.Co) {
		listen := func(handler func(*coro.Co, *streams.Conn) error, opts ...streams.ServeOption) *streams.Server {
			ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
			require.NoError(t, err)
			return streams.Serve(co, ln, handler, opts...)
		}
		behind := listen(server)
		p := &proxy.Proxy{Dial: proxy.To("tcp", behind.Addr().String()), Idle: time.Minute}
		front := listen(p.Serve, streams.MaxConns(most))
		test(co, func(co *coro.Co) *streams.Conn {
			c, err := streams.Dial(co, "tcp", front.Addr().String())
			require.NoError(t, err)
			return c
		}, front)
		require.NoError(t, front.Shutdown(co, time.Minute))
		require.NoError(t, behind.Shutdown(co, time.Minute))
	}, loop.VirtualTime(false), loop.ReportLeaks(true))
}

func TestSockets(t *testing.T) {
	proxied(t, echo, 100, func(co *coro.Co, dial func(co *coro.Co) *streams.Conn, _ *streams.Server) {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			for i := range 20 {
				text := bytes.Repeat([]byte{byte(i)}, i*100_000)
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					c := dial(co)
					defer c.Close()
					got, err := talk(co, c, string(text))
					require.Equal(t, len(text), len(got))
					require.True(t, string(text) == got)
					return err
				}))
			}
			return nil
		})
		require.NoError(t, err)
	})
}

// Who comes when all places are taken waits for one.
func TestMaxConns(t *testing.T) {
	proxied(t, echo, 1, func(co *coro.Co, dial func(co *coro.Co) *streams.Conn, front *streams.Server) {
		first, second := dial(co), dial(co)
		waiting := testkit.Spawn(co, func(co *coro.Co) error {
			got, err := talk(co, second, "second")
			require.Equal(t, "second", got)
			return err
		})
		require.NoError(t, coro.Sleep(co, time.Millisecond))
		require.False(t, waiting.Done())
		got, err := talk(co, first, "first")
		require.NoError(t, err)
		require.Equal(t, "first", got)
		require.NoError(t, coro.Await(co, waiting))
		require.NoError(t, first.Close())
		require.NoError(t, second.Close())
	})
}

// A Proxy that is canceled leaves nothing: neither connections, nor tasks, nor somebody who waits.
func TestShutdown(t *testing.T) {
	hello := func(_ *coro.Co, c *streams.Conn) error {
		if _, err := c.Write([]byte("hello")); err != nil {
			return err
		}
		_, err := c.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
		return nil
	}
	proxied(t, hello, 100, func(co *coro.Co, dial func(co *coro.Co) *streams.Conn, front *streams.Server) {
		c := dial(co)
		defer c.Close()
		_, err := io.ReadFull(c, make([]byte, 5))
		require.NoError(t, err)
		require.True(t, future.IsTimeout(front.Shutdown(co, time.Millisecond)))
		_, err = c.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
	})
}
