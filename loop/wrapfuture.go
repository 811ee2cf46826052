package loop

import (
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/waits"
)

// WrapFuture gives a future of l that ends as f does: f is what [executor.Submit] or the
// [Submit] of another loop has given. Canceling it cancels f. While neither is done a virtual
// clock stands still.
//
// The error is ErrClosed if the loop is closed. It must be called on the loop's goroutine.
//
// Semantics: asyncio.wrap_future, CPython 3.15.
func WrapFuture[T any](l *Loop, f *executor.Future[T]) (*future.Future[T], error) {
	l.mustBeMade()
	if f == nil {
		panic("loop: WrapFuture of a nil future")
	}
	(*wired)(l).CheckGoroutine()
	if l.closed.Load() {
		return nil, ErrClosed
	}
	if err := l.hermetically("WrapFuture"); err != nil {
		return nil, err
	}
	w := &wrapping[T]{loop: l, from: f}
	if l.tape != nil {
		l.tape.wrapped++
		w.number = l.tape.wrapped
	}
	core := w.future.Core()
	core.Init(l, wrappingRole{})
	w.errand = l.sendOut(onFuture, core)
	core.Attach(w.link.Init((*wrappingDropped[T])(w)))
	f.AddDoneCallback(func(*executor.Future[T]) {
		_ = l.inbox.post(w) // on a closed loop nobody waits for it
	})
	return &w.future, nil
}

// A wrapping is a future with another behind it, and the entry that brings the outcome.
type wrapping[T any] struct {
	future future.Future[T]
	link   future.Link // has wrappingDropped.Run called when future is done
	loop   *Loop
	from   *executor.Future[T]
	errand *errand
	number uint64 // on a tape
}

func (w *wrapping[T]) arrival() arrival {
	return arrival{source: record.WrappedFuture, number: w.number}
}

// Run is called on the loop when the other future is done.
func (w *wrapping[T]) Run() {
	w.loop.takeIn(&w.errand)
	w.link.Detach() // its entry would have nothing to do
	if w.future.Done() {
		return
	}
	switch v, err := w.from.Result(); {
	case w.from.Canceled():
		w.future.Cancel()
	case err != nil:
		w.future.Core().Fail(convert(err))
	default:
		future.Resolve(&w.future, v)
	}
}

// wrappingRole is what stands behind the future of a wrapping.
type wrappingRole struct{}

func (wrappingRole) Describe() string { return "a future of an executor" }

func (r wrappingRole) Wait() waits.Info {
	return waits.Info{Kind: "executor future", Text: r.Describe()}
}

// A wrappingDropped is a wrapping as the callback of its own future, which was canceled.
type wrappingDropped[T any] wrapping[T]

func (d *wrappingDropped[T]) Run() {
	if d.future.Canceled() {
		d.loop.takeIn(&d.errand)
		d.from.Cancel()
	}
}
