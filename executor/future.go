package executor

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/mark"
)

// Future is the outcome, awaited or known, of work that is done elsewhere. It has two
// sides: goroutines that wait for the outcome, and one owner that delivers it. [Submit]
// owns the futures that it returns; the maker of any other future owns that. The zero
// value is pending and ready to use. A future must not be copied.
//
// All methods are safe for concurrent use. Done callbacks run on the goroutine
// that completes the future, be it the owner's or that of a caller of Cancel,
// in the order in which they were added, after the waiting goroutines have been
// woken.
//
// Semantics: concurrent.futures.Future, CPython 3.15.
type Future[T any] struct {
	mu        sync.Mutex
	state     state
	done      chan struct{} // made by the first call of Done; closed when the future is done
	callbacks []func(*Future[T])
	room      [1]func(*Future[T]) // for callbacks, since there is seldom more than one

	// Constant once the state is canceled or finished.
	value T
	err   error

	look
}

// look is embedded under a name that godoc does not show.
type look = mark.Look

// looked says that somebody has the error.
func (f *Future[T]) looked(err error) {
	if err != nil && f.OnLook != nil {
		f.OnLook()
	}
}

type state uint8

const (
	// pending from the beginning: the work has not started, and can be canceled.
	pending state = iota
	// running since SetRunning: it can no longer be canceled.
	running
	// canceled since a Cancel while it was pending. Final.
	canceled
	// finished since it was given a result or an error. Final.
	finished
)

func (s state) String() string {
	return [...]string{"pending", "running", "canceled", "finished"}[s]
}

func (s state) final() bool { return s >= canceled }

// closed is what Done returns when there is nothing left to wait for.
var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Wait waits until the future is done and returns its outcome: the result and
// the error that it was given, or [ErrCanceled] if it was canceled. If ctx ends
// first, Wait returns the context's error, and the future is left as it is; an
// outcome that is there already is returned whatever the state of ctx.
//
// Work that returns context.Canceled cannot be told from a ctx that ended by
// the error alone; [Future.Done] tells.
//
// Semantics: concurrent.futures.Future.result with a timeout, CPython 3.15.
func (f *Future[T]) Wait(ctx context.Context) (T, error) {
	if ctx.Done() == nil { // a plain receive is cheaper than a select
		<-f.Done()
		f.looked(f.err)
		return f.value, f.err
	}
	select {
	case <-f.Done():
		f.looked(f.err)
		return f.value, f.err
	case <-ctx.Done():
		v, done, err := f.outcome()
		if !done {
			err = ctx.Err()
		}
		return v, err
	}
}

// Result returns the outcome as [Future.Wait] does, but without waiting: if the
// future is not done, the error is [ErrInvalidState].
//
// Semantics: concurrent.futures.Future.result, CPython 3.15, but that a future
// which is not done answers as asyncio.Future.result does.
func (f *Future[T]) Result() (T, error) {
	v, done, err := f.outcome()
	if !done {
		err = ErrInvalidState
	}
	return v, err
}

// Done returns a channel that is closed when the future is canceled or
// finished.
//
// Semantics: concurrent.futures.Future.done, CPython 3.15.
func (f *Future[T]) Done() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.done != nil:
		return f.done
	case f.state.final():
		return closed
	default:
		f.done = make(chan struct{})
		return f.done
	}
}

// Running reports whether the work has started and not ended.
//
// Semantics: concurrent.futures.Future.running, CPython 3.15.
func (f *Future[T]) Running() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state == running
}

// Canceled reports whether the future was canceled. Work that returned
// [ErrCanceled] as its own error does not count: that future is finished.
//
// Semantics: concurrent.futures.Future.cancelled, CPython 3.15.
func (f *Future[T]) Canceled() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state == canceled
}

// Cancel cancels the future if its work has not started, and reports whether
// the future is canceled, be it by this call or by an earlier one. It calls the
// done callbacks before it returns.
//
// Semantics: concurrent.futures.Future.cancel, CPython 3.15.
func (f *Future[T]) Cancel() bool {
	f.mu.Lock()
	if f.state != pending {
		defer f.mu.Unlock()
		return f.state == canceled
	}
	f.err = ErrCanceled
	f.complete(canceled)
	return true
}

