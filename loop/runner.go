package loop

import (
	"context"
	"errors"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/record"
)

// executorTimeout is how long the end of a Run waits for the default executor.
const executorTimeout = 300 * time.Second

// Run runs main on a new loop, and cleans up: it cancels all tasks that are left
// and waits for them, reports their errors to the exception handler, closes the asynchronous
// generators that have not ended, waits for the default executor, for 300 seconds at most, and closes the loop. It returns what
// main returned.
//
// An interrupt (Ctrl-C) cancels the main task; if that ends canceled, Run returns
// ErrKeyboardInterrupt. A second one ends the run at once, and the cleanup follows. One
// during the cleanup ends that at once; whatever is still suspended then is unwound. One
// that comes when main has ended, and the cleanup not begun, is returned beside what
// main returned. None kills the process while Run is at work, unless the loop is stuck
// in a coroutine or callback that does not return: a quarter of a second after it
// should have ended the run or the cleanup, the signal does what it does by default.
// So it does when Run has returned. Where interrupts are ignored they stay so; on js/wasm
// there are none.
//
// The end of the [Context] given as an option cancels the main task as an interrupt
// does, and Run returns the cause of it.
//
// The error is ErrRunning inside of a running loop.
//
// Semantics: asyncio.run, CPython 3.15.
func Run[T any](main coro.Func[T], opts ...Option) (v T, err error) {
	if main == nil {
		panic("loop: Run of a nil function")
	}
	if insideRunningLoop() {
		return v, errRunInside
	}
	defer goroutine.Remember()()
	r := NewRunner(opts...)
	defer func() { err = join(err, r.Close()) }()
	return RunIn(r, main)
}

// Main is Run for a main without a result.
func Main(main func(co *coro.Co) error, opts ...Option) error {
	if main == nil {
		panic("loop: Main of a nil function")
	}
	_, err := Run(coro.Do(main), opts...)
	return err
}

// join is errors.Join where both are needed.
func join(a, b error) error {
	switch {
	case a == nil || errors.Is(b, a):
		return b
	case b == nil || errors.Is(a, b):
		return a
	}
	return errors.Join(a, b)
}

// Runner runs several coroutines in succession on one loop, in one context. It has
// to be closed.
//
// Interrupts are handled as described at [Run], and not only during a run: from the
// first one until Close has returned. One that comes between two runs cancels the main
// task of the next, which so returns ErrKeyboardInterrupt, or is returned by Close if
// there is no next one. Should the program be stuck there, a third kills it. Of several
// Runners each gets every interrupt.
//
// Semantics: asyncio.Runner, CPython 3.15.
//
// # Differences from asyncio
//
// An interrupt between two runs has CPython raise KeyboardInterrupt there, for which Go
// has no counterpart.
type Runner struct {
	loop       *Loop
	ctx        context.Context
	vars       *coro.Vars
	handles    bool // interrupts
	interrupts interrupts
	closed     bool
}

// NewRunner makes a runner, with a new loop.
func NewRunner(opts ...Option) *Runner {
	o := newOptions(opts)
	l := newLoop(o)
	return &Runner{
		loop:    l,
		ctx:     o.ctx,
		vars:    l.Vars().Copy(),
		handles: o.interrupts,
	}
}

// Loop is the runner's loop.
func (r *Runner) Loop() *Loop {
	r.mustBeMade()
	return r.loop
}

func (r *Runner) mustBeMade() {
	if r == nil || r.loop == nil {
		panic("loop: a Runner that was not made by NewRunner; nil and the zero Runner are none")
	}
}

// RunIn runs main on r's loop until it is done, and returns what it returned. See
// [Run] for interrupts and the end of a context.
//
// Semantics: asyncio.Runner.run, CPython 3.15.
func RunIn[T any](r *Runner, main coro.Func[T]) (T, error) {
	if main == nil {
		panic("loop: RunIn of a nil function")
	}
	r.mustBeMade()
	var zero T
	me, err := r.loop.mayRun()
	switch err {
	case nil:
	case errAlreadyRunning, errAnotherRunning:
		return zero, errRunInside
	default:
		return zero, err
	}
	task, run := beginRun(r, main)
	defer run.end() // also when a Goexit takes the loop down
	v, err := runUntilComplete(r.loop, task, me)
	if cause := run.endedBy(err); cause != nil {
		return zero, cause
	}
	return v, err
}

