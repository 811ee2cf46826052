package coro

import (
	"context"

	"github.com/ouro-loop/ouro/future"
)

// Context is a context for code that takes one, called through loop.ToThread or
// loop.Go. It is done when the task is next asked to cancel, with the
// *CanceledError as its cause, and when the task ends; its values are those of the
// context given to Run, and for a *[Var] as the key, the variable's value now.
//
// It can be used from any goroutine.
func (co *Co) Context() context.Context {
	x := co.more()
	if x.context == nil {
		ctx, cancel := context.WithCancelCause(co.sched.options.Context)
		x.context = &taskContext{ctx, cancel}
		if co.mustCancel {
			cancel(future.ErrCanceled)
		}
	}
	return varContext{x.context.ctx, *co.Vars()}
}

// taskContext is what the contexts that a task has given out have in common.
type taskContext struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// endContext ends the contexts given out so far; Context makes another.
func (co *Co) endContext(cause error) {
	if co.extra != nil && co.extra.context != nil {
		co.extra.context.cancel(cause)
		co.extra.context = nil
	}
}

// varContext adds the context variables, as they were when it was made.
type varContext struct {
	context.Context
	vars Vars
}

func (c varContext) Value(key any) any {
	if value, ok := c.vars.get(key); ok {
		return value
	}
	return c.Context.Value(key)
}
