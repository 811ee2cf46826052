package locks

import "github.com/ouro-loop/ouro/coro"

// Locker is what a block of WithValue holds: a *[Lock], *[Condition], *[Semaphore] or
// *[BoundedSemaphore].
type Locker interface {
	With(co *coro.Co, body func() error) error
}

// WithValue is l.With of a body with a result:
//
//	n, err := locks.WithValue(co, &mu, func() (int, error) { ... })
//
// With an error the result is the zero value.
//
// Semantics: "async with lock", CPython 3.15.
func WithValue[T any](co *coro.Co, l Locker, body func() (T, error)) (T, error) {
	if body == nil {
		panic("locks: WithValue of a nil function")
	}
	var v T
	err := l.With(co, func() (err error) {
		v, err = body()
		return err
	})
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}
