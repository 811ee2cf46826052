package streams_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// elsewhere runs f on a goroutine, and waits for it in a coroutine.
func elsewhere(t *testing.T, co *coro.Co, f func() error) {
	t.Helper()
	_, err := loop.Go(func(context.Context) (int, error) { return 0, f() })(co)
	require.NoError(t, err)
}

// Other goroutines block on a connection, as on one of package net; the loop goes on meanwhile.
func TestConnElsewhere(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		c := dial(t, co, s)
		elsewhere(t, co, func() error {
			text := strings.Repeat("hello ", 100_000)
			go func() { _, _ = io.WriteString(c, text) }()
			got := make([]byte, len(text))
			_, err := io.ReadFull(c, got)
			require.Equal(t, text, string(got))
			return err
		})
		_, err := c.Write([]byte("and here"))
		require.NoError(t, err)
		got, err := streams.NewReader(c).ReadExactly(co, 8)
		require.NoError(t, err)
		require.Equal(t, "and here", string(got))
		require.NoError(t, c.Close())
		elsewhere(t, co, func() error {
			_, err := c.Read(make([]byte, 1))
			require.ErrorIs(t, err, net.ErrClosed)
			require.ErrorIs(t, c.Close(), net.ErrClosed)
			require.ErrorIs(t, c.SetDeadline(time.Time{}), net.ErrClosed)
			return nil
		})
	})
}

// The loop need not run: a coroutine that stops it can wait for a goroutine that reads.
func TestConnElsewhereWithoutTheLoop(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	go func() {
		c, err := ln.Accept()
		if err == nil {
			_, _ = io.Copy(onlyWriter{c}, onlyReader{c})
			c.Close()
		}
	}()
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		c, err := streams.Dial(co, "tcp", ln.Addr().String())
		require.NoError(t, err)
		read := make(chan string)
		go func() {
			p := make([]byte, 5)
			_, _ = io.ReadFull(c, p)
			read <- string(p)
		}()
		_, err = c.Write([]byte("hello"))
		require.NoError(t, err)
		require.Equal(t, "hello", <-read) // which blocks the loop
		return c.Close()
	}))
}

// Close and deadlines reach who waits, wherever they come from.
func TestConnElsewhereIsTold(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		blocked := func(c *streams.Conn) *coro.Task[error] {
			task := coro.CreateTask(co, loop.Go(func(context.Context) (error, error) {
				_, err := c.Read(make([]byte, 1))
				return err, nil
			}))
			require.NoError(t, coro.Sleep(co, 5*time.Millisecond))
			return task
		}
		suspended := func(c *streams.Conn) *coro.Task[error] {
			return coro.CreateTask(co, func(*coro.Co) (error, error) {
				_, err := c.Read(make([]byte, 1))
				return err, nil
			})
		}
		for _, wait := range []func(c *streams.Conn) *coro.Task[error]{blocked, suspended} {
			for _, do := range []func(f func() error){
				func(f func() error) { require.NoError(t, f()) },
				func(f func() error) { elsewhere(t, co, f) },
			} {
				c := dial(t, co, s)
				read := wait(c)
				do(func() error { return c.SetReadDeadline(time.Unix(1, 0)) })
				why, err := read.Await(co)
				require.NoError(t, err)
				require.ErrorIs(t, why, os.ErrDeadlineExceeded)
				do(func() error { return c.SetReadDeadline(time.Time{}) })
				require.NoError(t, coro.Sleep(co, time.Millisecond)) // it is posted
				read = wait(c)
				do(c.Close)
				why, err = read.Await(co)
				require.NoError(t, err)
				require.ErrorIs(t, why, net.ErrClosed)
			}
		}
	})
}

