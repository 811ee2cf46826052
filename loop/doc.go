// Package loop is the event loop that asyncio's programs run on: one goroutine, a
// queue of what is ready, and one of timers.
//
// [Run] is the way in: it makes a loop, runs a coroutine on it and cleans up, as
// asyncio.run does. Inside, package coro has what a coroutine needs. A [Loop]
// itself is for those who drive one by hand, schedule callbacks, watch file
// descriptors, or come from other goroutines:
//
//   - [CreateFuture], [Loop.CallSoon], [Loop.CallLater], [Loop.CallAt]: callbacks;
//   - [ToThread], [RunInExecutor], [Go], [Receive]: waiting for other goroutines;
//   - [Submit], [SubmitAndWait], [Loop.CallSoonThreadsafe]: coming from other goroutines;
//   - [Loop.AddReader] and its kin: file descriptors;
//   - [Loop.Step], [Loop.RunUntilIdle], [Loop.AdvanceTo], [RunGuest]: a main loop that is not
//     the loop's;
//   - [VirtualTime], [Rate], [UseClock]: what time it is.
//
// What the loop does in each iteration is the function iterate, in iteration.go;
// docs/architecture.md draws it.
package loop
