package coro

import (
	"fmt"
	"iter"
	"runtime"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/chain"
	"github.com/ouro-loop/ouro/internal/sched"
)

// Generator is an asynchronous generator: a function that hands out values with
// [Yielder.Yield], one for each Next, and may await between them. Any task of the loop
// may call Next. The function runs inside of the task that does: its awaits suspend that
// task, it sees that task's context variables, and a cancellation of that task comes out
// of its await.
//
// It belongs to the loop on which it is first used; on another the error of its methods
// wraps ErrOtherLoop. While a task is in one of them, another's call returns
// ErrGeneratorRunning. Whatever ends the function, its deferred functions run: when
// [Run] ends, [loop.Loop.ShutdownAsyncgens] closes what has begun and not ended, and the
// loop's Close unwinds what is left.
//
// Semantics: asynchronous generators, with the hooks of asyncio.loop, CPython 3.15.
//
// # Differences from asyncio
//
// A generator that has begun, and that nobody refers to any more, is closed by a task of
// its own once the garbage collector has found it; under a virtual clock, and in a
// testing/synctest bubble, only at the end of Run, so that nothing depends on the collector.
// CPython counts references, and does so at once. Go's collector may take its time: close
// what you leave early, with a deferred Close, as contextlib.aclosing does.
//
// There is no asend: a function that is to be told something looks at a variable.
//
// [Run]: https://pkg.go.dev/github.com/ouro-loop/ouro/loop#Run
// [loop.Loop.ShutdownAsyncgens]: https://pkg.go.dev/github.com/ouro-loop/ouro/loop#Loop.ShutdownAsyncgens
type Generator[T any] struct {
	y *Yielder[T] // apart, so that the function does not keep the Generator alive
}

// Yielder is the function's side of a [Generator].
type Yielder[T any] struct {
	generator
	value T // what Yield was given last
	fn    func(y *Yielder[T]) error
}

// A generator is what does not depend on the type of the values.
type generator struct {
	below   sched.Generator // what it runs on
	co      *Co             // whose task drives it, nil if none does
	thrown  error           // what Yield returns next
	err     error           // what the function has returned
	closing bool            // Close has begun: there is no second, and no Throw after it
	cleanup runtime.Cleanup // that of the Generator, if there is one
	birth   *birth          // nil unless the loop reports leaks
}

// NewGenerator makes a generator of f, which does not run before the first Next. The
// values that f hands to Yield are what Next returns, one by one; when f returns nil,
// Next returns ErrStopAsyncIteration, and if it returns an error, that, once.
//
//	func ticker(d time.Duration) *coro.Generator[time.Duration] {
//		return coro.NewGenerator(func(y *coro.Yielder[time.Duration]) error {
//			for {
//				if err := coro.Sleep(y.Co(), d); err != nil {
//					return err
//				}
//				if err := y.Yield(loop.Of(y.Co()).Time()); err != nil {
//					return err
//				}
//			}
//		})
//	}
//
// An ErrStopAsyncIteration that f returns, for instance of another generator's Next, is a
// mistake, and becomes another error. A panic of f becomes a *future.PanicError.
func NewGenerator[T any](f func(y *Yielder[T]) error) *Generator[T] {
	if f == nil {
		panic("coro: NewGenerator of a nil function")
	}
	return &Generator[T]{&Yielder[T]{fn: f}}
}

// Next runs the function up to its next Yield, and returns the value; or the error that
// it ends with, ErrStopAsyncIteration if that is none. As a [Func] it can be a task:
// CreateTask(co, g.Next).
//
// Semantics: anext.
//
// # Differences from asyncio
//
// A task of Next that is canceled before its first step leaves the generator as it is.
// That of CPython's anext throws the CancelledError into it.
func (g *Generator[T]) Next(co *Co) (v T, err error) {
	y := g.made()
	co.mustBeGiven()
	co.mustRun()
	switch err := y.mayDrive(co, "Next"); {
	case err != nil:
		return v, err
	case y.below.State() == sched.GeneratorEnded:
		return v, ErrStopAsyncIteration
	case y.below.State() == sched.GeneratorCreated:
		g.begin(co)
	}
	v, err = y.drive(co, nil)
	runtime.KeepAlive(g)
	return v, err
}

