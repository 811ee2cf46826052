// Package durable has programs of asyncio survive the process that runs them. A program is an ordinary coroutine,
// with tasks, timeouts, groups, queues, locks and cancellation; what is done outside of it is an activity, by [Do].
//
//	store, err := durable.OpenDir("programs")
//	...
//	receipt, err := durable.Run(ctx, store, "order-17", func(co *coro.Co) (Receipt, error) {
//		charge := durable.Do("charge", bank.Charge, durable.Attempts(5))
//		return coro.WaitFor(co, charge, 24*time.Hour)
//	})
//
// [Run] writes down what comes to the program from outside, before the program sees it. After a crash the same
// call takes the program on: the loop replays to the tick what the journal has, and nothing is done twice
// whose outcome is in it.
//
// # What a program may do
//
// Between two events it must do the same each time, so all that it takes from outside comes by this package:
//
//   - what is done outside, and may fail, by [Do];
//   - what others tell it, by [Receive], and [Cancel];
//   - the time by the loop: coro.Sleep, coro.Timeout, loop.Of(co).Now(), and not time.Now;
//   - chance by the loop: loop.Of(co).Rand() and Entropy();
//   - what it begins with by [InputOf], and changed code by [Version].
//
// Its loop is hermetic: threads, goroutines, channels and descriptors are refused with loop.ErrHermetic. An order that
// Go leaves to chance, as that of a map, must not matter. What it does to the outside between two activities, as
// to log, happens again in a replay.
package durable
