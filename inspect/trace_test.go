package inspect

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

func TestTrace(t *testing.T) {
	l := running(t)
	h := Handler(l)
	t.Run("text", func(t *testing.T) {
		r := get(h, "GET", "/trace?seconds=0")
		require.Equal(t, plainText, r.Header.Get("Content-Type"))
		require.Contains(t, readAll(t, r), "server")
	})
	t.Run("json", func(t *testing.T) {
		r := get(h, "GET", "/trace?seconds=0&format=json")
		got, err := trace.ReadJSON(strings.NewReader(readAll(t, r)))
		require.NoError(t, err)
		require.Equal(t, "server", got.Task(1).Name)
	})
	t.Run("perfetto", func(t *testing.T) {
		r := get(h, "GET", "/trace?seconds=0&format=perfetto")
		require.True(t, json.Valid([]byte(readAll(t, r))))
	})
	for query, want := range map[string]string{
		"seconds=61":   "seconds is a number from 0 to 60",
		"seconds=-1":   "seconds is a number from 0 to 60",
		"seconds=NaN":  "seconds is a number from 0 to 60",
		"seconds=five": "seconds is a number from 0 to 60",
		"format=xml":   "format is text, json or perfetto",
	} {
		r := get(h, "GET", "/trace?"+query)
		require.Equal(t, http.StatusBadRequest, r.StatusCode)
		require.Contains(t, readAll(t, r), want)
	}
}

// recorderOf is the loop's recorder.
func recorderOf(t *testing.T, l *loop.Loop) *trace.Recorder {
	t.Helper()
	got := make(chan *trace.Recorder, 1)
	_, err := l.CallSoonThreadsafe(func() { got <- l.Recorder() })
	require.NoError(t, err)
	return <-got
}

// Requests at the same time share a recorder, and the last takes it off.
func TestTraceAtOnce(t *testing.T) {
	l := running(t)
	h := Handler(l)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			require.Contains(t, readAll(t, get(h, "GET", "/trace?seconds=0")), "server")
		})
	}
	wg.Wait()
	require.Nil(t, recorderOf(t, l))
}

// What the program has recorded is shown, and its recorder stays.
func TestTraceOfARecordedLoop(t *testing.T) {
	l := running(t)
	own := trace.New()
	_, err := l.CallSoonThreadsafe(func() {
		l.SetRecorder(own)
		own.Note("from before")
	})
	require.NoError(t, err)
	require.Contains(t, readAll(t, get(Handler(l), "GET", "/trace?seconds=0")), "from before")
	require.Same(t, own, recorderOf(t, l))
}

// Requests of two handlers share a recorder as well: that of the one that ends first takes
// nothing away from the other.
func TestTraceOfTwoHandlers(t *testing.T) {
	l := running(t)
	ctx, gone := context.WithCancel(context.Background())
	first := make(chan string, 1)
	go func() {
		w := httptest.NewRecorder()
		Handler(l).ServeHTTP(w, httptest.NewRequest("GET", "/trace?seconds=60", nil).WithContext(ctx))
		first <- readAll(t, w.Result())
	}()
	for recorderOf(t, l) == nil {
		runtime.Gosched()
	}
	require.Contains(t, readAll(t, get(Handler(l), "GET", "/trace?seconds=0")), "server")
	_, err := l.CallSoonThreadsafe(func() { l.Recorder().Note("after the other one") })
	require.NoError(t, err)
	gone()
	require.Contains(t, <-first, "after the other one")
	require.Nil(t, recorderOf(t, l))
}

// A recorder that the program gives the loop meanwhile stays.
func TestTraceOfALoopThatIsRecordedMeanwhile(t *testing.T) {
	l := running(t)
	ctx, gone := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Handler(l).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/trace?seconds=60", nil).WithContext(ctx))
	}()
	for recorderOf(t, l) == nil {
		runtime.Gosched()
	}
	own := trace.New()
	_, err := l.CallSoonThreadsafe(func() { l.SetRecorder(own) })
	require.NoError(t, err)
	gone()
	<-ended
	require.Same(t, own, recorderOf(t, l))
}

// A loop that is kept by something is recorded no longer than that when it is free.
func TestTraceOfABlockedLoop(t *testing.T) {
	l := running(t)
	h := &handler{loop: l, patience: 1}
	free := make(chan struct{})
	_, err := l.CallSoonThreadsafe(func() { <-free })
	require.NoError(t, err)
	r := get(h, "GET", "/trace?seconds=0")
	require.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
	require.Equal(t, "loop: it has not answered within 1ns: a task or callback keeps it\n"+
		"/debug/pprof/goroutine?debug=2, if it is served, shows what keeps it.\n", readAll(t, r))
	close(free)
	require.Nil(t, recorderOf(t, l))
}

// A loop that does not run is kept by nothing.
func TestTraceOfALoopThatDoesNotRun(t *testing.T) {
	l := loop.New(loop.ReportLeaks(true))
	for _, path := range []string{"/trace", "/ps"} {
		r := get(&handler{loop: l, patience: 1}, "GET", path)
		require.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
		text := readAll(t, r)
		require.Contains(t, text, ": it does not run")
		require.NotContains(t, text, "pprof")
	}
	require.NoError(t, l.Close(), "what was asked is no leak")
}

// deadlineWriter notes until when the server allows for an answer.
type deadlineWriter struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (w *deadlineWriter) SetWriteDeadline(t time.Time) error { w.until = t; return nil }

// What a request waits for does not count for the server's WriteTimeout.
func TestWriteTimeout(t *testing.T) {
	h := Handler(running(t))
	ctx := context.WithValue(context.Background(), http.ServerContextKey, &http.Server{WriteTimeout: time.Hour})
	ctx, gone := context.WithCancel(ctx)
	gone()
	for path, atLeast := range map[string]time.Duration{"/trace?seconds=60": time.Hour + time.Minute, "/ps": time.Hour + patience} {
		w := &deadlineWriter{ResponseRecorder: httptest.NewRecorder()}
		begin := time.Now()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil).WithContext(ctx))
		require.GreaterOrEqual(t, w.until.Sub(begin), atLeast, path)
	}
}
