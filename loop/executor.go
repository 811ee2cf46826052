package loop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
)

// RunInExecutor has e run f, and gives a future of its outcome. With e nil it is
// the loop's default executor, a thread pool that is made on first use. Canceling
// the future cancels f if that has not started; one that runs goes on, and its
// outcome is dropped. A panic in f becomes a *future.PanicError.
//
// The error is that of e refusing the work, ErrExecutorShutdown from the default.
//
// Semantics: asyncio.loop.run_in_executor, CPython 3.15.
func RunInExecutor[T any](l *Loop, e executor.Executor, f func() (T, error)) (*future.Future[T], error) {
	if f == nil {
		panic("loop: RunInExecutor of a nil function")
	}
	w := &work[T]{plain: f}
	if err := w.begin(l, e); err != nil {
		return nil, err
	}
	return &w.future, nil
}

// executor is the default one.
func (l *Loop) executor() (executor.Executor, error) {
	if l.executorShutdown {
		return nil, ErrExecutorShutdown
	}
	if l.defaultExecutor == nil {
		pool, err := executor.NewThreadPool()
		if err != nil {
			return nil, err
		}
		l.defaultExecutor = pool
	}
	return l.defaultExecutor, nil
}

// SetDefaultExecutor sets what RunInExecutor uses when it is given none, and
// ToThread. The loop shuts it down when it closes.
//
// Semantics: asyncio.loop.set_default_executor, CPython 3.15.
//
// # Differences from asyncio
//
// Any Executor will do, not only a thread pool. What executor.Submit hands to a thread pool
// holds the virtual clock of the loop too.
func (l *Loop) SetDefaultExecutor(e executor.Executor) {
	type holds interface {
		SetHold(hold func() (release func()))
	}
	if old, ok := l.defaultExecutor.(holds); ok {
		old.SetHold(nil)
	}
	if p, ok := e.(holds); ok && l.clock.virtual {
		p.SetHold(l.Hold)
	}
	l.defaultExecutor = e
}

// awaitOn is the coroutine of ToThread and Go, with e nil for the default executor.
func awaitOn[T any](co *coro.Co, e executor.Executor, f func(ctx context.Context) (T, error)) (T, error) {
	w := &work[T]{fn: f, ctx: co.Context(), vars: sched.Vars(*co.Vars())}
	if err := w.begin(Of(co), e); err != nil {
		var zero T
		return zero, err
	}
	v, err := w.future.Await(co)
	if p, ok := err.(*future.PanicError); ok && p.Task == "" {
		p.Task = co.Name() // nobody else has the error yet
	}
	return v, err
}

// goroutines is an executor without bounds.
type goroutines struct{}

func (goroutines) Execute(job executor.Job) error {
	go job.Run()
	return nil
}

// Shutdown does nothing: nobody gets to see a goroutines to call it.
func (goroutines) Shutdown(executor.Pending) <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

// ShutdownDefaultExecutor is a coroutine that waits until the default executor has
// done its work, for d at most, after which that is logged and the rest left
// behind. The executor takes no more work from the moment this begins.
//
// Semantics: asyncio.loop.shutdown_default_executor, CPython 3.15.
func (l *Loop) ShutdownDefaultExecutor(d time.Duration) coro.Func[coro.None] {
	return coro.Do(func(co *coro.Co) error {
		l.executorShutdown = true
		wait := l.executorEnd()
		if wait == nil {
			return nil
		}
		err := coro.Timeout(co, d, func(*coro.TimeoutScope) error { return wait(co) })
		var timeout *future.TimeoutError
		if errors.As(err, &timeout) {
			l.log().Warn(fmt.Sprintf("The executor did not finish joining its threads within %v.", d))
			err = nil
		}
		return err
	})
}

// executorEnd waits until the default executor has ended, which takes no more work. It is nil if there
// is nothing to wait for.
func (l *Loop) executorEnd() func(co *coro.Co) error {
	switch jobs, e := l.sched.Jobs(), l.defaultExecutor; {
	case jobs != nil && !jobs.Idle():
		return l.jobsEnd
	case jobs == nil && e != nil:
		return endOf(e.Shutdown(executor.RunPending))
	}
	return nil
}

// endOf waits until an executor has ended.
func endOf(ended <-chan struct{}) func(co *coro.Co) error {
	return func(co *coro.Co) error {
		_, err := receive(co, ended, receiveOptions{})
		if errors.Is(err, ErrChannelClosed) {
			return nil
		}
		return err
	}
}

// jobsEnd waits until what is run inside, in place of the default executor, has ended.
func (l *Loop) jobsEnd(co *coro.Co) error {
	idle := coro.NewFuture[coro.None](co)
	l.sched.Jobs().WhenIdle(func() {
		if !idle.Done() { // the time may be over
			_ = idle.SetResult(coro.None{})
		}
	})
	_, err := idle.Await(co)
	return err
}

// shutdownExecutor lets e finish what it has, without waiting.
func shutdownExecutor(e executor.Executor) { e.Shutdown(executor.RunPending) }
