package coro

import (
	"fmt"
	"reflect"

	"github.com/ouro-loop/ouro/future"
)

// EnsureFuture gives the future of aw: aw itself if it is a future or a task, and of anything
// else, a plain function f as Bind0(f), a task that awaits it, created with opts. It panics
// with an error that wraps ErrOtherLoop if aw is a future of another loop.
//
// Semantics: asyncio.ensure_future, CPython 3.15.
func EnsureFuture[T any](s Spawner, aw Awaitable[T], opts ...TaskOption) future.Of[T] {
	var o taskOptions
	if len(opts) > 0 {
		o = collect(s, opts)
	}
	return ensureFuture(s, aw, o)
}

// mustBeOf panics if f belongs to another loop than s.
func mustBeOf(s Spawner, f future.Any) {
	mustBeFuture(f)
	if err := checkLoop(s, f); err != nil {
		panic(err)
	}
}

// checkLoop is the error of a future that belongs to another loop than s.
func checkLoop(s Spawner, f future.Any) error {
	if f.Core().Scheduler() == s.Scheduler() {
		return nil
	}
	return fmt.Errorf("%w: it is combined with others of this one", ErrOtherLoop)
}

func ensureFuture[T any](s Spawner, aw Awaitable[T], o taskOptions) future.Of[T] {
	mustBeAwaitable(aw)
	if f, ok := aw.(future.Of[T]); ok {
		mustBeOf(s, f)
		return f
	}
	return createTask(s, funcOf(aw), &o, new(Task[T]))
}

// mustBeAwaitable refuses what cannot be awaited where it is given.
func mustBeAwaitable[T any](aw Awaitable[T]) {
	switch aw := aw.(type) {
	case nil:
		panic("coro: nil cannot be awaited")
	case Func[T]:
		if aw == nil {
			panic("coro: nil cannot be awaited")
		}
	case future.Any:
		mustBeFuture(aw)
	}
}

// mustBeFuture refuses a nil, also one with a type, and a zero value. A future that is
// done is never asked for its loop, and lets a zero one pass only if somebody has
// canceled it.
func mustBeFuture(f future.Any) {
	if isNil(f) {
		panic(fmt.Sprintf("coro: a nil %T cannot be awaited: no future or task was assigned to it", f))
	}
	if f.Core().Scheduler() == nil {
		panic(zeroFuture)
	}
}

// isNil reports whether f is nil, or a nil pointer.
func isNil(f future.Any) bool {
	v := reflect.ValueOf(f)
	return f == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

const zeroFuture = "coro: a Future that was not made by loop.CreateFuture or future.New belongs to no loop; the zero Future is none"

// funcOf is what awaits aw, which is no future.
func funcOf[T any](aw Awaitable[T]) Func[T] {
	if f, ok := aw.(Func[T]); ok {
		return f
	}
	return func(co *Co) (v T, err error) {
		if co == nil {
			return v, wrapped(aw)
		}
		return aw.Await(co)
	}
}

// futuresAmong puts those of aws that are futures into their places of futures, and
// counts them. What cannot be awaited is refused, before anything has been made for the
// others.
func futuresAmong[T any](s Spawner, aws []Awaitable[T], futures []future.Of[T]) (n int) {
	for i, aw := range aws {
		switch aw := aw.(type) {
		case Func[T]: // the usual one; to ask for it costs less than to ask for an interface
			if aw == nil {
				mustBeAwaitable(aw)
			}
		case future.Of[T]:
			mustBeOf(s, aw)
			futures[i] = aw
			n++
		case nil:
			mustBeAwaitable(aw)
		}
	}
	return n
}

// AsAny makes awaitables of different types fit for one Gather or AsCompleted: its
// result is that of aw, as an any. A future or task is seen through, not wrapped in
// another: its Core is the same, which is what to compare. See also [Into], which
// keeps the types. ([Wait] takes a []future.Any as it is.)
func AsAny[T any](aw Awaitable[T]) Awaitable[any] {
	mustBeAwaitable(aw)
	if f, ok := aw.(future.Of[T]); ok {
		return anyFuture[T]{f, f}
	}
	return Func[any](func(co *Co) (any, error) {
		if co == nil {
			return nil, wrapped(aw)
		}
		v, err := aw.Await(co)
		return v, err
	})
}

// anyFuture is a future of T seen as one of any.
type anyFuture[T any] struct {
	future.Any
	of future.Of[T]
}

func (f anyFuture[T]) Result() (any, error) {
	v, err := f.of.Result()
	return v, err
}

func (f anyFuture[T]) Await(w future.Waiter) (any, error) {
	v, err := f.of.Await(w)
	return v, err
}