// Throw has the Yield that the function is in return err, and goes on as Next. One that
// has not begun ends, and Throw returns err.
//
// Of a generator that has ended it returns the zero value and no error, as CPython's
// athrow returns None; and ErrStopAsyncIteration of one that was closed and has not ended.
//
// Semantics: agen.athrow, CPython 3.15.
func (g *Generator[T]) Throw(co *Co, err error) (v T, _ error) {
	y := g.made()
	co.mustBeGiven()
	co.mustRun()
	if err == nil {
		panic("coro: Throw of a nil error; what goes on without one is Next")
	}
	switch err := y.mayDrive(co, "Throw"); {
	case err != nil:
		return v, err
	case y.below.State() == sched.GeneratorEnded:
		return v, nil
	case y.closing:
		return v, ErrStopAsyncIteration
	}
	if y.below.State() == sched.GeneratorCreated {
		y.below.End()
		return v, err
	}
	v, err = y.drive(co, err)
	runtime.KeepAlive(g)
	return v, err
}

// Close ends the generator: the Yield that the function is in returns ErrGeneratorExit,
// and the function is awaited until it has cleaned up. It returns the error that the
// function ends with, nil if that is none or wraps ErrGeneratorExit alone. One that has
// not begun never does. Of one that has ended Close does nothing.
//
// The error is ErrGeneratorIgnoredExit if the function calls Yield again. It can go on
// with Next then; a further Close returns ErrStopAsyncIteration.
//
// Semantics: agen.aclose, CPython 3.15.
func (g *Generator[T]) Close(co *Co) error {
	err := g.made().close(co)
	runtime.KeepAlive(g)
	return err
}

