package loop

import (
	"context"
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/trace"
)

var (
	errNoRecorder  = errors.New("loop: nothing is recorded; give the loop a trace.Recorder, with Record or SetRecorder")
	errTraceInside = fmt.Errorf("%w: TraceOf would wait for itself inside it; use Recorder().Trace()", ErrRunning)
)

// TraceOf is the trace of what was recorded so far on l, which may be running: for the
// handler of a request, say. It is safe for concurrent use. The loop is asked with a
// CallSoonThreadsafe, which is the last that the trace has, so TraceOf waits for the loop, and
// for ever if that does not run: until ctx ends, whose cause is then the error.
//
// The error is ErrClosed if the loop is closed, wraps ErrRunning inside of a running loop,
// where Recorder().Trace() is as good, wraps ErrHermetic of a loop that is, and says so if the
// loop has no recorder.
func TraceOf(ctx context.Context, l *Loop) (*trace.Trace, error) {
	l.mustBeMade()
	if ctx == nil {
		panic("loop: TraceOf with a nil context; give context.Background()")
	}
	if err := l.hermetically("TraceOf"); err != nil {
		return nil, err
	}
	if insideRunningLoop() {
		return nil, errTraceInside
	}
	answer := make(chan *trace.Trace, 1)
	h, err := l.post(record.Nothing, func() {
		var t *trace.Trace
		if r := l.Recorder(); r != nil {
			t = r.Trace()
		}
		answer <- t
	})
	if err != nil {
		return nil, err
	}
	select {
	case t := <-answer:
		if t == nil {
			return nil, errNoRecorder
		}
		return t, nil
	case <-ctx.Done():
		h.Cancel() // nobody needs it any more
		return nil, context.Cause(ctx)
	case <-l.closing.ended:
		return nil, ErrClosed
	}
}
