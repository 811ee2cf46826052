package loop

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
)

// asyncgen is an asynchronous generator as the loop looks at it.
type asyncgen interface {
	Closer() coro.Func[coro.None]
	Function() frames.Function
	Begun() (by *future.Core, site string)
	String() string
}

// ShutdownAsyncgens is a coroutine that closes the asynchronous generators that have begun
// on the loop and not ended, side by side, each in a task of its own, in the order in which
// they have begun. It returns when all are closed. What one of them fails with goes to the
// exception handler. Those that it has been given to close once are not closed again.
//
// The end of [Run] does so when all tasks have ended.
//
// Semantics: asyncio.loop.shutdown_asyncgens, CPython 3.15.
//
// # Differences from asyncio
//
// The order is that of their first steps, where CPython walks a set; and those that have
// ended are not among them, even if somebody refers to them. A group of errors is reported
// also if an ErrGeneratorExit is one of them, where CPython loses it. There is no warning of
// a generator that begins later: the loop's Close unwinds that.
func (l *Loop) ShutdownAsyncgens() coro.Func[coro.None] {
	l.mustBeMade()
	return coro.Do(func(co *coro.Co) error {
		var closing []asyncgen
		var closers []coro.Awaitable[coro.None]
		begun := l.sched.TakeGenerators()
		sched.Walk(&l.sched, begun)
		for _, g := range begun {
			gen := g.Body().(asyncgen)
			closing = append(closing, gen)
			closers = append(closers, gen.Closer())
		}
		if len(closing) == 0 {
			return nil
		}
		outcomes, err := coro.GatherSettled(co, closers...).Await(co)
		if err != nil {
			return err
		}
		for i, gen := range closing {
			l.reportAsyncgen(gen, outcomes[i].Err)
		}
		return nil
	})
}

// reportAsyncgen reports what closing gen has failed with. A cancellation is no failure.
func (l *Loop) reportAsyncgen(gen asyncgen, err error) {
	if err == nil || future.IsCanceled(err) || future.IsBase(err) {
		return
	}
	l.CallExceptionHandler(future.ErrorContext{
		Message:  fmt.Sprintf("an error occurred during closing of asynchronous generator %v", gen),
		Err:      err,
		Function: gen.Function().String(),
	})
}
