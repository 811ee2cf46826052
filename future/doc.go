// Package future holds asyncio's Future: a value that will be there later, with
// the callbacks and coroutines that wait for it.
//
// A future belongs to one event loop and to that loop's goroutine: every method
// must be called there, and none is safe for concurrent use. Another goroutine
// reaches a future through the loop's CallSoonThreadsafe.
//
// # For programs
//
// Most programs meet a [Future] as a result of package coro (tasks, gather, shield),
// and make their own with loop.CreateFuture when they wrap a callback API. [Any] and
// [Of] are futures whatever their kind. The errors are those of asyncio: [ErrCanceled],
// [TimeoutError], [ErrInvalidState], and [PanicError] for what has panicked.
//
// # For authors
//
// A future of one's own kind is built on a [Core], with a [Role] that describes it, and
// a [Canceler] where a cancel request is not yet the end. A [Link] is a callback that
// needs no allocation. [Resolve] and the methods of Core set an outcome. A [Waiter] is
// the coroutine, a [Scheduler] the loop. docs/architecture.md shows how it fits together.
package future
