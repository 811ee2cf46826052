package inspect_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/inspect"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

var ready locks.Event

func serve(co *coro.Co) error { return ready.Wait(co) }

func ExampleHandler() {
	err := loop.Main(func(co *coro.Co) error {
		mux := http.NewServeMux()
		mux.Handle("/debug/ouro/", http.StripPrefix("/debug/ouro", inspect.Handler(loop.Of(co))))
		server := httptest.NewServer(mux)
		defer server.Close()

		coro.CreateTask(co, coro.Do(serve), coro.Name("server"))
		if err := coro.Sleep(co, 0); err != nil { // the server begins
			return err
		}
		page, err := loop.Go(func(context.Context) (string, error) {
			r, err := http.Get(server.URL + "/debug/ouro/pstree")
			if err != nil {
				return "", err
			}
			defer r.Body.Close()
			text, err := io.ReadAll(r.Body)
			return string(text), err
		})(co)
		fmt.Print(page)
		return err
	}, loop.VirtualTime(true))
	fmt.Println(err)
	// Output:
	// loop  virtual time 0s  tasks 2  ready 0  timers 0  outside 1 (1 goroutine)
	// Task-1  a function on a goroutine  inspect_test.ExampleHandler.func1
	// nobody awaits: server  event  inspect_test.serve
	// <nil>
}
