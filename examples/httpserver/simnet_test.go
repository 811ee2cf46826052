package httpserver_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/httpserver"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

// In a network that is slow and loses packets, a server shuts down under load: what a handler has begun is
// answered, and nothing is left.
func TestShutdownSimulated(t *testing.T) {
	for seed := range uint64(30) {
		testkit.Run(t, func(co *coro.Co) {
			n := simnet.New(co, simnet.Seed(seed), simnet.Latency(5*time.Millisecond, 100*time.Millisecond), simnet.Loss(0.02))
			begun, answered := map[string]bool{}, map[string]bool{}
			s := &httpserver.Server{Handler: func(co *coro.Co, req *http.Request) (*http.Response, error) {
				begun[req.URL.Path] = true
				if err := coro.Sleep(co, time.Duration(n.Rand().Int64N(int64(time.Second)))); err != nil {
					return nil, err
				}
				return httpserver.Text(http.StatusOK, req.URL.Path), nil
			}}
			server := n.Host("server").Go(co, func(co *coro.Co) error {
				ln, err := streams.Listen(co, "tcp", ":80")
				if err != nil {
					return err
				}
				return s.Serve(co, ln, time.Minute)
			})
			var clients []*coro.Task[coro.None]
			for i := range 20 {
				clients = append(clients, n.Host(fmt.Sprint("client", i)).Go(co, func(co *coro.Co) error {
					return ask(co, fmt.Sprintf("/%d/", i), answered)
				}))
			}
			require.NoError(t, coro.Sleep(co, 3*time.Second))
			server.Cancel()
			require.ErrorIs(t, coro.Await(co, server), future.ErrCanceled)
			require.True(t, server.Canceled(), "in time")
			for _, client := range clients {
				_ = coro.Await(co, client) // however it was turned away
			}
			require.Greater(t, len(begun), 20)
			require.Equal(t, begun, answered, "seed %d", seed)
		}, loop.ReportLeaks(true))
	}
}

// ask asks one thing after the other until that fails. What is answered is noted.
func ask(co *coro.Co, what string, answered map[string]bool) error {
	for i := 0; ; {
		c, err := streams.Dial(co, "tcp", "server:80")
		if err != nil {
			return err
		}
		for r, last := bufio.NewReader(c), false; !last; i++ {
			path := fmt.Sprint(what, i)
			if last, err = askOne(c, r, path); err != nil {
				return errors.Join(err, c.Close())
			}
			answered[path] = true
		}
		if err := c.Close(); err != nil {
			return err
		}
	}
}

func askOne(c *streams.Conn, r *bufio.Reader, path string) (last bool, err error) {
	if _, err := io.WriteString(c, get(path)); err != nil {
		return false, err
	}
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return false, err
	}
	text, err := io.ReadAll(resp.Body)
	if err == nil && string(text) != path {
		err = fmt.Errorf("%s is answered with %q", path, text)
	}
	return resp.Close, err
}
