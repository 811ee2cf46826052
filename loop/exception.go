package loop

import (
	"cmp"
	"iter"
	"log/slog"
	"slices"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
)

// ExceptionHandler is told of errors that nobody else can be given: see
// [future.ErrorContext]. It is called on the loop's goroutine.
type ExceptionHandler func(l *Loop, c future.ErrorContext)

// SetExceptionHandler sets what is told of errors without a receiver, nil for
// [Loop.DefaultExceptionHandler].
//
// Semantics: asyncio.loop.set_exception_handler, CPython 3.15.
func (l *Loop) SetExceptionHandler(h ExceptionHandler) { l.handler = h }

// ExceptionHandler is what SetExceptionHandler was given, nil for none.
func (l *Loop) ExceptionHandler() ExceptionHandler { return l.handler }

// DefaultExceptionHandler logs the error at level ERROR, in one record: what is known of it,
// and the Attrs of c.
//
// Semantics: asyncio.loop.default_exception_handler, CPython 3.15.
func (l *Loop) DefaultExceptionHandler(c future.ErrorContext) {
	message := c.Message
	if message == "" {
		message = "Unhandled exception in event loop"
	}
	var attrs []any
	if c.Err != nil {
		attrs = append(attrs, slog.Any("error", short(c.Err)))
	}
	if c.Task != "" {
		attrs = append(attrs, slog.String("task", c.Task))
	}
	if !strings.Contains(message, c.Function) { // which names that of a callback
		attrs = append(attrs, slog.String("function", c.Function))
	}
	switch {
	case c.Source == "":
	case c.Task != "":
		attrs = append(attrs, slog.String("created_at", c.Source))
	default:
		attrs = append(attrs, slog.String("scheduled_at", c.Source))
	}
	if stacks := stacksIn(c.Err); len(stacks) > 0 {
		attrs = append(attrs, slog.String("stack", strings.Join(stacks, "; ")))
	}
	for _, attr := range c.Attrs {
		attrs = append(attrs, attr)
	}
	l.log().Error(message, attrs...)
}

// short is err as a log shows it: in one line, although it prints more for %+v, which
// slog's text handler uses.
func short(err error) error {
	switch err.(type) {
	case *future.PanicError, *coro.ExceptionGroup:
		return inOneLine{err}
	}
	return err
}

type inOneLine struct{ error }

func (e inOneLine) Unwrap() error { return e.error }

// What a report looks at of an error that wraps many.
const (
	maxPanics  = 5 // stacks
	maxWrapped = 10_000
)

// stacksIn are the stacks of the panics that err is or wraps, each in one line.
func stacksIn(err error) (stacks []string) {
	for err := range allWrapped(err) {
		if p, ok := err.(*future.PanicError); ok {
			if len(stacks) == maxPanics {
				return append(stacks, "and more")
			}
			if len(p.Stack) > 0 {
				stacks = append(stacks, frames.OneLine(p.Stack))
			}
		}
	}
	return stacks
}

// allWrapped are err and the errors that it wraps, up to one whose Unwrap panics.
func allWrapped(err error) iter.Seq[error] {
	return func(yield func(error) bool) {
		left := []error{err}
		for range maxWrapped { // one may wrap itself
			if len(left) == 0 {
				return
			}
			err, left = left[0], left[1:]
			if !yield(err) {
				return
			}
			left = append(unwrapped(err), left...)
		}
	}
}

// unwrapped are the errors that err wraps itself.
func unwrapped(err error) []error {
	defer func() { _ = recover() }() // a method of the error's, as that of a nil pointer
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		return []error{u.Unwrap()}
	case interface{ Unwrap() []error }:
		return slices.Clone(u.Unwrap())
	}
	return nil
}

// CallExceptionHandler calls the exception handler, in the context of the task or
// callback that it is about. One that panics is itself
// reported, by the default handler.
//
// Semantics: asyncio.loop.call_exception_handler, CPython 3.15.
func (l *Loop) CallExceptionHandler(c future.ErrorContext) {
	if c.Future != nil {
		addOrigin(&c)
	}
	if l.sched.Events != nil {
		l.tellReport(c)
	}
	if l.handler == nil {
		l.callDefaultHandler(c, "Exception in default exception handler")
		return
	}
	defer func() {
		if v := recover(); v != nil {
			const broken = "Exception in default exception handler while handling an unexpected error in custom exception handler"
			l.callDefaultHandler(future.ErrorContext{
				Message: "Unhandled error in exception handler",
				Err:     future.NewPanicError(v),
			}, broken)
			l.callDefaultHandler(c, broken) // it has been told to nobody else
		}
	}()
	if vars := handlerContext(c); vars != nil {
		l.sched.CallIn((*sched.Vars)(vars), func() { l.handler(l, c) })
	} else {
		l.handler(l, c)
	}
}

// addOrigin adds what is known of the task that c is about.
func addOrigin(c *future.ErrorContext) {
	o := originOf(c.Future.Core())
	c.Task = cmp.Or(c.Task, o.Name())
	c.Function = cmp.Or(c.Function, o.Function.String())
	c.Source = cmp.Or(c.Source, o.Created)
}

// originOf is what is known of the task whose future c is, nothing if it is no task's.
func originOf(c *future.Core) unretrieved.Origin {
	if task, ok := c.Role().(interface{ Origin() unretrieved.Origin }); ok {
		return task.Origin()
	}
	return unretrieved.Origin{}
}

// handlerContext is the context of what c is about, nil if it has none.
func handlerContext(c future.ErrorContext) *coro.Vars {
	if c.Vars == nil && c.Future != nil {
		if named, ok := c.Future.Core().Role().(future.Named); ok {
			c.Vars = named.Vars()
		}
	}
	vars, _ := c.Vars.(*coro.Vars)
	return vars
}

// callDefaultHandler survives a logger that panics, and logs that as broken.
func (l *Loop) callDefaultHandler(c future.ErrorContext, broken string) {
	defer func() {
		if v := recover(); v != nil {
			defer func() { _ = recover() }() // nothing is left to tell it to
			l.log().Error(broken, slog.Any("panic", v))
		}
	}()
	l.DefaultExceptionHandler(c)
}

// reportPanic reports a panic in the entry that runs. An error that is to end the
// program does so.
func (l *Loop) reportPanic(err *future.PanicError) {
	if future.IsBase(err) {
		l.abortWith(err.Unwrap())
		return
	}
	l.trouble(err)
	from := l.subject(l.sched.Running())
	l.CallExceptionHandler(future.ErrorContext{
		Message:  "Exception in callback " + from.String(),
		Err:      err,
		Function: from.function(),
		Source:   from.site,
	})
}

// reportUnretrieved reports an error that nobody has looked at.
func (l *Loop) reportUnretrieved(n *unretrieved.Note) {
	what := "Future"
	if n.IsTask() {
		what = "Task"
	}
	l.CallExceptionHandler(future.ErrorContext{
		Message:  what + " exception was never retrieved",
		Err:      n.Err,
		Task:     n.Name(),
		Function: n.Function.String(),
		Source:   n.Created,
		Vars:     n.Vars,
	})
}

func (l *Loop) log() *slog.Logger {
	if l.logger != nil {
		return l.logger
	}
	return slog.Default()
}
