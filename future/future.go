package future

import (
	"errors"
	"fmt"

	"github.com/ouro-loop/ouro/internal/sched"
)

// Future is a result of type T that will be there later. It is made by a loop's
// CreateFuture, by [New], or comes from package coro. All methods must be called
// on the loop's goroutine.
//
// Semantics: asyncio.Future.
type Future[T any] struct {
	value T // first: if it has no size, it takes no room there
	core  Core
}

// New returns a pending future of the loop that on is on.
func New[T any](on OnLoop) *Future[T] {
	f := new(Future[T])
	if on != nil {
		f.core.Init(on, nil)
	}
	f.core.mustBeMade()
	return f
}

// Core is the future without its type.
func (f *Future[T]) Core() *Core { return &f.core }

// Done reports whether the future has a result or an error, or was canceled.
//
// Semantics: asyncio.Future.done.
func (f *Future[T]) Done() bool { return f.core.Done() }

// Canceled reports whether the future was canceled.
//
// Semantics: asyncio.Future.cancelled.
func (f *Future[T]) Canceled() bool { return f.core.Canceled() }

// Failed reports whether the future ended with an error; a cancellation is none. Unlike
// Err it is no look at the error, which is still reported if nobody else looks: it is for
// who watches futures, and does not answer for them.
func (f *Future[T]) Failed() bool { return f.core.Failed() }

// Cancel cancels a pending future, with a message for the [CanceledError] if one
// is given, and reports whether it did. What waits for it is scheduled in order
// of registration. The Cancel of a task or gather is a request, see there.
//
// Semantics: asyncio.Future.cancel.
func (f *Future[T]) Cancel(msg ...string) bool { return f.core.Cancel(message(msg)) }

// Result is the outcome: the value or the error of a finished future, a
// *CanceledError of a canceled one, ErrInvalidState of a pending one. An error
// counts as retrieved from now on.
//
// Semantics: asyncio.Future.result.
func (f *Future[T]) Result() (T, error) {
	if err := f.core.Err(); err != nil {
		var zero T
		return zero, err
	}
	return f.value, nil
}

// Err is the error part of [Future.Result].
//
// Semantics: asyncio.Future.exception.
func (f *Future[T]) Err() error { return f.core.Err() }

// SetResult ends a pending future with a value, and schedules its callbacks in
// order of registration. The error wraps ErrInvalidState if the future is done,
// or if it is a task, whose result is what its function returns.
//
// Semantics: asyncio.Future.set_result.
func (f *Future[T]) SetResult(v T) error {
	if err := f.core.settable("result"); err != nil {
		return err
	}
	Resolve(f, v)
	return nil
}

// SetError ends a pending future with an error, as SetResult does with a value.
// The error nil is refused.
//
// Semantics: asyncio.Future.set_exception.
func (f *Future[T]) SetError(err error) error {
	if refused := f.core.settable("error"); refused != nil {
		return refused
	}
	if err == nil {
		return errors.New("future: SetError of nil; a future without an error takes SetResult")
	}
	f.core.Fail(err)
	return nil
}

// Resolve is SetResult for those who build on futures. It reports false if f was
// done, or has an owner who has not released it.
func Resolve[T any](f *Future[T], v T) bool {
	if !f.core.open() {
		return false
	}
	f.value = v
	return f.core.Finish()
}

// mustBeMade refuses a future that belongs to no loop.
func (c *Core) mustBeMade() {
	if c.sched == nil || c.sched.Loop() == nil {
		panic("future: a Future that was not made by New or loop.CreateFuture, on a loop, belongs to none; the zero Future and nil have no use")
	}
}

func (c *Core) settable(what string) error {
	c.mustBeMade()
	if c.Owned {
		return fmt.Errorf("%w: a task's %s is what its function returns", ErrInvalidState, what)
	}
	if c.state != Pending {
		return fmt.Errorf("%w: the future has its outcome already (%v)", ErrInvalidState, c.state)
	}
	return nil
}

// AddDoneCallback has fn called when the future is done: by way of the ready queue,
// after the callbacks registered before, in a copy of the context of this call, or in the
// one that loop.InContext gives. If
// the future is done already, fn is scheduled at once. A panic in fn goes to the
// loop's exception handler.
//
// stop takes the callback back, and reports whether it did: false if fn was
// scheduled, or stop was called before.
//
// Semantics: asyncio.Future.add_done_callback and remove_done_callback.
//
// # Differences from asyncio
//
// fn is not given the future: it is a closure, and has it.
func (f *Future[T]) AddDoneCallback(fn func(), opts ...CallOption) (stop func() bool) {
	if fn == nil {
		panic("future: AddDoneCallback of a nil function")
	}
	f.core.mustBeMade()
	var o sched.CallOptions
	if len(opts) > 0 {
		o = collect(opts)
	}
	l := new(Link).Init(f.core.sched.Loop().Callback(fn, o))
	f.core.Attach(l)
	return l.Detach
}

// Await waits until the future is done and gives its outcome. One that is done
// already does not suspend the coroutine. If the waiting coroutine's task is
// canceled meanwhile, the future is canceled with it.
//
// Semantics: asyncio.Future.__await__.
func (f *Future[T]) Await(w Waiter) (T, error) {
	if f == nil {
		panic("future: Await of a nil future: none was assigned")
	}
	if f.core.state != Pending {
		return f.Result()
	}
	if err := w.Suspend(&f.core); err != nil {
		var zero T
		return zero, err
	}
	return f.value, nil
}

// String shows the state, and the outcome if there is one.
func (f *Future[T]) String() string {
	switch {
	case f.core.state != Finished:
		return fmt.Sprintf("<Future %v>", f.core.state)
	case f.core.Failed():
		return fmt.Sprintf("<Future %v error=%v>", f.core.state, f.core.failure())
	}
	if f.core.shown {
		return fmt.Sprintf("<Future %v result=...>", f.core.state) // its result shows it in turn
	}
	f.core.shown = true
	defer func() { f.core.shown = false }()
	return fmt.Sprintf("<Future %v result=%v>", f.core.state, f.value)
}
