package coro

import (
	"fmt"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/waits"
)

// Shield gives a future with the outcome of aw, a plain function f as Bind0(f), whose
// cancellation does not reach aw: a coroutine that awaits it can be canceled while aw goes
// on. If aw itself is canceled, so is the future. If aw is done already it is returned
// itself. Shield panics with an error that wraps ErrOtherLoop if aw is a future of another
// loop.
//
// Once the future was canceled nobody is there to see an error of aw's, so that
// goes to the loop's exception handler.
//
// Semantics: asyncio.shield, CPython 3.15.
func Shield[T any](s Spawner, aw Awaitable[T]) future.Of[T] {
	inner := EnsureFuture(s, aw)
	if inner.Done() {
		return inner
	}
	sh := &shield[T]{outer: new(future.Future[T]), inner: inner}
	sh.outer.Core().Init(inner.Core(), (*shieldRole[T])(sh))
	inner.Core().Attach(sh.fromInner.Init((*shieldInner[T])(sh)))
	sh.outer.Core().Attach(sh.fromOuter.Init((*shieldOuter[T])(sh)))
	return sh.outer
}

type shield[T any] struct {
	outer                *future.Future[T]
	inner                future.Of[T]
	fromInner, fromOuter future.Link
}

// shieldRole is a shield as what stands behind the future it gave out.
type shieldRole[T any] shield[T]

func (r *shieldRole[T]) Describe() string {
	switch role := r.inner.Core().Role().(type) {
	case nil:
		return "a shield of a future"
	case interface{ shields() }: // of which there may be any number
		return "a shield of a shield"
	default:
		return "a shield of " + role.Describe()
	}
}

func (*shieldRole[T]) shields() {}

func (*shieldRole[T]) Wait() waits.Info { return waits.Info{Kind: "shield", Asks: true} }

func (r *shieldRole[T]) Behind(i int) (*future.Core, bool) { return r.inner.Core(), i == 0 }

// shieldInner is a shield as the callback of what it shields.
type shieldInner[T any] shield[T]

func (sh *shieldInner[T]) Run() {
	if sh.outer.Canceled() {
		return
	}
	if sh.inner.Canceled() {
		sh.outer.Cancel()
		return
	}
	v, err := sh.inner.Result()
	if err != nil {
		err = sh.outer.SetError(err)
	} else {
		err = sh.outer.SetResult(v)
	}
	if err != nil { // somebody else has set the outer future
		future.CallExceptionHandler(sh.outer.Core(), future.ErrorContext{
			Message: "Exception in callback of shield",
			Err:     err,
			Future:  sh.outer,
		})
	}
}

// shieldOuter is a shield as the callback of the future it gave out.
type shieldOuter[T any] shield[T]

func (sh *shieldOuter[T]) Run() {
	if sh.inner.Done() {
		return
	}
	sh.fromInner.Detach()
	// One report is enough, however many shields of it were canceled. That of the last
	// one stands behind all links but those that came since: so it is found soon.
	core := sh.inner.Core()
	core.Links(func(l *future.Link) bool {
		_, ok := l.Runnable().(*shieldReport)
		return !ok || !l.Detach()
	})
	r := &shieldReport{inner: sh.inner}
	core.Attach(r.link.Init(r))
}

// A shieldReport tells of an error behind a shield that was given up.
type shieldReport struct {
	link  future.Link
	inner future.Any
}

func (r *shieldReport) Run() {
	if r.inner.Canceled() {
		return
	}
	if err := r.inner.Err(); err != nil {
		c := future.ErrorContext{
			Message: fmt.Sprintf("%T exception in shielded future", err),
			Err:     err,
			Future:  r.inner,
		}
		if named, ok := r.inner.Core().Role().(future.Named); ok {
			c.Task = named.Name()
		}
		future.CallExceptionHandler(r.inner.Core(), c)
	}
}