func beginRun[T any](r *Runner, main coro.Func[T]) (*coro.Task[T], *mainRun) {
	r.keepInterrupts()
	task := coro.CreateTask(r.loop, main, coro.InContext(r.vars), coro.Quiet())
	return task, r.begin(task)
}

func (r *Runner) keepInterrupts() {
	if r.handles {
		r.interrupts.keep(r.loop)
	}
}

// Close ends the runner and its loop, as described at [Run]. The error is that
// which kept it from being done in order: an interrupt, or a deadlock under a
// virtual clock; the loop is closed even so, unless it is ErrThread. It is also
// ErrKeyboardInterrupt if one came after the last run. Closing again does nothing.
//
// Semantics: asyncio.Runner.close, CPython 3.15.
func (r *Runner) Close() (err error) {
	r.mustBeMade()
	if r.closed {
		return nil
	}
	me, err := r.loop.mayRun()
	if err == errAlreadyRunning {
		return errCloseRunning
	}
	r.closed = true
	defer func() { err = r.closeLoop(err) }() // whatever the exception handler does
	switch err {
	case nil:
		r.keepInterrupts()
		r.interrupts.cleanupBegins()
		err = r.loop.finish(me)
	case ErrClosed: // torn down by a Goexit
		err = nil
	}
	return err
}

// closeLoop is the end of a Close in which err has come up.
func (r *Runner) closeLoop(err error) error {
	closing := r.loop.Close()
	r.closed = r.loop.IsClosed() // not if the error is ErrThread: another goroutine may
	return join(join(err, closing), r.interrupts.left())
}

// A mainRun is one run of a main task, and what ends it from outside: interrupts, and
// the context.
type mainRun struct {
	runner  *Runner
	main    coro.AnyTask
	causes  []error // why main was canceled
	stopCtx func() bool
}

func (r *Runner) begin(main coro.AnyTask) *mainRun {
	run := &mainRun{runner: r, main: main}
	r.loop.runsMain = true
	r.interrupts.runBegins(run)
	if r.ctx.Done() == nil {
		return run
	}
	switch {
	case r.loop.tape.endedBefore(r.ctx):
		run.contextEnded() // before main can begin
	case r.loop.replays():
		r.loop.tape.in.run = run
	default:
		run.stopCtx = context.AfterFunc(r.ctx, func() {
			_, _ = r.loop.post(record.Context, run.contextEnded) // closed: it has ended
		})
	}
	return run
}

func (run *mainRun) contextEnded() { run.cancel(context.Cause(run.runner.ctx)) }

func (run *mainRun) cancel(cause error) {
	if run.main.Cancel() {
		run.causes = append(run.causes, cause)
	}
}

// interrupt cancels main, and reports false if it takes more: there has been a reason
// to cancel it before, or it is done.
func (run *mainRun) interrupt() bool {
	if run.main.Done() || len(run.causes) > 0 {
		return false
	}
	run.cancel(ErrKeyboardInterrupt)
	return true
}

// endedBy is why main has ended with err, if that is what ended the run from outside
// and nothing else: others may have canceled main as well.
func (run *mainRun) endedBy(err error) error {
	if !future.IsCanceled(err) || len(run.causes) == 0 {
		return nil
	}
	left := 0
	for range run.causes {
		left = run.main.Uncancel()
	}
	if left > 0 {
		return nil
	}
	return run.causes[0]
}

func (run *mainRun) end() {
	l := run.runner.loop
	l.runsMain = false
	if l.left != nil {
		l.left.brokenOff = !run.main.Done()
	}
	run.runner.interrupts.runEnded()
	if run.stopCtx != nil {
		run.stopCtx()
	}
}
