package loop

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
)

// Submit has the loop run f as a task, and gives a future that any goroutine can
// wait for. Canceling that cancels the task. It is safe for concurrent use. The task has a
// copy of the caller's context, as CallSoonThreadsafe has it.
//
// The error is ErrClosed if the loop is closed; if it closes before the task has
// ended, that is the future's error. An error of the task that nobody asks the future for,
// with Wait or Result, is reported to the exception handler, as that of a task is: when the
// future is garbage, or the loop closes. So is that of a task which fails although the future
// was canceled. In debug mode reports have the line that called Submit.
//
// # Differences from asyncio
//
// An error that nobody asks a concurrent.futures.Future for is reported to nobody there.
//
// Semantics: asyncio.run_coroutine_threadsafe, CPython 3.15.
func Submit[T any](l *Loop, f coro.Func[T]) (*executor.Future[T], error) {
	if f == nil {
		panic("loop: Submit of a nil function")
	}
	l.mustBeMade()
	s, err := submit(l, f)
	if err != nil {
		return nil, err
	}
	return s.out, nil
}

func submit[T any](l *Loop, f coro.Func[T]) (*submission[T], error) {
	if err := l.hermetically("Submit"); err != nil {
		return nil, err
	}
	s := &submission[T]{loop: l, fn: f, out: new(executor.Future[T])}
	s.vars, s.hasVars = sched.CallerVars()
	if l.tape != nil {
		s.posted = frames.ShortCallSite()
	}
	if l.submitted.debug.Load() {
		s.site = frames.CallSite()
	}
	if l.closed.Load() || !l.submitted.add(s) {
		return nil, ErrClosed
	}
	if err := l.inbox.post(s); err != nil {
		l.submitted.remove(s)
		return nil, err
	}
	return s, nil
}

// A submission connects a task with the future that Submit gave out.
type submission[T any] struct {
	loop *Loop
	fn   coro.Func[T]
	task *coro.Task[T]
	link future.Link
	out  *executor.Future[T]

	vars    sched.Vars // the caller's context
	hasVars bool       // if it has one
	site    string     // the line that submitted it, in debug mode
	posted  string     // that line on a tape
}

func (s *submission[T]) arrival() arrival { return arrival{source: record.Submission, site: s.posted} }

func (s *submissionCanceled[T]) arrival() arrival {
	return arrival{source: record.Cancellation, site: s.posted}
}

// Run is called on the loop, and creates the task.
func (s *submission[T]) Run() {
	var opts []coro.TaskOption
	if s.hasVars {
		opts = append(opts, coro.InContext((*coro.Vars)(&s.vars)))
	}
	s.task = coro.CreateTask(s.loop, s.fn, opts...)
	if s.site != "" {
		s.task.Core().Role().(interface{ SetCreated(site string) }).SetCreated(s.site)
	}
	s.task.Core().Attach(s.link.Init((*submissionDone[T])(s)))
	if s.canceledBefore() {
		s.task.Cancel()
		return
	}
	s.out.AddDoneCallback(func(out *executor.Future[T]) {
		if out.Canceled() {
			_ = s.loop.inbox.post((*submissionCanceled[T])(s)) // closed: the task is gone
		}
	})
}

// canceledBefore reports whether the future was canceled before the loop came to it: the task never begins. Another
// goroutine may do that at any time, so a tape tells.
func (s *submission[T]) canceledBefore() bool {
	t := s.loop.tape
	if t != nil && t.in != nil {
		return t.wasCanceled(record.Submission)
	}
	canceled := s.out.Canceled()
	if t != nil && canceled {
		t.note(record.Event{Kind: record.Looked, Source: record.Submission})
	}
	return canceled
}

// submissionDone is a submission as the callback of its task.
type submissionDone[T any] submission[T]

// submits tells a submission from others who wait for a task.
func (s *submissionDone[T]) submits() {}

func (s *submissionDone[T]) Run() {
	s.loop.submitted.remove((*submission[T])(s))
	if s.task.Canceled() {
		s.out.Cancel()
	}
	if !s.out.SetRunning() {
		return // canceled; an error of the task's is nobody's then, and reported as such
	}
	if v, err := s.task.Result(); err != nil {
		s.note(err)
		_ = s.out.SetError(err)
	} else {
		_ = s.out.SetResult(v)
	}
}

// note puts the error among those that nobody has looked at, until somebody asks the
// future for it, on whatever goroutine.
func (s *submissionDone[T]) note(err error) {
	n := &unretrieved.Note{Err: err, Vars: s.task.Vars().Copy()}
	if task, ok := s.task.Core().Role().(interface{ Origin() unretrieved.Origin }); ok {
		n.Origin = task.Origin()
	}
	l := (*wired)(s.loop)
	l.Unretrieved().Add(n)
	s.out.OnLook = n.Look
	if l.ReportsCollected() {
		runtime.AddCleanup(s.out, unretrieved.Collected, n)
	}
}

// submissionCanceled is a submission whose future was canceled.
type submissionCanceled[T any] submission[T]

func (s *submissionCanceled[T]) Run() { s.task.Cancel() }

// fail tells whoever waits that the loop was closed.
func (s *submission[T]) fail() {
	if s.out.SetRunning() {
		_ = s.out.SetError(ErrClosed)
	}
}

// submissions are those whose task has not ended.
type submissions struct {
	mu     sync.Mutex
	open   map[interface{ fail() }]struct{}
	closed bool

	debug atomic.Bool // the loop is in debug mode, as other goroutines may know it
}

func (s *submissions) add(sub interface{ fail() }) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.open == nil {
		s.open = make(map[interface{ fail() }]struct{})
	}
	s.open[sub] = struct{}{}
	return true
}

func (s *submissions) remove(sub interface{ fail() }) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, sub)
	if len(s.open) == 0 {
		s.open = nil // a map keeps the room that it had for a burst
	}
}

// close takes no more, and gives a function for each that tells its future so.
func (s *submissions) close() (fails []func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sub := range s.open {
		fails = append(fails, sub.fail)
	}
	s.open, s.closed = nil, true
	return fails
}
