// Package sched decides whose turn it is: it holds a loop's ready queue, the
// coroutines, and the workers that they run on.
//
// [Scheduler.RunReady] and the other two who take an entry stand side by side in
// turn.go; coroutine.go has the switch, worker.go what a coroutine runs on.
//
// The package knows nothing of futures, tasks, results, cancellation or time. The
// event loop is a [Loop] to it, and what a coroutine runs is a [Body].
//
// All of it belongs to the loop's goroutine, or to the coroutine that this has
// switched to.
package sched
