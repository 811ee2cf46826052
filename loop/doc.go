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
//   - [VirtualTime], [Rate], [UseClock]: what time it is;
//   - [ReportLeaks]: what is left at the end.
//
// # js/wasm
//
// GOOS=js GOARCH=wasm is supported, in browsers and under Node. While a loop waits, for a
// timer or another goroutine, JavaScript's event loop goes on, and what JavaScript calls may
// come in with [Loop.CallSoonThreadsafe]. A loop that always has something ready lets the
// other goroutines run every few thousand entries, and JavaScript every 16 ms; only
// [Loop.Step] and its like leave that to the caller. A virtual clock waits for neither.
//
// There are no signals, no descriptors and no threads: [Loop.AddSignalHandler] and
// [Loop.AddReader] return errors.ErrUnsupported, no interrupt ends a [Run], and
// executor.LockOSThread changes nothing. Since goroutines share the one thread, and
// nothing takes it from them, a function of [ToThread] or [Go] that computes without a
// pause blocks the loop for as long, and with it the page.
//
// What the loop does in each iteration is the function iterate, in iteration.go;
// docs/architecture.md draws it.
package loop
