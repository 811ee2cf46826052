package future

import (
	"log/slog"

	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/unretrieved"
)

// Any is a future whatever its type: a *Future[T], or a task.
type Any interface {
	Done() bool
	Canceled() bool
	Failed() bool
	Err() error
	Cancel(msg ...string) bool
	AddDoneCallback(fn func(), opts ...CallOption) (stop func() bool)
	Core() *Core
}

// Of is a future of a T: a *Future[T], a task, or one of another type seen as a
// future of T.
type Of[T any] interface {
	Any
	Result() (T, error)
	Await(w Waiter) (T, error)
}

// Waiter is a coroutine that can wait for a future; *coro.Co is the one there is.
type Waiter interface {
	// Suspend parks the coroutine until the future of c is done, and returns its
	// error, nil if it has a result. An error that was thrown into the coroutine
	// meanwhile is returned in place of that.
	Suspend(c *Core) error
}

// Scheduler stands for an event loop where a future or a coroutine has to be told its
// own. There is nothing to do with it but to hand it on.
type Scheduler sched.Scheduler

// Scheduler makes s an [OnLoop].
func (s *Scheduler) Scheduler() *Scheduler { return s }

// OnLoop is what belongs to an event loop and tells which: a *loop.Loop, a *coro.Co, a
// *coro.TaskGroup, a future's [Core].
type OnLoop interface{ Scheduler() *Scheduler }

// Runnable is an entry of a loop's ready queue. Run is called once for each
// time it was scheduled, on the loop's goroutine.
type Runnable = interface{ Run() }

// CallOption is an option of AddDoneCallback, and of the loop's CallSoon and its kin. There
// is one: loop.InContext.
type CallOption func(*sched.CallOptions)

// collect sums up the options of a callback. It is apart from its callers so that a call
// without options allocates nothing.
func collect(opts []CallOption) sched.CallOptions {
	var o sched.CallOptions
	for _, opt := range opts {
		if opt == nil {
			panic("future: a nil CallOption; leave it out")
		}
		opt(&o)
	}
	return o
}

// ErrorContext says what went wrong where nobody could be given the error. It is
// the context that asyncio's exception handlers are called with.
type ErrorContext struct {
	Message string // one line, asyncio's fixed texts
	Err     error  // the error itself, if there is one
	Task    string // the name of the task it concerns, if it concerns one
	Future  Any    // the future it concerns, if that is still known
	Vars    any    // the *coro.Vars that the handler is called in, nil for those of what runs now

	Function string // what the task or the callback runs: main.fetch
	Source   string // the line that created the task or scheduled the callback, in debug mode

	Attrs []slog.Attr // what else whoever reports it has to say; the default handler logs it after the rest
}

// CallExceptionHandler tells the exception handler of the loop of an error that nobody
// else can be given.
//
// Semantics: asyncio.loop.call_exception_handler, CPython 3.15.
func CallExceptionHandler(on OnLoop, c ErrorContext) {
	(*sched.Scheduler)(on.Scheduler()).Loop().(eventLoop).CallExceptionHandler(c)
}

// eventLoop is what a future needs of its loop besides the ready queue.
type eventLoop interface {
	CallExceptionHandler(c ErrorContext)

	// Unretrieved is the loop's list of errors that nobody has looked at yet.
	Unretrieved() *unretrieved.List

	// ReportsCollected says whether an error in that list is reported when its future
	// is collected as garbage. Otherwise it is when the loop closes, so that nothing
	// depends on chance.
	ReportsCollected() bool
}
