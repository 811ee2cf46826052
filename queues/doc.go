// Package queues holds asyncio's queues: [Queue], first in first out; [LifoQueue],
// last in first out; and [PriorityQueue], smallest first.
//
// They connect the coroutines of one event loop, not goroutines: every method must
// be called on the loop's goroutine, and none is safe for concurrent use. What does
// not suspend takes no Co, and can be called from a callback as well.
//
// Put waits while a queue with a bound is full. A consumer calls TaskDone when it has
// dealt with an item, and Join waits for that. After Shutdown nothing more can be put,
// and a queue that is empty is at its end:
//
//	for job, err := range q.All(co) {
//		if err != nil {
//			return err // the task was canceled
//		}
//		...
//		q.TaskDone()
//	}
//
// A queue is tied to the first loop on which a coroutine has to wait for it; to
// wait on another loop is refused with an error that wraps coro.ErrOtherLoop.
package queues
