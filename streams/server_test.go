package streams_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

// simulated runs a test beside a Server on a simulated network, on a virtual clock. The test runs on another
// host, from which "server:80" is the Server.
func simulated(t *testing.T, handler func(*coro.Co, *streams.Conn) error,
	test func(co *coro.Co, s *streams.Server), opts ...streams.ServeOption) {
	t.Helper()
	testkit.Run(t, func(co *coro.Co) {
		n := simnet.New(co, simnet.Latency(10*time.Millisecond, 10*time.Millisecond))
		var s *streams.Server
		require.NoError(t, n.Host("server").Run(co, func(co *coro.Co) error {
			ln, err := streams.Listen(co, "tcp", ":80")
			require.NoError(t, err)
			s = streams.Serve(co, ln, handler, opts...)
			return nil
		}))
		require.NoError(t, n.Host("client").Run(co, func(co *coro.Co) error {
			test(co, s)
			return nil
		}))
		s.Close()
		s.AbortClients()
		require.NoError(t, s.WaitClosed(co))
	}, loop.ReportLeaks(true))
}

func dialServer(t *testing.T, co *coro.Co) *streams.Conn {
	t.Helper()
	c, err := streams.Dial(co, "tcp", "server:80")
	require.NoError(t, err)
	return c
}

// A handler that computes is canceled when its client has gone, in whatever way; without the option it is
// not.
func TestCancelOnHangUp(t *testing.T) {
	for name, end := range map[string]func(c *streams.Conn) error{
		"close": (*streams.Conn).Close, "abort": (*streams.Conn).Abort, "close write": (*streams.Conn).CloseWrite,
	} {
		for on, opts := range map[bool][]streams.ServeOption{true: {streams.CancelOnHangUp()}, false: nil} {
			t.Run(fmt.Sprintf("%s %v", name, on), func(t *testing.T) {
				var ended error
				simulated(t, func(co *coro.Co, c *streams.Conn) error {
					ended = coro.Sleep(co, time.Minute)
					return ended
				}, func(co *coro.Co, s *streams.Server) {
					c := dialServer(t, co)
					require.NoError(t, coro.Sleep(co, time.Second))
					require.NoError(t, end(c))
					require.NoError(t, coro.Sleep(co, 10*time.Millisecond))
					require.NoError(t, coro.Sleep(co, 0))
					require.NoError(t, coro.Sleep(co, 0))
					require.Equal(t, on, future.IsCanceled(ended), "%v", ended)
					require.NoError(t, coro.Sleep(co, time.Hour))
					require.Equal(t, on, ended != nil)
					_ = c.Close()
				}, opts...)
			})
		}
	}
}

// What the server does with the connection itself is no hang-up.
func TestCancelOnHangUpOfItself(t *testing.T) {
	var slept error
	simulated(t, func(co *coro.Co, c *streams.Conn) error {
		require.NoError(t, c.CloseWrite())
		require.NoError(t, coro.Sleep(co, time.Second))
		require.NoError(t, c.Close())
		slept = coro.Sleep(co, time.Second)
		return slept
	}, func(co *coro.Co, s *streams.Server) {
		c := dialServer(t, co)
		require.NoError(t, coro.Sleep(co, time.Minute))
		require.NoError(t, slept)
		require.NoError(t, c.Close())
	}, streams.CancelOnHangUp())
}

// A ServeForever that is canceled gives its handlers some time, and then cancels them.
func TestGrace(t *testing.T) {
	var ended []string
	simulated(t, func(co *coro.Co, c *streams.Conn) error {
		p := make([]byte, 1)
		_, err := c.Read(p)
		require.NoError(t, err)
		err = coro.Sleep(co, time.Duration(p[0])*time.Second)
		ended = append(ended, fmt.Sprintf("%d %v", p[0], err == nil))
		return err
	}, func(co *coro.Co, s *streams.Server) {
		var clients []*streams.Conn
		for _, long := range []byte{3, 30, 6} {
			c := dialServer(t, co)
			_, err := c.Write([]byte{long})
			require.NoError(t, err)
			clients = append(clients, c)
		}
		serving := coro.CreateTask(co, coro.Do(s.ServeForever))
		require.NoError(t, coro.Sleep(co, time.Second))
		begun := loop.Of(co).Time()
		serving.Cancel()
		testkit.WaitCanceled(t, co, serving)
		require.Equal(t, 10*time.Second, loop.Of(co).Time()-begun)
		require.Equal(t, []string{"3 true", "6 true", "30 false"}, ended)
		for _, c := range clients {
			require.NoError(t, c.Close())
		}
	}, streams.Grace(10*time.Second))
}

