package inspect

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

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
	t, err := h.record(r.Context(), time.Duration(seconds*float64(time.Second)))
	if err != nil {
		noAnswer(w, err)
		return
	}
	var b bytes.Buffer
	if err := format.write(t, &b); err != nil {
		http.Error(w, "inspect: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h.serve(w, r, format.contentType, b.Bytes())
}

// recording is what the requests share that record a loop at the same time. It belongs to the
// loop's goroutine.
type recording struct {
	recorder *trace.Recorder // nil while there are none
	requests int
	ours     bool // the loop had none before
}

// begin has the loop recorded, unless it is.
func (r *recording) begin(l *loop.Loop) {
	r.requests++
	if r.recorder != nil {
		return
	}
	if r.recorder = l.Recorder(); r.recorder == nil {
		r.recorder = trace.New(trace.Last(kept))
		l.SetRecorder(r.recorder)
		r.ours = true
	}
}

// end is what was recorded.
func (r *recording) end(l *loop.Loop) *trace.Trace {
	t := r.recorder.Trace()
	if r.requests--; r.requests > 0 {
		return t
	}
	if r.ours && l.Recorder() == r.recorder { // the program has not given it another one
		l.SetRecorder(nil)
	}
	*r = recording{}
	return t
}

// record is what is recorded of the loop until d is over, or the client is gone.
func (h *handler) record(ctx context.Context, d time.Duration) (*trace.Trace, error) {
	begun, err := onLoop(h.loop, func() *trace.Trace {
		h.recording.begin(h.loop)
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
	ended, closed := onLoop(h.loop, func() *trace.Trace { return h.recording.end(h.loop) }) // in any case
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
		return nil, fmt.Errorf("%w within %v", loop.ErrNoAnswer, h.patience)
	}
}
