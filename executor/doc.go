// Package executor runs blocking or CPU-bound work on other goroutines, for callers
// that must not block: it is what concurrent.futures is to asyncio.
//
// [Submit] hands a function to an [Executor] and returns a [Future] for its
// outcome. Any goroutine can take the outcome, and can cancel the future as long as
// the function has not started:
//
//	f, err := executor.Submit(pool, func() ([]byte, error) { return os.ReadFile(name) })
//	if err != nil {
//		return err // the pool has been shut down
//	}
//	data, err := f.Wait(ctx)
//
// [ThreadPool] is the executor that comes with the package. Anything else that
// can run a [Job] serves as well: see the example of Executor. A Future can also be
// made by hand, to deliver a result to other goroutines: its zero value is pending,
// and the methods of its owner are marked as such.
//
// # Panics, and goroutines that exit
//
// A panic in a submitted function becomes the error of its future, a
// [*future.PanicError] with the value and the stack. So does runtime.Goexit, as
// [ErrGoexit]; the goroutine ends all the same, and a [ThreadPool] replaces it. A
// panic that has no future to go to, from a done callback or from a Job that Submit
// did not make, is logged to [log/slog]'s default logger at level Error, with the
// stack, and goes no further.
//
// # Differences from concurrent.futures
//
// A canceled future is in one state, not in two: CPython's second one tells the
// module's functions wait and as_completed that an executor has noticed, and in Go a
// select waits for several futures.
//
// A function that returns a result beside an error has both delivered, as a
// call of the function would.
//
// Nothing waits for a pool when the program ends, and a pool that is dropped
// without a Shutdown keeps its idle goroutines; CPython finishes the queue in
// both cases. Call [ThreadPool.Close].
package executor
