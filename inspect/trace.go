package inspect

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

const (
	maxSeconds = 60
	kept       = 1 << 16 // events of a recording that is made for a request
)

// formats are those of a trace.
var formats = map[string]struct {
	contentType string
	write       func(t *trace.Trace, w io.Writer) error
}{
	"text":     {plainText, (*trace.Trace).WriteText},
	"json":     {"application/x-ndjson", (*trace.Trace).WriteJSON},
	"perfetto": {"application/json", func(t *trace.Trace, w io.Writer) error { return t.WritePerfetto(w, trace.LoopTime) }},
}

// serveTrace records the loop for a while, and serves that.
func (h *handler) serveTrace(w http.ResponseWriter, r *http.Request) {
	seconds, name := 1.0, "text"
	if s := r.URL.Query().Get("seconds"); s != "" {
		var err error
		if seconds, err = strconv.ParseFloat(s, 64); err != nil || !(seconds >= 0 && seconds <= maxSeconds) {
			http.Error(w, fmt.Sprintf("inspect: seconds is a number from 0 to %d", maxSeconds), http.StatusBadRequest)
			return
		}
	}
	if s := r.URL.Query().Get("format"); s != "" {
		name = s
	}
	format, ok := formats[name]
	if !ok {
		http.Error(w, "inspect: format is text, json or perfetto", http.StatusBadRequest)
		return
	}
	d := time.Duration(seconds * float64(time.Second))
	mayTake(w, r, d+2*h.patience)
	t, err := h.record(r.Context(), d)
	if err != nil {
		h.noAnswer(w, err)
		return
	}
	var b bytes.Buffer
	if err := format.write(t, &b); err != nil {
		http.Error(w, "inspect: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h.serve(w, r, format.contentType, b.Bytes())
}

// begin has l recorded, on its goroutine, unless it is. Requests at the same time, of whatever
// Handler, share a recorder.
func begin(l *loop.Loop) *trace.Recorder {
	r := l.Recorder()
	if r == nil {
		r = trace.New(trace.Last(kept))
		l.SetRecorder(r)
		guests(r, 1)
	} else if guests(r, 0) > 0 {
		guests(r, 1)
	}
	return r
}

// end is what r, which begin has given, was told. The last request takes it off, unless it is
// the program's.
func end(l *loop.Loop, r *trace.Recorder) *trace.Trace {
	t := r.Trace()
	if guests(r, 0) > 0 && guests(r, -1) == 0 && l.Recorder() == r { // else the program has given another one
		l.SetRecorder(nil)
	}
	return t
}

// guests changes the number of requests that r was made for, and returns it: zero if it is the
// program's.
func guests(r *trace.Recorder, more int) int {
	e := (*events.Recorder)(r)
	e.Guests += more
	return e.Guests
}

// record is what is recorded of the loop until d is over, or the client is gone.
func (h *handler) record(ctx context.Context, d time.Duration) (*trace.Trace, error) {
	var recorder *trace.Recorder // the loop's goroutine's
	begun, err := onLoop(h.loop, func() *trace.Trace {
		recorder = begin(h.loop)
		return nil
	})
	if err != nil {
		return nil, err
	}
	_, err = h.wait(begun)
	if err == nil {
		over := time.NewTimer(d)
		defer over.Stop()
		select {
		case <-over.C:
		case <-ctx.Done():
		}
	}
	ended, closed := onLoop(h.loop, func() *trace.Trace { return end(h.loop, recorder) }) // in any case
	if err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	return h.wait(ended)
}

// onLoop has the loop call f, whose result comes over the channel.
func onLoop(l *loop.Loop, f func() *trace.Trace) (<-chan *trace.Trace, error) {
	result := make(chan *trace.Trace, 1)
	_, err := l.CallSoonThreadsafe(func() { result <- f() })
	return result, err
}

// wait waits for what onLoop brings.
func (h *handler) wait(result <-chan *trace.Trace) (*trace.Trace, error) {
	patience := time.NewTimer(h.patience)
	defer patience.Stop()
	select {
	case t := <-result:
		return t, nil
	case <-patience.C:
		why := "it does not run"
		if h.loop.IsRunning() {
			why = "a task or callback keeps it"
		}
		return nil, fmt.Errorf("%w within %v: %s", loop.ErrNoAnswer, h.patience, why)
	}
}
