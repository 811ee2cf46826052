//go:build unix

package httpserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/httpserver"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// A server, and a client of package net/http on a goroutine of its own. A program that only serves has
// the Serve in its main function, and shuts down when it is interrupted.
func Example() {
	hello := func(co *coro.Co, req *http.Request) (*http.Response, error) {
		if err := coro.Sleep(co, time.Millisecond); err != nil {
			return nil, err
		}
		return httpserver.Text(http.StatusOK, "hello "+req.URL.Path[1:]), nil
	}
	err := loop.Main(func(co *coro.Co) error {
		ln, err := streams.Listen(co, "tcp", "localhost:0")
		if err != nil {
			return err
		}
		s := &httpserver.Server{Handler: hello}
		serving := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			return s.Serve(co, ln, 10*time.Second, streams.MaxConns(1000))
		}))
		text, err := loop.Go(func(context.Context) (string, error) {
			defer http.DefaultClient.CloseIdleConnections()
			resp, err := http.Get("http://" + ln.Addr().String() + "/world")
			if err != nil {
				return "", err
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			return string(text), err
		})(co)
		fmt.Println(text)
		serving.Cancel()
		if ended := coro.Await(co, serving); !future.IsCanceled(ended) {
			return errors.Join(err, ended)
		}
		return err
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello world
}
