package future

// Runnable is an entry of a loop's ready queue. Run is called once for each
// time it was scheduled, on the loop's goroutine.
type Runnable interface{ Run() }

// Loop is what a future needs of the event loop it belongs to.
type Loop interface {
	// Schedule appends r to the ready queue: it runs in the next iteration,
	// after everything scheduled before it. On a closed loop r is dropped.
	Schedule(r Runnable)

	// Callback makes a function of the user's into a Runnable that runs it in
	// a copy of the present context, and hands a panic to the exception handler.
	Callback(fn func()) Runnable

	// CallExceptionHandler tells the loop of an error that has nobody else to go to.
	CallExceptionHandler(ErrorContext)

	// Unretrieved is the loop's list of errors that nobody has looked at yet.
	Unretrieved() *Unretrieved
}

// Waiter is a coroutine that can wait for a future; *coro.Co is the one there is.
type Waiter interface {
	// Suspend parks the coroutine until the future of c is done. A non-nil
	// error was thrown into the coroutine in place of the future's outcome,
	// and is what its await has to return.
	Suspend(c *Core) error
}

// Any is a future whatever its type: a *Future[T], or a task.
type Any interface {
	Done() bool
	Canceled() bool
	Err() error
	Cancel(msg ...string) bool
	AddDoneCallback(fn func()) (stop func() bool)
	Core() *Core
}

// Of is a future of a T: a *Future[T], a task, or one of another type seen as a
// future of T.
type Of[T any] interface {
	Any
	Result() (T, error)
	Await(w Waiter) (T, error)
}

// ErrorContext says what went wrong where nobody could be given the error. It is
// the context that asyncio's exception handlers are called with.
type ErrorContext struct {
	Message string // one line, asyncio's fixed texts
	Err     error  // the error itself, if there is one
	Task    string // the name of the task it concerns, if it concerns one
	Future  Any    // the future it concerns, if that is still known
	Source  string // where the callback was scheduled, in debug mode
	Context any    // the context that the handler runs in, nil for that of what runs now
}
