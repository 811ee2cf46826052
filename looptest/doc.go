// Package looptest tests coroutines: in no time, the same way each time, and in every order in
// which asyncio might run them.
//
//	func TestTransfer(t *testing.T) {
//		looptest.Explore(t, func(t *looptest.T, co *coro.Co) error {
//			bank := newBank()
//			...
//			require.Equal(t, 80, bank.balance("from"))
//			return nil
//		})
//	}
//
// [Explore] runs the function again and again on a virtual clock, each time by another schedule:
// another order of timers with one deadline, another time that steps take, another order of what
// is a set in asyncio, another of the test's own choices. What is fixed in asyncio stays so: the
// order of callbacks, of the ready queue, of locks and queues, and how many iterations something
// takes. So what it finds can happen. It tries the schedules with one departure from the usual
// one first, then those with two, and random ones when that gets too many; it says whether it has
// tried all.
//
// What fails is shown as one short schedule, every part of which is needed, with the steps in
// which it differs from one that passes, and a command that runs it again.
//
// # What fails
//
// A run fails if the test says so; if main returns an error or panics, or something is reported
// to the exception handler; on a deadlock; if the clock stands still for 100,000 iterations; if
// it leaves something behind, as [loop.ReportLeaks] has it: a task, a timer, a lock that is held,
// an error that nobody has looked at; and if it takes something from outside that nobody
// controls, see [loop.Hermetic]: threads and goroutines of the loop are run inside, see [Jobs]. When all runs are over, a goroutine that one of them has started
// must have ended. [Left] says what is left on purpose.
//
// # Cancellations, timeouts, failures
//
// A cancellation may come at any wait, and most tests have none. [CancelEverywhere] runs main once for
// each wait of each task, at each moment that matters; [TimeoutEverywhere] and [FailEverywhere] do so
// with other ends of a wait.
//
// # What main may do
//
// Everything that main uses it makes itself: what is kept from one run to the next makes them
// differ. It asks neither package time nor chance, and does not depend on the order of a range
// over a map: if it does, a run comes to other choices than one before it with the same
// schedule, and the test fails, saying so. [Deterministic] looks for that, and says where two runs
// part. Code that has to ask time.Now can run in a [Bubble].
//
// It is called on a goroutine that is not the test's, with a [T] in place of the test's own t,
// which is to be used in it: it belongs to the run.
//
// asyncio has no such thing. It is what its documentation calls undefined, put to the test.
package looptest
