package loop

import (
	"context"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/frames"
)

// ToThread is a coroutine that runs f on the default executor and awaits its
// outcome. f is given the task's context: its values are the context variables,
// and it is done when the task is canceled, which f has to notice itself.
//
// Semantics: asyncio.to_thread, CPython 3.15.
func ToThread[T any](f func(ctx context.Context) (T, error)) coro.Func[T] {
	if f == nil {
		panic("loop: ToThread of a nil function")
	}
	return func(co *coro.Co) (v T, err error) {
		if co == nil {
			return v, frames.Wrapped(f)
		}
		return awaitOn(co, nil, f)
	}
}

// Go is a coroutine that runs f on a goroutine of its own and awaits its outcome,
// otherwise like [ToThread]: there is no limit to how many run at once, and the
// end of the loop does not wait for them.
func Go[T any](f func(ctx context.Context) (T, error)) coro.Func[T] {
	if f == nil {
		panic("loop: Go of a nil function")
	}
	return func(co *coro.Co) (v T, err error) {
		if co == nil {
			return v, frames.Wrapped(f)
		}
		return awaitOn(co, goroutines{}, f)
	}
}

// ToThreadDo is ToThread for a function without a result.
func ToThreadDo(f func(ctx context.Context) error) coro.Func[coro.None] { return ToThread(noResult(f)) }

// GoDo is Go for a function without a result.
func GoDo(f func(ctx context.Context) error) coro.Func[coro.None] { return Go(noResult(f)) }

func noResult(f func(ctx context.Context) error) func(ctx context.Context) (coro.None, error) {
	if f == nil {
		return nil
	}
	return func(ctx context.Context) (coro.None, error) {
		if ctx == nil {
			return coro.None{}, frames.Wrapped(f)
		}
		return coro.None{}, f(ctx)
	}
}