// A Shutdown in the middle of the work of many clients: who was accepted is answered, whole; who was not is
// refused or reset, and has been told nothing.
func TestShutdownUnderLoad(t *testing.T) {
	for at := range 40 {
		answered, served, refused := 0, 0, 0
		simulated(t, func(co *coro.Co, c *streams.Conn) error {
			r, w := streams.NewReader(c), streams.NewWriter(c)
			line, err := r.ReadLine(co)
			if err != nil {
				return err
			}
			served++
			if err := coro.Sleep(co, 25*time.Millisecond); err != nil {
				return err
			}
			_, err = w.Write(append(line, make([]byte, 200_000)...)) // more than goes at once
			return err
		}, func(co *coro.Co, s *streams.Server) {
			var clients []*coro.Task[coro.None]
			for i := range 30 {
				clients = append(clients, spawn(t, co, func(co *coro.Co) error {
					if err := coro.Sleep(co, time.Duration(i)*3*time.Millisecond); err != nil {
						return err
					}
					c, err := streams.Dial(co, "tcp", "server:80")
					if err != nil {
						refused++
						return nil
					}
					defer c.Close()
					line := fmt.Sprintf("client %d\n", i)
					_, err = io.WriteString(c, line)
					require.NoError(t, err)
					got, err := streams.NewReader(c).ReadAll(co)
					if err != nil {
						require.Empty(t, got)
						refused++
						return nil
					}
					require.Len(t, got, len(line)+200_000)
					require.Equal(t, line, string(got[:len(line)]))
					answered++
					return nil
				}))
			}
			require.NoError(t, coro.Sleep(co, time.Duration(at)*3*time.Millisecond))
			require.NoError(t, s.Shutdown(co, time.Minute))
			testkit.Wait(t, co, clients...)
			require.Equal(t, 30, answered+refused)
			require.Equal(t, served, answered)
		})
	}
}

// Clients that never finish their request hold the places of others no longer than they may.
func TestSlowLoris(t *testing.T) {
	var late int
	simulated(t, func(co *coro.Co, c *streams.Conn) error {
		if err := c.SetReadDeadline(loop.Of(co).Now().Add(10 * time.Second)); err != nil {
			return err
		}
		line, err := streams.NewReader(c).ReadLine(co)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			late++
			return nil
		}
		if err != nil {
			return err
		}
		_, err = c.Write(line)
		return err
	}, func(co *coro.Co, s *streams.Server) {
		for range 5 {
			spawn(t, co, func(co *coro.Co) error {
				c := dialServer(t, co)
				for {
					if _, err := c.Write([]byte("x")); err != nil {
						return c.Close()
					}
					if err := coro.Sleep(co, time.Second); err != nil {
						return err
					}
				}
			})
		}
		require.NoError(t, coro.Sleep(co, time.Second))
		c := dialServer(t, co)
		_, err := c.Write([]byte("hello\n"))
		require.NoError(t, err)
		line, err := streams.NewReader(c).ReadLine(co)
		require.NoError(t, err)
		require.Equal(t, "hello\n", string(line))
		require.Equal(t, 4, late, "two at a time")
		require.Less(t, loop.Of(co).Time(), 30*time.Second)
		require.NoError(t, c.Close())
		require.NoError(t, coro.Sleep(co, time.Minute))
	}, streams.MaxConns(2))
}

// The tasks of handlers run in the context of the Serve.
func TestHandlersContext(t *testing.T) {
	v := coro.NewVar("v", "none")
	var seen []string
	testkit.Run(t, func(co *coro.Co) {
		n := simnet.New(co)
		require.NoError(t, n.Host("server").Run(co, func(co *coro.Co) error {
			ln, err := streams.Listen(co, "tcp", ":80")
			require.NoError(t, err)
			v.Set(co, "of the server")
			s := streams.Serve(co, ln, func(co *coro.Co, c *streams.Conn) error {
				seen = append(seen, v.Get(co))
				v.Set(co, "of a client")
				return nil
			})
			v.Set(co, "of later")
			for range 2 {
				c := dialServer(t, co)
				_, err := c.Read(make([]byte, 1))
				require.ErrorIs(t, err, io.EOF)
				require.NoError(t, c.Close())
			}
			s.Close()
			return s.WaitClosed(co)
		}))
	})
	require.Equal(t, []string{"of the server", "of the server"}, seen)
}

// Who is connected, and was not accepted yet, is served, too.
func TestShutdownTakesIn(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		n := simnet.New(co)
		var ln *streams.Listener
		require.NoError(t, n.Host("server").Run(co, func(co *coro.Co) (err error) {
			ln, err = streams.Listen(co, "tcp", ":80")
			return err
		}))
		require.NoError(t, n.Host("client").Run(co, func(co *coro.Co) error {
			var clients []*streams.Conn
			for range 3 {
				c := dialServer(t, co)
				_, err := io.WriteString(c, "hello\n")
				require.NoError(t, err)
				clients = append(clients, c)
			}
			require.NoError(t, coro.Sleep(co, time.Second))
			s := streams.Serve(co, ln, func(co *coro.Co, c *streams.Conn) error {
				line, err := streams.NewReader(c).ReadLine(co)
				if err == nil {
					_, err = c.Write(line)
				}
				return err
			})
			require.NoError(t, s.Shutdown(co, time.Minute))
			for _, c := range clients {
				line, err := streams.NewReader(c).ReadAll(co)
				require.NoError(t, err)
				require.Equal(t, "hello\n", string(line))
				require.NoError(t, c.Close())
			}
			return nil
		}))
	})
}

// A Shutdown that is canceled is over soon, and so are the handlers.
func TestShutdownCanceled(t *testing.T) {
	var ended error
	simulated(t, func(co *coro.Co, c *streams.Conn) error {
		ended = coro.Sleep(co, time.Hour)
		return ended
	}, func(co *coro.Co, s *streams.Server) {
		c := dialServer(t, co)
		require.NoError(t, coro.Sleep(co, time.Second))
		down := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return s.Shutdown(co, time.Hour) }))
		require.NoError(t, coro.Sleep(co, time.Second))
		down.Cancel()
		testkit.WaitCanceled(t, co, down)
		require.NoError(t, s.WaitClosed(co))
		require.True(t, future.IsCanceled(ended))
		require.Equal(t, 2, int(loop.Of(co).Time().Seconds()))
		_, err := c.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
		require.NoError(t, c.Close())
	})
}
