package coro

import (
	"context"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
)

// Context is a context for code that takes one, called through loop.ToThread or
// loop.Go. It is done when the task is next asked to cancel, with the
// *CanceledError as its cause, and when the task ends; its values are those of the
// context given to Run, and for a *[Var] as the key, the variable's value now.
//
// A function that was given it may return a context.Canceled for the cancellation of the task. Where
// the task, the body of a [Timeout] or of a [Group] returns that, it counts as the cancellation, of which it is
// the Cause. As long as the task was not canceled, one of another context, or of one that was derived
// and canceled alone, is an error like others.
//
// It can be used from any goroutine.
func (co *Co) Context() context.Context {
	x := co.more()
	vars := *co.Vars()
	c := x.context
	if c == nil {
		c = &taskContext{parent: co.machine().loop.ParentContext()}
		switch {
		case co.core.Done():
			c.end(context.Canceled)
		case co.mustCancel:
			x.contextCanceled = true
			c.end(future.ErrCanceled)
		}
		c.latest = &c.first
		c.first = varContext{c, vars}
		x.context = c
	}
	if c.latest.vars != vars {
		c.latest = &varContext{c, vars}
	}
	return c.latest
}

// taskContext is what the contexts that a task has given out have in common. The
// real one is made when somebody looks at it: most functions never do.
type taskContext struct {
	parent context.Context
	first  varContext
	latest *varContext // the one that Context has returned last

	mu     sync.Mutex
	ctx    context.Context
	cancel context.CancelCauseFunc
	cause  error // what it has ended with
}

// real is the context behind c.
func (c *taskContext) real() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx == nil {
		parent := c.parent
		if c.cause != nil {
			parent = context.WithoutCancel(parent) // whose end, if it came, came after
		}
		c.ctx, c.cancel = context.WithCancelCause(parent)
		if c.cause != nil {
			c.cancel(c.cause)
		}
	}
	return c.ctx
}

func (c *taskContext) end(cause error) {
	c.mu.Lock()
	if c.cause == nil && c.parent.Err() == nil { // the first end counts
		c.cause = cause
	}
	cancel := c.cancel
	c.mu.Unlock()
	if cancel != nil {
		cancel(cause) // which calls what others have attached
	}
}

// endContext ends the contexts given out so far; Context makes another.
func (co *Co) endContext(cause error) {
	if co.extra != nil && co.extra.context != nil {
		co.extra.context.end(cause)
		co.extra.context = nil
	}
}

// varContext adds the context variables, as they were when it was made.
type varContext struct {
	task *taskContext
	vars Vars
}

func (c *varContext) Deadline() (time.Time, bool) { return c.task.parent.Deadline() }
func (c *varContext) Done() <-chan struct{}       { return c.task.real().Done() }
func (c *varContext) Err() error                  { return c.task.real().Err() }

func (c *varContext) Value(key any) any {
	if value, ok := (*sched.Vars)(&c.vars).Get(key); ok {
		return value
	}
	return c.task.real().Value(key)
}
