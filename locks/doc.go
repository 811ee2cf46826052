// Package locks holds asyncio's synchronization primitives: [Lock], [Event],
// [Condition], [Semaphore], [BoundedSemaphore] and [Barrier].
//
// They order the coroutines of one event loop, not goroutines: every method must
// be called on the loop's goroutine, and none is safe for concurrent use. What
// does not suspend takes no Co, and can be called from a callback as well.
//
// A primitive is tied to the first loop on which a coroutine has to wait for it;
// to wait on another loop is refused with an error that wraps coro.ErrOtherLoop.
//
// Where Python says "async with", there is With:
//
//	err := mu.With(co, func() error {
//		...
//	})
//
// With takes the body as a function, as coro.Group and coro.Timeout do, so that no
// release is forgotten: it comes when the body returns, panics, or is ended by
// runtime.Goexit because the loop closes. The body can set the results of the
// function around it, allocates nothing, and its error is With's.
//
// Every primitive knows the tasks that wait for it, and a lock its owner; with names
// the report of a deadlock reads like a story. In the loop's debug mode, a lock whose
// owner ends without a Release is reported to the exception handler.
package locks