// CloseWrite there ends what is sent, as net/http's server does, and coroutines know of it.
func TestCloseWriteElsewhere(t *testing.T) {
	served(t, "tcp", "127.0.0.1:0", echo, func(co *coro.Co, s *streams.Server) {
		d := streams.NewDialer(co)
		here, err := d.Dial("tcp", s.Addr().String())
		require.NoError(t, err)
		var there net.Conn
		elsewhere(t, co, func() (err error) {
			there, err = d.Dial("tcp", s.Addr().String())
			return err
		})
		for _, c := range []*streams.Conn{here.(*streams.Conn), there.(*streams.Conn)} {
			elsewhere(t, co, c.CloseWrite)
			require.NoError(t, coro.Sleep(co, 0)) // it is posted
			_, err := c.Write([]byte("x"))
			require.ErrorIs(t, err, net.ErrClosed)
			require.NoError(t, c.CloseWrite())
			_, err = c.Read(make([]byte, 1))
			require.ErrorIs(t, err, io.EOF, "the other side has seen the end")
			require.NoError(t, c.Close())
			elsewhere(t, co, func() error {
				require.ErrorIs(t, c.CloseWrite(), net.ErrClosed)
				return nil
			})
		}
	})
}

// Where the loop has to do it, it comes after what was written there before.
func TestCloseWriteElsewhereOnTheLoop(t *testing.T) {
	onMachine(t, func(co *coro.Co) {
		a, b := streams.Pipe(co)
		wrote := coro.CreateTask(co, loop.GoDo(func(context.Context) error {
			_, err := a.Write([]byte("hello"))
			return errors.Join(err, a.CloseWrite())
		}))
		got, err := streams.NewReader(b).ReadAll(co)
		require.NoError(t, err)
		require.Equal(t, "hello", string(got))
		require.NoError(t, coro.Await(co, wrote))
		require.NoError(t, errors.Join(a.Close(), b.Close()))
	})
}

// A connection that outlives its loop can be closed.
func TestConnOutlivesItsLoop(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	var c *streams.Conn
	require.NoError(t, loop.Main(func(co *coro.Co) (err error) {
		c, err = streams.Dial(co, "tcp", ln.Addr().String())
		return err
	}))
	peer, err := ln.Accept()
	require.NoError(t, err)
	defer peer.Close()
	require.NoError(t, c.Close())
	_, err = peer.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err, "its descriptor is closed")
	require.ErrorIs(t, c.Close(), net.ErrClosed)
}

// net/http's client, whose goroutines read and write, in loop.Go, against a server in coroutines of
// the same loop; its connections are dialed there.
func TestHTTPClient(t *testing.T) {
	serve := func(co *coro.Co, c *streams.Conn) error {
		r := bufio.NewReader(c)
		for {
			req, err := http.ReadRequest(r)
			if err != nil {
				return nil
			}
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return err
			}
			text := req.URL.Path + strings.ToUpper(string(body))
			answer := &http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text))}
			if err := answer.Write(c); err != nil {
				return err
			}
		}
	}
	served(t, "tcp", "127.0.0.1:0", serve, func(co *coro.Co, s *streams.Server) {
		l := loop.Of(co)
		transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return loop.SubmitAndWait(ctx, l, func(co *coro.Co) (net.Conn, error) { return streams.Dial(co, network, addr) })
		}}
		client := &http.Client{Transport: transport}
		elsewhere(t, co, func() error {
			for _, text := range []string{"hello", strings.Repeat("world ", 50_000)} {
				answer, err := client.Post("http://"+s.Addr().String()+"/path", "text/plain", strings.NewReader(text))
				if err != nil {
					return err
				}
				body, err := io.ReadAll(answer.Body)
				require.Equal(t, "/path"+strings.ToUpper(text), string(body))
				if err := errors.Join(err, answer.Body.Close()); err != nil {
					return err
				}
			}
			transport.CloseIdleConnections()
			return nil
		})
	})
}

// A Writer is for the loop's goroutine; in debug mode that is said.
func TestWriterElsewhere(t *testing.T) {
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		a, b := streams.Pipe(co)
		w := streams.NewWriter(a)
		for _, use := range []func(){
			func() { _, _ = w.Write([]byte("x")) },
			func() { _ = w.Close() },
		} {
			_, err := loop.Go(func(context.Context) (any, error) {
				require.Panics(t, use)
				return nil, nil
			})(co)
			require.NoError(t, err)
		}
		return errors.Join(a.Close(), b.Close())
	}, loop.Debug(true)))
}
