package coro

import (
	"context"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
)

// A task ends in one of four ways: its function returns a result (body.call), an error
// (end), does not return because of a panic or a Goexit (broke), or is unwound because
// the loop closes (body.Unwound).

// broke is deferred around a coroutine's function. If that has not returned, its panic
// becomes the task's error; or it was a Goexit, which takes the worker with it.
func (co *Co) broke(returned *bool) {
	if *returned {
		return
	}
	v := recover()
	if sched.IsExit(v) {
		return // unwound on a locked thread
	}
	if v != nil && !co.coroutine.Torn() {
		co.panicked(v)
		return
	}
	co.coroutine.Lost()
	if v != nil { // in a deferred function, on the way out: nobody else will be told
		future.CallExceptionHandler(co, future.ErrorContext{
			Message: "panic while the task was torn down at the close of its loop",
			Err:     co.panicError(v),
			Task:    co.Name(),
		})
	}
}

// panicked is the end of a task whose function has panicked with v. If whoever is told of it
// calls Goexit, the task ends as if it had done so itself.
func (co *Co) panicked(v any) {
	told := false
	defer func() {
		if !told {
			co.coroutine.Lost()
		}
	}()
	err := co.panicError(v)
	told = true
	co.end(err)
}

// panicError is what a panic of the task's function becomes.
func (co *Co) panicError(v any) *future.PanicError {
	err := future.NewPanicError(v)
	err.Task = co.Name()
	if co.coroutine.Recorded() {
		co.tellPanic(err)
	}
	return err
}

// retire frees what a running task holds, just before its outcome is set.
func (co *Co) retire() {
	co.coroutine.Retire()
	co.core.Owned = false
	co.endContext(context.Canceled)
}

// end sets the outcome of a task whose function returned an error, or returned
// while it was to be canceled.
func (co *Co) end(err error) {
	co.retire()
	err, canceled := co.asCanceled(err)
	switch {
	case err == nil:
		co.mustCancel = false
		co.core.MarkCanceled(nil, co.core.CancelMessage())
	case canceled:
		co.core.MarkCanceled(err, nil)
	default:
		co.core.Fail(err)
		if future.IsBase(err) {
			machineOf(co.sched()).loop.Abort(err)
		}
	}
}

// unwound is the end of a task whose function was unwound because the loop closes. On a
// locked thread it may have recovered and returned: then the task has its outcome.
func (co *Co) unwound() {
	co.link.Detach()
	if co.core.Done() {
		return
	}
	co.retire()
	co.core.MarkCanceled(nil, nil)
}