// AddDoneCallback has fn called with the future once it is done, on the
// goroutine that completes it; if it is done already, at once and on the
// caller's. fn should return soon: the callbacks after it wait, and so does the
// goroutine that completes the future.
//
// A panic in fn is logged, with the stack, to slog's default logger at level Error,
// and goes no further. If fn ends its goroutine with runtime.Goexit, the remaining
// callbacks are called first.
//
// Semantics: concurrent.futures.Future.add_done_callback, CPython 3.15.
func (f *Future[T]) AddDoneCallback(fn func(*Future[T])) {
	if fn == nil {
		panic("executor: AddDoneCallback of a nil function")
	}
	f.mu.Lock()
	if f.state.final() {
		f.mu.Unlock()
		f.notify([]func(*Future[T]){fn})
		return
	}
	defer f.mu.Unlock()
	if f.callbacks == nil {
		f.callbacks = f.room[:0]
	}
	f.callbacks = append(f.callbacks, fn)
}

// SetRunning is for the owner, who must call it before starting on the work. It
// reports whether there is work to do: if so, the future can no longer be
// canceled; if not, it has been canceled. SetRunning panics if the future is
// running or finished already, for then it has two owners.
//
// Semantics: concurrent.futures.Future.set_running_or_notify_cancel, CPython
// 3.15, but that asking again about a canceled future is allowed.
func (f *Future[T]) SetRunning() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.state {
	case pending:
		f.state = running
		return true
	case canceled:
		return false
	default:
		panic("executor: SetRunning of a future that is " + f.state.String())
	}
}

// SetResult is for the owner: it finishes the future with v, wakes the goroutines that
// wait and calls the done callbacks. It returns [ErrInvalidState], and does nothing, if
// the future is done; a future whose SetRunning returned true cannot have been canceled.
//
// Semantics: concurrent.futures.Future.set_result, CPython 3.15.
func (f *Future[T]) SetResult(v T) error { return f.finish(v, nil) }

// SetError is for the owner: it finishes the future with err as SetResult does
// with a result. It panics if err is nil.
//
// Semantics: concurrent.futures.Future.set_exception, CPython 3.15.
func (f *Future[T]) SetError(err error) error {
	if err == nil {
		panic("executor: SetError of a nil error")
	}
	var zero T
	return f.finish(zero, err)
}

// String returns what repr shows in CPython, without the address:
// "<Future state=finished returned int>".
func (f *Future[T]) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.state != finished:
		return fmt.Sprintf("<Future state=%v>", f.state)
	case f.err != nil:
		return fmt.Sprintf("<Future state=finished raised %T>", f.err)
	default:
		return fmt.Sprintf("<Future state=finished returned %T>", f.value)
	}
}

// outcome returns what the future is done with, and zero values if it is not
// done.
func (f *Future[T]) outcome() (v T, done bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked(f.err)
	return f.value, f.state.final(), f.err
}

func (f *Future[T]) finish(v T, err error) error {
	f.mu.Lock()
	if f.state.final() {
		f.mu.Unlock()
		return ErrInvalidState
	}
	f.value, f.err = v, err
	f.complete(finished)
	return nil
}

// complete is called with the lock held and the outcome in place, and releases
// the lock: callbacks may use the future as they please.
func (f *Future[T]) complete(s state) {
	f.state = s
	callbacks := f.callbacks
	f.callbacks = nil
	if f.done != nil {
		close(f.done)
	}
	f.mu.Unlock()
	if callbacks != nil {
		f.notify(callbacks)
	}
}

// notify calls each of callbacks, and lets go of it. If one does not return,
// because of a panic or runtime.Goexit, the deferred function sees to the rest.
func (f *Future[T]) notify(callbacks []func(*Future[T])) {
	called := 0
	defer func() {
		if called == len(callbacks) {
			return
		}
		if value := recover(); value != nil {
			slog.Error("executor: panic in a done callback",
				"future", f.String(), "panic", value, "stack", frames.OneLine(debug.Stack()))
		}
		f.notify(callbacks[called+1:])
	}()
	for ; called < len(callbacks); called++ {
		fn := callbacks[called]
		callbacks[called] = nil
		fn(f)
	}
}
