package loop

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/goroutine"
)

// executorTimeout is how long the end of a Run waits for the default executor.
const executorTimeout = 300 * time.Second

// Run runs main on a new loop, and cleans up: it cancels all tasks that are left
// and waits for them, reports their errors to the exception handler, waits for the
// default executor, for 300 seconds at most, and closes the loop. It returns what
// main returned.
//
// An interrupt (Ctrl-C) cancels the main task; if that ends canceled, Run returns
// ErrKeyboardInterrupt. A second one ends the run at once, and so does one during
// the cleanup; whatever is still suspended then is unwound. After that the signal
// does what it does by default. The end of the [Context] given as an option
// cancels the main task in the same way, and Run returns the cause of it.
//
// The error is ErrRunning inside of a running loop.
//
// Semantics: asyncio.run, CPython 3.15.
func Run[T any](main coro.Func[T], opts ...Option) (v T, err error) {
	if main == nil {
		panic("loop: Run of a nil function")
	}
	if where() == insideLoop {
		return v, errRunInside
	}
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
// Semantics: asyncio.Runner, CPython 3.15.
type Runner struct {
	loop       *Loop
	ctx        context.Context
	vars       *coro.Vars
	interrupts bool
	closed     bool
}

// NewRunner makes a runner, with a new loop.
func NewRunner(opts ...Option) *Runner {
	o := newOptions(opts)
	l := newLoop(o)
	return &Runner{
		loop:       l,
		ctx:        o.ctx,
		vars:       l.Vars().Copy(),
		interrupts: o.interrupts && !goroutine.InBubble(),
	}
}

// Loop is the runner's loop.
func (r *Runner) Loop() *Loop { return r.loop }

// RunIn runs main on r's loop until it is done, and returns what it returned. See
// [Run] for interrupts and the end of a context.
//
// Semantics: asyncio.Runner.run, CPython 3.15.
func RunIn[T any](r *Runner, main coro.Func[T]) (T, error) {
	if main == nil {
		panic("loop: RunIn of a nil function")
	}
	var zero T
	switch err := r.loop.mayRun(); err {
	case nil:
	case errAlreadyRunning, errAnotherRunning:
		return zero, errRunInside
	default:
		return zero, err
	}
	task := coro.CreateTask(r.loop, main, coro.InContext(r.vars), coro.Quiet())
	w := r.watch(task)
	defer w.stop() // also when a Goexit takes the loop down
	v, err := runUntilComplete(r.loop, task)
	if future.IsCanceled(err) && len(w.causes) > 0 {
		left := 0
		for range w.causes {
			left = task.Uncancel()
		}
		if left == 0 {
			return zero, w.causes[0]
		}
	}
	return v, err
}

// Close ends the runner and its loop, as described at [Run]. The error is that
// which kept it from being done in order: an interrupt, or a deadlock under a
// virtual clock; the loop is closed even so. Closing again does nothing.
//
// Semantics: asyncio.Runner.close, CPython 3.15.
func (r *Runner) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	if r.loop.IsClosed() { // torn down by a Goexit
		return nil
	}
	err := r.loop.mayRun()
	switch err {
	case nil:
		w := r.watch(nil)
		defer w.stop()
		err = r.loop.finish()
	case errAlreadyRunning:
		r.closed = false
		return errCloseRunning
	}
	return join(err, r.loop.Close())
}

// finish brings everything that is left on the loop to its end.
func (l *Loop) finish() error {
	if err := l.cancelAllTasks(); err != nil {
		return err
	}
	// CPython gives its asynchronous generators a turn here. There are none,
	// but callbacks that are left see the iterations.
	if _, err := runUntilComplete(l, coro.Do(func(*coro.Co) error { return nil })); err != nil {
		return err
	}
	_, err := runUntilComplete(l, l.ShutdownDefaultExecutor(executorTimeout))
	return err
}

func (l *Loop) cancelAllTasks() error {
	tasks := coro.AllTasks(l)
	if len(tasks) == 0 {
		return nil
	}
	for _, t := range tasks {
		t.Cancel()
	}
	if _, err := runUntilComplete(l, coro.GatherErrors(l, tasks...)); err != nil {
		return err
	}
	for _, t := range tasks {
		if t.Canceled() {
			continue
		}
		if err := t.Err(); err != nil {
			l.CallExceptionHandler(future.ErrorContext{
				Message: "unhandled exception during asyncio.run() shutdown",
				Err:     err,
				Task:    t.Name(),
				Future:  t,
			})
		}
	}
	return nil
}

// A runWatch waits for what ends a run from outside: interrupts, and the context.
type runWatch struct {
	loop    *Loop
	main    coro.AnyTask // nil while the runner closes
	causes  []error      // why main was canceled
	signals chan os.Signal
	ended   chan struct{}
	stopCtx func() bool
}

func (r *Runner) watch(main coro.AnyTask) *runWatch {
	w := &runWatch{loop: r.loop, main: main}
	if r.interrupts && !signal.Ignored(os.Interrupt) {
		w.signals = make(chan os.Signal, 2)
		w.ended = make(chan struct{})
		signal.Notify(w.signals, os.Interrupt)
		go w.waitForSignals()
	}
	if main != nil && r.ctx.Done() != nil {
		contextEnded := func() { w.cancelMain(context.Cause(r.ctx)) }
		if r.ctx.Err() != nil {
			contextEnded() // before main can begin
		} else {
			w.stopCtx = context.AfterFunc(r.ctx, func() {
				_, _ = r.loop.CallSoonThreadsafe(contextEnded) // closed: it has ended
			})
		}
	}
	return w
}

func (w *runWatch) waitForSignals() {
	defer close(w.ended)
	for n := 1; ; n++ {
		if _, ok := <-w.signals; !ok {
			return
		}
		_, _ = w.loop.CallSoonThreadsafe(w.interrupted) // closed: it has ended
		if n == 2 || w.main == nil {
			signal.Stop(w.signals) // should nothing help, the next one kills the process
		}
	}
}

// interrupted runs on the loop.
func (w *runWatch) interrupted() {
	if w.main == nil || w.main.Done() || len(w.causes) > 0 {
		w.loop.abortWith(ErrKeyboardInterrupt)
		return
	}
	w.cancelMain(ErrKeyboardInterrupt)
}

func (w *runWatch) cancelMain(cause error) {
	if w.main.Cancel() {
		w.causes = append(w.causes, cause)
	}
}

func (w *runWatch) stop() {
	if w.signals != nil {
		signal.Stop(w.signals)
		close(w.signals)
		<-w.ended
	}
	if w.stopCtx != nil {
		w.stopCtx()
	}
}
