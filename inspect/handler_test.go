package inspect

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// running is a loop that runs, in which a task waits for an event.
func running(t *testing.T, opts ...loop.Option) *loop.Loop {
	l := loop.New(opts...)
	event := new(locks.Event)
	event.SetName("ready")
	coro.CreateTask(l, coro.Do(event.Wait), coro.Name("server"), coro.Quiet())
	begun, ended := make(chan struct{}), make(chan struct{})
	l.CallSoon(func() { close(begun) })
	go func() {
		defer close(ended)
		_ = l.RunForever()
	}()
	<-begun
	t.Cleanup(func() {
		l.Stop()
		<-ended
		require.NoError(t, l.Close())
	})
	return l
}

func get(h http.Handler, method, url string) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, url, nil))
	return w.Result()
}

func readAll(t *testing.T, r *http.Response) string {
	text, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(text)
}

func TestHandler(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/debug/ouro/", http.StripPrefix("/debug/ouro", Handler(running(t))))
	for _, c := range []struct {
		method, path string
		status       int
		contentType  string
		contains     string
	}{
		{"GET", "/", 200, plainText, "pstree  who awaits whom"},
		{"GET", "/ps", 200, plainText, `server  waiting  event "ready"  –        –        locks.(*Event).Wait`},
		{"GET", "/ps?stacks=0", 200, plainText, "server"},
		{"GET", "/ps?stacks=1", 200, plainText, "server"},
		{"GET", "/pstree", 200, plainText, "nobody awaits: server  event"},
		{"GET", "/json", 200, "application/json", `"name": "server"`},
		{"GET", "/json?stacks=1", 200, "application/json", `locks/event.go"`},
		{"HEAD", "/ps", 200, plainText, ""},
		{"POST", "/ps", 405, plainText, "only GET and HEAD"},
		{"DELETE", "/", 405, plainText, "only GET and HEAD"},
		{"GET", "/ps?stacks=2", 400, plainText, "stacks is 0 or 1"},
		{"GET", "/trees", 404, plainText, `no page "trees"; there are:`},
		{"GET", "/a/b/json", 200, "application/json", "server"},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			r := get(mux, c.method, "/debug/ouro"+c.path)
			text := readAll(t, r)
			require.Equal(t, c.status, r.StatusCode, text)
			require.Equal(t, c.contentType, r.Header.Get("Content-Type"))
			require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
			require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
			if c.method == "HEAD" {
				require.Empty(t, text)
				require.NotEqual(t, "0", r.Header.Get("Content-Length"))
			} else {
				require.Contains(t, text, c.contains)
			}
			if c.status == 405 {
				require.Equal(t, "GET, HEAD", r.Header.Get("Allow"))
			}
		})
	}
	var s loop.Snapshot
	require.NoError(t, json.Unmarshal([]byte(readAll(t, get(mux, "GET", "/debug/ouro/json"))), &s))
	require.Equal(t, "event", s.Tasks[0].On.Kind)
}

// A loop that is kept does not keep who asks.
func TestHandlerWithoutAnswer(t *testing.T) {
	t.Run("blocked", func(t *testing.T) {
		l := running(t)
		h := &handler{loop: l, patience: time.Millisecond}
		blocked, free := make(chan struct{}), make(chan struct{})
		_, err := l.CallSoonThreadsafe(func() { close(blocked); <-free })
		require.NoError(t, err)
		<-blocked
		r := get(h, "GET", "/ps")
		require.Equal(t, 503, r.StatusCode)
		require.Contains(t, readAll(t, r), "loop: it has not answered: a task or callback keeps it: context deadline exceeded")

		ctx, cancel := context.WithCancel(context.Background())
		cancel() // the client has gone
		w := httptest.NewRecorder()
		Handler(l).ServeHTTP(w, httptest.NewRequest("GET", "/ps", nil).WithContext(ctx))
		require.Equal(t, 503, w.Code)
		close(free)
		require.Equal(t, 200, get(Handler(l), "GET", "/ps").StatusCode)
	})
	t.Run("between two runs", func(t *testing.T) {
		l := loop.New()
		r := get(&handler{loop: l, patience: time.Millisecond}, "GET", "/ps")
		require.Equal(t, 503, r.StatusCode)
		require.Contains(t, readAll(t, r), "it does not run")
		require.NoError(t, l.Close())
	})
	t.Run("hermetic", func(t *testing.T) {
		r := get(Handler(running(t, loop.Hermetic(true))), "GET", "/trace")
		require.Equal(t, 503, r.StatusCode)
		text := readAll(t, r)
		require.Contains(t, text, loop.ErrHermetic.Error())
		require.NotContains(t, text, "pprof")
	})
	t.Run("closed", func(t *testing.T) {
		l := loop.New()
		require.NoError(t, l.Close())
		r := get(Handler(l), "GET", "/json")
		require.Equal(t, 410, r.StatusCode)
		require.Contains(t, readAll(t, r), loop.ErrClosed.Error())
	})
	require.PanicsWithValue(t, "inspect: Handler of a nil Loop", func() { Handler(nil) })
}
