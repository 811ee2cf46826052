// Package ouro is the root of a module that is asyncio for Go; it holds no code. Programs
// import the packages below it:
//
//   - loop: the event loop, and loop.Run, the way in;
//   - coro: what a coroutine awaits and spawns: tasks, gather, wait, timeouts, groups;
//   - future: results that will be there later, and the errors;
//   - locks, queues: asyncio's synchronization;
//   - executor, timers: concurrent.futures, and the queue of deadlines.
//
// The README has a first program, docs/asyncio-map.md every name of asyncio's with ours.
package ouro
