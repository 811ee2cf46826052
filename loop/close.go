package loop

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/sched"
)

// Close ends the loop for good. Suspended coroutines and generators are unwound: their
// deferred functions run, and awaits in those end at once. Tasks that were pending and
// errors that nobody looked at are reported to the exception handler; with [ReportLeaks] they
// are in the error, which is a *LeakError, or wraps one. The default
// executor is told to shut down, and not waited for. No goroutine of the loop is
// left when Close returns, so it waits for what a watchdog reports to. Closing it again
// does nothing, but wait for a Close on another goroutine.
//
// Everything of this is done, whatever the exception handler, a deferred function or the
// executor does: a panic of the executor's Shutdown is the error of Close, a Goexit
// goes on when all is done. No task can be created meanwhile.
//
// The error is ErrRunning if the loop runs; from inside, Stop it. It is ErrThread if tasks
// or generators are suspended that only a goroutine that is locked to its OS thread can
// resume; the loop is not closed then.
//
// Semantics: asyncio.loop.close, CPython 3.15.
func (l *Loop) Close() error {
	if l.isRunning.Load() {
		return errCloseRunning
	}
	me := goroutine.Self()
	switch first, err := l.claimClose(me); {
	case err != nil:
		return err
	case !first:
		if !insideReport() { // which that Close may wait for
			l.closing.wait()
		}
		return nil
	}
	l.sched.ClosesOn(me)
	l.endRest() // the guest that rests on it has ended
	defer l.closing.end()
	return l.close()
}

// claimClose reports whether the caller is the first to close the loop, and so is to do it. Of
// several at a time nobody but that one touches what belongs to the loop.
func (l *Loop) claimClose(me goroutine.ID) (first bool, err error) {
	l.closing.mu.Lock()
	defer l.closing.mu.Unlock()
	if l.closed.Load() {
		return false, nil
	}
	if err := l.sched.MayClose(me); err != nil {
		return false, err
	}
	l.closing.begin(me)
	l.closed.Store(true)
	return true, nil
}

func (l *Loop) close() (err error) {
	var steps []func()
	l.endRecord()
	if l.tape != nil {
		l.tape.end()
		defer func() { err = join(l.tape.err, err) }()
	}
	posted := l.inbox.close()
	l.questions.close()
	l.sched.BeginClose()
	reportError := l.reportUnretrieved
	if l.left != nil {
		steps = l.lookAtSuspended(posted)
		reportError = l.errorLeft
	} else {
		l.sched.All(func(c *sched.Coroutine) {
			steps = append(steps, func() { l.reportPending(pendingTask(c)) })
		})
	}
	steps = append(steps, l.sched.Close)
	if l.left != nil {
		steps = append(steps, l.findTimers, l.findWork)
	}
	steps = append(steps,
		l.timers.Clear,
		func() { finally(nil, l.submitted.close()...) },
		func() {
			var reports []func() // of what is there now, not of what they lead to
			for _, n := range l.unretrieved.All() {
				reports = append(reports, func() { n.Report(reportError) })
			}
			finally(nil, reports...)
		},
		l.regions.end,
		l.closeDescriptors,
		l.closeHelpers,
		func() {
			l.executorShutdown = true
			if e := l.defaultExecutor; e != nil {
				l.defaultExecutor = nil
				shutdownExecutor(e)
			}
		},
		l.watchdogs.stop, // when what their reports may wait for has ended
		l.signals.close,  // the last: up to here an interrupt does not kill
	)
	finally(func(v any) {
		err = errors.Join(err, fmt.Errorf("loop: closing it: %w", future.NewPanicError(v)))
	}, steps...)
	if l.left != nil {
		err = join(l.left.error(), err)
		l.left = nil // which may be much
	}
	return err
}

// closeLost is Close where nobody is given its error. So the exception handler is told of
// what is left.
func (l *Loop) closeLost() {
	l.left = nil
	_ = l.Close()
}

func (l *Loop) reportPending(t pending) {
	if t.Quiet() || t.Task().Done() {
		return
	}
	l.CallExceptionHandler(future.ErrorContext{
		Message: "Task was destroyed but it is pending!",
		Task:    t.Task().Name(),
		Future:  t.Task(),
	})
}

// finally takes all steps, also those after one that panics, which is reported, or that
// calls runtime.Goexit, which goes on when all are taken. A report of nil has the panic go
// on as well.
func finally(report func(v any), steps ...func()) {
	for i, step := range steps {
		take(step, report, steps[i+1:])
	}
}

func take(step func(), report func(v any), rest []func()) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if report != nil {
			if v := recover(); v != nil {
				report(v)
				return // finally goes on
			}
		}
		finally(report, rest...)
	}()
	step()
	returned = true
}

// closing is a Close that is at work, or was.
type closing struct {
	mu    sync.Mutex             // while it is settled who closes
	by    atomic.Pointer[string] // the goroutine
	ended chan struct{}
}

func (c *closing) begin(by goroutine.ID) { c.by.Store(&by.Name) }

func (c *closing) end() { close(c.ended) }

// wait returns when the Close has ended; or at once if it is that which calls, by way of
// what it reports to, or of a deferred function of a coroutine.
func (c *closing) wait() {
	select {
	case <-c.ended:
	default:
		if by := c.by.Load(); where() == elsewhere && (by == nil || *by != goroutine.Name()) {
			<-c.ended
		}
	}
}
