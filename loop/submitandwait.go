package loop

import (
	"context"
	"fmt"

	"github.com/ouro-loop/ouro/coro"
)

var errWaitInside = fmt.Errorf("%w: SubmitAndWait would wait for itself inside it; await the coroutine", ErrRunning)

// SubmitAndWait has the loop run f as a task, waits for it, and returns what f returned: for
// an HTTP handler, say, with the request's context. When ctx ends the task is canceled, and
// SubmitAndWait returns the cause of ctx when the task has ended so: it waits for the task
// in any case, which may use what belongs to the caller, and so for ever if the loop does not
// run. It is safe for concurrent use.
//
// The error is ErrClosed if the loop is closed, or closes before the task has ended, and
// wraps ErrRunning inside of a running loop.
//
// Semantics: asyncio.run_coroutine_threadsafe(f, loop).result(), CPython 3.15.
func SubmitAndWait[T any](ctx context.Context, l *Loop, f coro.Func[T]) (T, error) {
	var zero T
	switch {
	case ctx == nil:
		panic("loop: SubmitAndWait of a nil context; give context.Background()")
	case f == nil:
		panic("loop: SubmitAndWait of a nil function")
	case insideRunningLoop():
		return zero, errWaitInside
	}
	l.mustBeMade()
	if ctx.Err() != nil {
		return zero, context.Cause(ctx)
	}
	s, err := submit(l, f)
	if err != nil {
		return zero, err
	}
	canceled := false
	select {
	case <-s.out.Done():
	case <-ctx.Done():
		canceled = true
		_ = l.inbox.post((*submissionCanceled[T])(s)) // closed: the task is gone
		<-s.out.Done()
	}
	if canceled && s.out.Canceled() {
		return zero, context.Cause(ctx)
	}
	return s.out.Result()
}
