//go:build unix

package httpserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/httpserver"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/subprocess"
)

// served runs a test beside a server on a socket, whose URL it is given.
func served(t *testing.T, handler httpserver.Handler, grace time.Duration,
	test func(co *coro.Co, url string, server *coro.Task[coro.None])) {
	t.Helper()
	testkit.Run(t, func(co *coro.Co) {
		ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		s := &httpserver.Server{Handler: handler}
		server := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return s.Serve(co, ln, grace) }))
		test(co, "http://"+ln.Addr().String(), server)
		server.Cancel()
		err = coro.Await(co, server)
		require.ErrorIs(t, err, future.ErrCanceled)
	}, loop.VirtualTime(false), loop.ReportLeaks(true))
}

// fetch has a client of package net/http do a request, on goroutines of its own.
func fetch(client *http.Client, method, url string, body io.Reader, headers ...string) coro.Func[string] {
	return loop.Go(func(ctx context.Context) (string, error) {
		req, err := http.NewRequestWithContext(ctx, method, url, body)
		if err != nil {
			return "", err
		}
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		resp, err := client.Do(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return fmt.Sprintf("%d %s close=%t length=%d", resp.StatusCode, text, resp.Close, resp.ContentLength), err
	})
}

func newClient(t *testing.T) *http.Client {
	transport := &http.Transport{ExpectContinueTimeout: time.Minute}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestHTTPClient(t *testing.T) {
	client := newClient(t)
	served(t, app, time.Minute, func(co *coro.Co, url string, _ *coro.Task[coro.None]) {
		for _, test := range []struct {
			request coro.Func[string]
			want    string
		}{
			{fetch(client, "GET", url+"/a", nil), "200 /a close=false length=2"},
			{fetch(client, "HEAD", url+"/a", nil), "200  close=false length=2"},
			{fetch(client, "GET", url+"/none", nil), "204  close=false length=0"},
			{fetch(client, "POST", url+"/echo", strings.NewReader("text")), "200 POST text close=false length=9"},
			{fetch(client, "POST", url+"/echo", io.MultiReader(strings.NewReader("chunks"))), "200 POST chunks close=false length=11"},
			{fetch(client, "POST", url+"/echo", strings.NewReader("text"), "Expect", "100-continue"), "200 POST text close=false length=9"},
			{fetch(client, "POST", url+"/a", strings.NewReader("text"), "Expect", "100-continue"), "200 /a close=true length=2"},
			{fetch(client, "POST", url+"/a", bytes.NewReader(make([]byte, 1<<20))), "200 /a close=true length=2"},
			{fetch(client, "GET", url+"/bye", nil), "200 bye close=true length=3"},
			{fetch(client, "GET", url+"/a", nil, "X", strings.Repeat("x", 100_000)),
				"431 Request Header Fields Too Large\n close=true length=32"},
		} {
			got, err := test.request(co)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		}
		var many []coro.Func[string]
		for i := range 50 {
			body := bytes.Repeat([]byte{'a' + byte(i%26)}, 10_000*i)
			many = append(many, fetch(client, "PUT", url+"/echo", bytes.NewReader(body)))
		}
		all, err := coro.Gather(co, coro.Each[string](many)...).Await(co)
		require.NoError(t, err)
		for i, got := range all {
			body := strings.Repeat(string(rune('a'+i%26)), 10_000*i)
			require.Equal(t, fmt.Sprintf("200 PUT %s close=false length=%d", body, len(body)+4), got)
		}
		client.CloseIdleConnections()
	})
}

// A shutdown refuses who comes, and answers who is there.
func TestShutdown(t *testing.T) {
	client := newClient(t)
	var begun, goOn locks.Event
	handler := func(co *coro.Co, req *http.Request) (*http.Response, error) {
		begun.Set()
		if err := goOn.Wait(co); err != nil {
			return nil, err
		}
		return app(co, req)
	}
	served(t, handler, time.Minute, func(co *coro.Co, url string, server *coro.Task[coro.None]) {
		request := coro.CreateTask(co, fetch(client, "GET", url+"/a", nil))
		require.NoError(t, begun.Wait(co))
		server.Cancel()
		testkit.Pass(t, co, 5)
		_, err := streams.Dial(co, "tcp", strings.TrimPrefix(url, "http://"))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		require.False(t, server.Done())
		goOn.Set()
		got, err := request.Await(co)
		require.NoError(t, err)
		require.Equal(t, "200 /a close=true length=2", got)
		require.ErrorIs(t, coro.Await(co, server), future.ErrCanceled)
		require.True(t, server.Canceled())
	})
}

// What takes too long is canceled, and that is told. Who cancels twice finds that it takes too long at once.
func TestShutdownTakesTooLong(t *testing.T) {
	for name, test := range map[string]struct {
		grace time.Duration
		hurry bool
	}{"after the grace": {time.Millisecond, false}, "at once": {time.Hour, true}} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t)
			var begun, goOn, ended locks.Event
			handler := func(co *coro.Co, _ *http.Request) (*http.Response, error) {
				defer ended.Set()
				begun.Set()
				return nil, goOn.Wait(co)
			}
			served(t, handler, test.grace, func(co *coro.Co, url string, server *coro.Task[coro.None]) {
				request := coro.CreateTask(co, fetch(client, "POST", url+"/a", strings.NewReader("once"))) // it is not tried again
				require.NoError(t, begun.Wait(co))
				server.Cancel()
				if test.hurry {
					testkit.Pass(t, co, 5)
					server.Cancel()
				}
				err := coro.Await(co, server)
				require.ErrorIs(t, err, future.ErrCanceled)
				require.Equal(t, test.hurry, server.Canceled())
				var late *future.TimeoutError
				require.Equal(t, !test.hurry, errors.As(err, &late))
				require.NoError(t, ended.Wait(co))
				_, err = request.Await(co)
				require.Error(t, err)
			})
		})
	}
}

func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip(err)
	}
	served(t, app, time.Minute, func(co *coro.Co, url string, _ *coro.Task[coro.None]) {
		for _, test := range []struct {
			args []string
			want string
		}{
			{[]string{url + "/a", url + "/b"}, "/a/b"},
			{[]string{"-0", url + "/a"}, "/a"},
			{[]string{"-d", strings.Repeat("x", 2000), "-H", "Expect: 100-continue", url + "/echo"}, "POST " + strings.Repeat("x", 2000)},
			{[]string{"-T", "-", url + "/echo"}, "PUT "},
		} {
			args := append([]string{"--silent", "--show-error", "--noproxy", "*"}, test.args...)
			out, err := subprocess.Output(co, exec.Command(curl, args...))
			require.NoError(t, err)
			require.Equal(t, test.want, string(out))
		}
	})
}
