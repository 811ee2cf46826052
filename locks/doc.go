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
// It is a function that takes the body, as coro.Group and coro.Timeout are,
// because then nothing can be forgotten: what it acquired is released when the
// body returns, panics, or is torn down by runtime.Goexit because its loop closes.
// The body sees the results of the enclosing function, allocates nothing, and the
// error that it returns is With's.
//
// Every primitive knows who waits for it, and a lock who holds it; give them names
// and the report of a deadlock reads like a story. In the loop's debug mode, a lock
// whose holder ends without a Release is reported to the exception handler.
package locks