// All ranges over the values that are left, and awaits each in the task of co:
//
//	for v, err := range g.All(co) {
//		if err != nil {
//			return err
//		}
//		...
//	}
//
// Inside of a generator's function it awaits each in the task that drives that by then. An
// error comes last, with the zero value. A range that is left early leaves the
// generator where it is, as async for does: another may go on with it, and somebody has
// to Close it.
//
// Semantics: async for.
func (g *Generator[T]) All(co *Co) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		now := Ranging(co)
		for {
			v, err := g.Next(now())
			if err == ErrStopAsyncIteration || !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// Ranging is for authors of iterators that await, such as All: what it returns gives the Co
// to await with at each step of a range that co has begun. That is co, except in the function
// of a Generator. There another task may have come to drive it, and it is the Co of that.
func Ranging(co *Co) (now func() *Co) {
	co.mustBeGiven()
	inside := co.coroutine.Inside()
	if inside == nil {
		return func() *Co { return co }
	}
	return inside.Body().(interface{ driver() *Co }).driver
}

// String shows the function and what has become of it.
func (g *Generator[T]) String() string { return (*asyncgen[T])(g.made()).String() }

// made refuses a Generator that NewGenerator has not made.
func (g *Generator[T]) made() *Yielder[T] {
	if g == nil || g.y == nil {
		panic("coro: a Generator that was not made by NewGenerator; the zero Generator and nil are none")
	}
	return g.y
}

// begin is the beginning of the first Next.
func (g *Generator[T]) begin(co *Co) {
	y := g.y
	y.below.Begin(co.sched(), (*asyncgen[T])(y))
	if co.sched().Leaks {
		y.birth = newBirth(co)
	}
	if loop := co.machine().loop; loop.ClosesAbandoned() {
		y.cleanup = runtime.AddCleanup(g, func(y *Yielder[T]) { loop.Post((*asyncgen[T])(y).abandoned) }, y)
	}
}

// Co is that of the task that runs the function now. It may be another one after each
// Yield, so it is asked for anew where something is awaited: an await with that of
// another task is refused with a panic.
func (y *Yielder[T]) Co() *Co {
	y.mustRun()
	return y.co
}

// Yield hands v to the Next that the generator is in, and suspends the function until the
// following one. The error is what was given to Throw, or ErrGeneratorExit: the function
// is to end with it, unless it knows better.
//
// It is for the generator's function, on its own stack and that of the iterators that it
// ranges over; elsewhere it panics.
func (y *Yielder[T]) Yield(v T) error {
	y.mustRun()
	y.co.mustRun()
	if !y.below.Innermost() {
		panic(outsideOfRun)
	}
	y.value = v
	y.below.Yield()
	err := y.thrown
	y.thrown = nil
	return err
}

// mustRun refuses a Yielder whose function does not run. A deferred function that comes
// here as the loop closes ends.
func (y *Yielder[T]) mustRun() {
	if y == nil || y.co == nil {
		if y != nil && y.below.State() == sched.GeneratorEnded {
			y.below.Scheduler().ExitUnwound()
		}
		panic(outsideOfRun)
	}
}

const outsideOfRun = "coro: a Yielder is used outside of its generator's function, or while that is suspended; it is for the function that it was given to"

// mayDrive is why a method of that name cannot run the function in the task of co.
func (g *generator) mayDrive(co *Co, method string) error {
	switch state := g.below.State(); {
	case (state == sched.GeneratorSuspended || state == sched.GeneratorRunning) && g.below.Scheduler() != co.sched():
		return fmt.Errorf("%w: %s of an asynchronous generator that has begun on that (task %q)", ErrOtherLoop, method, co.Name())
	case state == sched.GeneratorRunning:
		return fmt.Errorf("%w (%s, task %q)", ErrGeneratorRunning, method, co.Name())
	}
	return nil
}

// drive has the function go on in the task of co: its Yield returns thrown.
func (y *Yielder[T]) drive(co *Co, thrown error) (v T, err error) {
	y.co, y.thrown = co, thrown
	yielded := y.below.Resume(&co.coroutine)
	y.co = nil // who keeps the generator need not keep the task
	if yielded {
		v, y.value = y.value, v
		return v, nil
	}
	y.cleanup.Stop()
	switch {
	case y.err == nil:
		return v, ErrStopAsyncIteration
	case isAlone(y.err, ErrStopAsyncIteration):
		return v, notItsEnd(y.err)
	}
	return v, y.err
}

// notItsEnd is what becomes of an ErrStopAsyncIteration that a function ends with: no error
// that wraps it, which would be taken for the generator's end. A panic keeps its stack.
func notItsEnd(err error) error {
	if p, ok := err.(*future.PanicError); ok {
		return &future.PanicError{Value: p.Value.(error).Error(), Stack: p.Stack, Task: p.Task}
	}
	return fmt.Errorf("coro: the function of an asynchronous generator returned ErrStopAsyncIteration, to say %q; it returns nil at its end", err)
}

// isAlone reports whether err is target, or wrapped around it in a single chain. The errors
// of a task group are a group even if there is only one.
func isAlone(err, target error) bool {
	grouped := false
	return chain.Has(err, func(err error) bool {
		_, ok := err.(*ExceptionGroup)
		grouped = grouped || ok
		return err == target
	}) && !grouped
}

// close is Close.
func (y *Yielder[T]) close(co *Co) error {
	co.mustBeGiven()
	co.mustRun()
	switch err := y.mayDrive(co, "Close"); {
	case err != nil:
		return err
	case y.below.State() == sched.GeneratorEnded:
		return nil
	case y.closing:
		return ErrStopAsyncIteration
	}
	y.closing = true
	if y.below.State() == sched.GeneratorCreated {
		y.below.End()
		return nil
	}
	switch _, err := y.drive(co, ErrGeneratorExit); {
	case err == nil:
		return ErrGeneratorIgnoredExit
	case err == ErrStopAsyncIteration, isAlone(err, ErrGeneratorExit):
		return nil
	default:
		return err
	}
}

// call runs the function to its end, on the generator's stack.
func (y *Yielder[T]) call() {
	returned := false
	defer y.broke(&returned)
	y.err = y.fn(y)
	returned = true
}

// broke is deferred around the function. If that has not returned, its panic becomes its
// error; or it was a Goexit, which goes on to the task that drives it.
func (g *generator) broke(returned *bool) {
	if *returned {
		return
	}
	v := recover()
	switch {
	case v == nil:
	case sched.IsExit(v):
		if !g.below.Unwinding() {
			panic(v) // it is the task that is unwound
		}
	case g.below.Unwinding():
		g.reportTorn(v)
	case g.co.coroutine.Torn():
		g.reportTorn(v)
		g.co.coroutine.Exit() // the task is unwound further
	default:
		g.err = g.co.panicError(v)
	}
}

// reportTorn tells of a panic in a deferred function, on the way out: nobody else will be
// told.
func (g *generator) reportTorn(v any) {
	future.CallExceptionHandler((*future.Scheduler)(g.below.Scheduler()), future.ErrorContext{
		Message: "panic while the asynchronous generator was torn down at the close of its loop",
		Err:     future.NewPanicError(v),
	})
}
