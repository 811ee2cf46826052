package executor

import (
	"log/slog"
	"runtime"
	"sync/atomic"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
)

// Executor runs jobs, as a rule on goroutines of its own. Its methods are safe
// for concurrent use.
//
// Semantics: concurrent.futures.Executor, CPython 3.15.
type Executor interface {
	// Execute accepts job and returns without waiting for it. For each job it
	// accepts, the executor calls either Run or Cancel, and that once. If it
	// returns an error, [ErrShutdown] after a Shutdown, it calls neither.
	Execute(job Job) error

	// Shutdown makes the executor refuse further jobs, and decides about those
	// accepted but not started: they are run, or canceled before Shutdown
	// returns. It does not wait. The channel that it returns is closed when all
	// jobs have ended and the executor's resources are released; it is the same
	// one at each call. Shutting down again is allowed, and can still cancel
	// what an earlier Shutdown left to run.
	//
	// CPython has an argument wait; the channel lets the caller wait with a timeout,
	// in a select, or not at all. A job must not wait for its own executor: it would
	// wait for itself.
	//
	// Semantics: concurrent.futures.Executor.shutdown, CPython 3.15.
	Shutdown(p Pending) <-chan struct{}
}

// Pending says what a shutdown does with jobs that have not started.
type Pending int

const (
	// RunPending lets them run: shutdown(cancel_futures=False).
	RunPending Pending = iota
	// CancelPending cancels them: shutdown(cancel_futures=True).
	CancelPending
)

// Holder is an [Executor] whose jobs hold something up while they are out, as they do the
// virtual clock of the loop whose default executor it is. [Submit] calls Hold before it
// hands a job over, and release when that has ended. Both are safe for concurrent use.
type Holder interface {
	Executor
	Hold() (release func()) // nil for nothing to release
}

// Job is one piece of work for an [Executor]. It is an interface and not a function,
// so that an executor can also give a job up, and those that wait for it learn of
// that.
type Job interface {
	// Run does the work, or nothing if the job has been canceled in another way. It
	// may end its goroutine with runtime.Goexit.
	Run()

	// Cancel gives the job up instead of running it.
	Cancel()
}

// Submit hands f to e and returns the future of its outcome. It fails as
// e.Execute does, with [ErrShutdown] after a Shutdown, and panics if f is nil.
//
// A panic in f becomes the future's error, a [*future.PanicError]; if f ends its
// goroutine, the error is [ErrGoexit]. The future lets go of f once f has been
// called or given up.
//
// Semantics: concurrent.futures.Executor.submit, CPython 3.15.
func Submit[T any](e Executor, f func() (T, error)) (*Future[T], error) {
	if f == nil {
		panic("executor: Submit of a nil function")
	}
	if e == nil {
		panic("executor: Submit to a nil executor; NewThreadPool makes one")
	}
	c := &call[T]{f: f}
	if h, ok := e.(Holder); ok {
		c.release = h.Hold()
	}
	if err := e.Execute(c); err != nil {
		c.ended()
		return nil, err
	}
	return &c.Future, nil
}

// call is the Job that Submit makes: a function and the future of its outcome,
// in one allocation.
type call[T any] struct {
	Future[T]
	f       func() (T, error)
	release func() // nil if it holds nothing up
}

// ended is the end of the job, or of the try to hand it over.
func (c *call[T]) ended() {
	if c.release != nil {
		c.release()
	}
}

func (c *call[T]) Cancel() {
	defer c.ended()
	c.f = nil
	c.Future.Cancel()
}

func (c *call[T]) Run() {
	defer c.ended() // after the outcome is there
	f := c.f
	c.f = nil
	if !c.SetRunning() {
		return
	}
	var v T
	err := ErrGoexit // unless f gets as far as to return
	defer func() {
		if value := recover(); value != nil {
			p := future.NewPanicError(value)
			c.reportUnlessSeen(p)
			err = p
		}
		// It is refused if the user has set a result through the future: the first
		// one counts.
		_ = c.finish(v, err)
	}()
	v, err = f()
}

// reportUnlessSeen has a panic logged if its future becomes garbage before anybody has
// asked that for its outcome.
func (c *call[T]) reportUnlessSeen(p *future.PanicError) {
	unseen := &unseenPanic{panic: p}
	c.OnLook = func() { unseen.seen.Store(true) }
	runtime.AddCleanup(&c.Future, (*unseenPanic).report, unseen)
}

type unseenPanic struct {
	panic *future.PanicError
	seen  atomic.Bool
}

func (u *unseenPanic) report() {
	if !u.seen.Load() {
		slog.Error("executor: the panic of a submitted function was never retrieved",
			"error", u.panic, "stack", frames.OneLine(u.panic.Stack))
	}
}
