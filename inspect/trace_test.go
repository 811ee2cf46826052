package inspect

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

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

// A loop that is kept by something is recorded no longer than that when it is free.
func TestTraceOfABlockedLoop(t *testing.T) {
	l := running(t)
	h := &handler{loop: l, patience: 1}
	free := make(chan struct{})
	_, err := l.CallSoonThreadsafe(func() { <-free })
	require.NoError(t, err)
	r := get(h, "GET", "/trace?seconds=0")
	require.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
	close(free)
	require.Nil(t, recorderOf(t, l))
	require.Zero(t, h.recording.requests)
}
