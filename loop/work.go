package loop

import (
	"context"
	"sync/atomic"

	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
)

// work is a function that an executor calls for the loop, and all that this takes in
// one allocation: the future of the outcome, the executor's job, and the entry that
// brings the outcome to the loop.
//
// Semantics: asyncio.wrap_future, CPython 3.15.
type work[T any] struct {
	future future.Future[T]
	link   future.Link // has workDropped.Run called when future is done
	loop   *Loop
	post   post          // brings the outcome to the loop
	stage  atomic.Uint32 // see workWaiting
	number uint64        // on a tape

	goroutine bool // it is called on a goroutine of its own, not by an executor

	errand *errand // nil if it is not out

	// These belong to whoever moved stage on from workWaiting, and to the loop once
	// the outcome is posted.
	plain func() (T, error)                    // the function: either this
	fn    func(ctx context.Context) (T, error) // or this, with
	ctx   context.Context
	vars  sched.Vars // the context variables that go with ctx
	value T
	err   error
}

// The stages of work. It leaves the first once, for one of the others.
const (
	// workWaiting until the executor starts with it, or somebody cancels it.
	workWaiting = iota
	// workStarted since the executor called Run. The outcome is posted when the
	// function has ended.
	workStarted
	// workCanceled since the future was canceled, or the executor called Cancel,
	// while it was waiting. The function is not called; what the executor did is
	// posted.
	workCanceled
)

// begin hands w to e, to the default executor if that is nil.
func (w *work[T]) begin(l *Loop, e executor.Executor) error {
	l.mustBeMade()
	if l.closed.Load() {
		return ErrClosed
	}
	kind := onThread
	if _, ok := e.(goroutines); ok {
		kind = onGoroutine
	}
	if l.hermetic {
		return w.beginInside(l, kind, e)
	}
	if e == nil {
		var err error
		if e, err = l.executor(); err != nil {
			return err
		}
	}
	w.loop = l
	w.goroutine = kind == onGoroutine
	w.future.Core().Init(l, (*workRole[T])(w))
	if err := w.execute(e); err != nil {
		return err
	}
	w.future.Core().Attach(w.link.Init((*workDropped[T])(w)))
	w.errand = l.sendOut(kind, w.future.Core())
	return nil
}

// beginInside is begin of a loop that takes nothing from outside: if there is somebody who runs it
// inside, that is none of the work that is out.
func (w *work[T]) beginInside(l *Loop, kind errandKind, e executor.Executor) error {
	jobs := l.sched.Jobs()
	if jobs == nil {
		return l.hermetically("a " + kind.String())
	}
	if e == nil && l.executorShutdown {
		return ErrExecutorShutdown
	}
	var pool any = e
	if w.goroutine = kind == onGoroutine; w.goroutine {
		pool = sched.Goroutines
	}
	w.loop = l
	w.future.Core().Init(l, (*workRole[T])(w))
	w.future.Core().Attach(w.link.Init((*workDropped[T])(w)))
	jobs.Begin((*jobInside[T])(w), pool)
	return nil
}

// A jobInside is work as a sched.Job.
type jobInside[T any] work[T]

func (j *jobInside[T]) Start() bool   { return (*work[T])(j).leave(workStarted) }
func (j *jobInside[T]) Call()         { (*work[T])(j).call() }
func (j *jobInside[T]) Deliver()      { (*work[T])(j).send() }
func (j *jobInside[T]) GivenUp() bool { return j.future.Done() }

func (j *jobInside[T]) Name() string {
	if j.fn != nil {
		return frames.FunctionOf(j.fn, nil).String()
	}
	return frames.FunctionOf(j.plain, nil).String()
}

func (w *work[T]) execute(e executor.Executor) error {
	if w.loop.tape != nil {
		return w.executeTaped(e)
	}
	return e.Execute((*workJob[T])(w))
}

// takeIn ends its errand. An executor may have run it and refused it all the same, and then
// it never had one.
func (w *work[T]) takeIn() { w.loop.takeIn(&w.errand) }

// leave moves w on from workWaiting. It reports false if somebody else has.
func (w *work[T]) leave(stage uint32) bool { return w.stage.CompareAndSwap(workWaiting, stage) }

// forget lets go of the function and what it was given, for those who keep the future.
func (w *work[T]) forget() { w.plain, w.fn, w.ctx, w.vars = nil, nil, nil, sched.Vars{} }

// send brings w back to the loop, from any goroutine.
func (w *work[T]) send() {
	w.forget()
	w.post.entry = (*workDone[T])(w)
	_ = w.loop.inbox.deliver(&w.post) // on a closed loop nobody waits for it
}

// A workJob is work as the executor has it.
type workJob[T any] work[T]

// Run calls the function, on a goroutine of the executor's.
func (j *workJob[T]) Run() {
	if w := (*work[T])(j); w.leave(workStarted) {
		defer w.send()
		w.call()
	}
}

// call calls the function, which may panic, or end the goroutine.
func (w *work[T]) call() {
	w.err = executor.ErrGoexit // unless the function gets as far as to return
	defer func() {
		if v := recover(); v != nil {
			w.err = future.NewPanicError(v)
		}
	}()
	if w.fn != nil {
		sched.CallJob(w.vars, func() { w.value, w.err = w.fn(w.ctx) })
	} else {
		w.value, w.err = w.plain()
	}
}

// Cancel gives the function up, because the executor does.
func (j *workJob[T]) Cancel() {
	if w := (*work[T])(j); w.leave(workCanceled) {
		w.send()
	}
}

// A workDropped is work as the callback of its future, which the loop calls if the
// future is done before the outcome has come: it was canceled, as a rule.
type workDropped[T any] work[T]

func (d *workDropped[T]) Run() {
	w := (*work[T])(d)
	if w.future.Canceled() && !w.arrives() && w.leave(workCanceled) {
		w.forget()
		w.takeIn()
	}
}

// A workDone is work as the entry that brings the outcome to the loop.
type workDone[T any] work[T]

func (d *workDone[T]) Run() {
	w := (*work[T])(d)
	w.takeIn()
	w.link.Detach() // its entry would have nothing to do
	value, err := w.value, w.err
	var zero T
	w.value, w.err = zero, nil // the future has it, or nobody
	switch {
	case w.future.Done():
	case w.stage.Load() == workCanceled:
		w.future.Cancel()
	case err != nil:
		w.future.Core().Fail(convert(err))
	default:
		future.Resolve(&w.future, value)
	}
}

// A workRole is work as what stands behind its future.
type workRole[T any] work[T]

func (r *workRole[T]) Describe() string {
	if r.goroutine {
		return "a function on a goroutine"
	}
	return "a function on a thread"
}

func (r *workRole[T]) Wait() waits.Info {
	kind := "thread"
	if r.goroutine {
		kind = "goroutine"
	}
	return waits.Info{Kind: kind, Text: r.Describe()}
}

// convert makes an error of package executor's own the one that asyncio has for it.
func convert(err error) error {
	switch err {
	case executor.ErrCanceled:
		return future.NewCanceledError()
	case executor.ErrInvalidState:
		return future.ErrInvalidState
	}
	return err
}
