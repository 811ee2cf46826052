package demos

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/streams/simnet"
)

// A web server and its clients. What net/http has for requests and
// responses knows nothing of coroutines: it reads from the connection and
// writes to it, and that suspends the task.
func httpPages(opts ...loop.Option) error {
	pages := map[string]time.Duration{
		"/index": 100 * time.Millisecond,
		"/news":  300 * time.Millisecond,
		"/about": 200 * time.Millisecond,
	}

	handle := func(co *coro.Co, conn *streams.Conn) error {
		conn.SetSticky(true)
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return err
		}
		slowness, ok := pages[request.URL.Path]
		if err := coro.Sleep(co, slowness); err != nil {
			return err
		}
		status, body := http.StatusOK, "This is "+request.URL.Path
		if !ok {
			status, body = http.StatusNotFound, "There is no "+request.URL.Path
		}
		response := http.Response{
			StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Close: true,
			Request: request, ContentLength: int64(len(body)),
			Body: io.NopCloser(strings.NewReader(body)),
		}
		return response.Write(conn)
	}

	get := func(co *coro.Co, path, addr string) error {
		conn, err := streams.Dial(co, "tcp", addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		conn.SetSticky(true)
		request, err := http.NewRequest("GET", "http://"+addr+path, nil)
		if err != nil {
			return err
		}
		fmt.Println("GET", path)
		if err := request.Write(conn); err != nil {
			return err
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), request)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(response.Body)
		fmt.Println(response.StatusCode, string(body))
		return err
	}

	main := func(co *coro.Co) error {
		listener, err := streams.Listen(co, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := streams.Serve(co, listener, handle)
		addr := listener.Addr().String()
		if err := get(co, "/nowhere", addr); err != nil {
			return err
		}
		err = coro.Group(co, func(g *coro.TaskGroup) error {
			for _, path := range []string{"/index", "/news", "/about"} {
				coro.CreateTask(g, coro.Do2(get, path, addr))
				if err := coro.Sleep(co, 20*time.Millisecond); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		server.Close()
		return server.WaitClosed(co)
	}

	return loop.Main(func(co *coro.Co) error {
		return simnet.IfVirtual(co, main)
	}, opts...)
}
