// Package coro holds what an asyncio program awaits and spawns: coroutines,
// tasks, and the functions that combine them.
//
// A coroutine is a function that takes a [*Co] and is run by a task; it suspends
// where it awaits something, and only there:
//
//	func job(co *coro.Co, i int) (int, error) {
//		if err := coro.Sleep(co, 100*time.Millisecond); err != nil {
//			return 0, err
//		}
//		return i * i, nil
//	}
//
// Calling it with the caller's own Co runs it inline, as "await job(i)" does.
// [CreateTask] runs it beside the caller. Exceptions are errors: what Python
// raises out of an await, Await returns. A canceled task sees
// [future.ErrCanceled] from what it awaits, and has to return it.
//
// All of it runs on one goroutine at a time, that of the event loop; nothing here
// is safe for use from other goroutines unless it says so. A Co belongs to its
// task: awaiting with another task's Co is refused with a panic.
//
// A coroutine must not call runtime.LockOSThread: the Go runtime ends the process
// with an error that nothing can catch when a coroutine changes threads. Run such
// code with loop.ToThread, on an executor whose workers are locked to threads.
//
// # For programs
//
//   - [Func], [Bind], [Do] and their kin make a coroutine of a function; [Into] and
//     [AsAny] let those of different types into one gather; [NewFuture] makes what
//     callbacks are awaited by.
//   - [CreateTask], [Gather], [AsCompleted], [Group]: side by side.
//   - [Sleep], [Wait], [WaitFor], [Timeout], [Shield]: waiting.
//   - [Generator]: values with awaits between them, for any task.
//   - [Var] and [Vars]: context variables; [TaskLocal]: what no other task inherits.
//   - [AllTasks], [CurrentTask], [Task.Stack]: looking around.
//   - [Workers]: goroutines that many loops share.
//
// # For authors
//
// A primitive of one's own, as those of packages locks and queues are, is built on
// [Waiters], a line of suspended coroutines, and [Bound], which ties it to one loop. A
// future.Role that is a [HeldBy] tells the report of a deadlock who could end the wait.
// [Co.Suspend] is how a future of one's own kind is awaited, and [Ranging] is for iterators
// that await. The example of Waiters is a whole primitive. A framework that looks after tasks
// has [Await] and future.Any for those of any type, [Task.WaitingOn] and
// [Task.CancelPending], and a [TaskLocal] for its notes.
package coro
