// Package future holds asyncio's Future: a value that will be there later, with
// the callbacks and coroutines that wait for it.
//
// A future belongs to one event loop and to that loop's goroutine: every method
// must be called there, and none is safe for concurrent use. Another goroutine
// reaches a future through the loop's CallSoonThreadsafe.
//
// The package knows the loop and the coroutines only by the two interfaces it
// declares, [Loop] and [Waiter], so it imports neither.
//
// Most programs meet futures as results of package coro (tasks, gather, shield)
// and make their own with loop.CreateFuture when they wrap a callback API.
package future
