package loop_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A brokenExecutor's Shutdown does what it likes.
type brokenExecutor struct{ shutdown func() }

func (e brokenExecutor) Execute(job executor.Job) error { job.Run(); return nil }

func (e brokenExecutor) Shutdown(executor.Pending) <-chan struct{} {
	e.shutdown()
	done := make(chan struct{})
	close(done)
	return done
}

// Whatever user code does that Close calls, all of Close is done: coroutines are unwound,
// futures of Submit are told, errors are reported, the executor is told to shut down.
func TestCloseTakesEveryStep(t *testing.T) {
	for name, end := range map[string]func(){
		"returns":  func() {},
		"panics":   func() { panic("boom") },
		"Goexits":  runtime.Goexit,
		"closes":   nil, // the loop, once more
		"creates":  nil, // tasks and futures with errors
		"is stuck": nil, // in another goroutine's Close
	} {
		t.Run("user code that "+name, func(t *testing.T) {
			noLeak(t)
			var l *loop.Loop
			do := end
			switch name {
			case "closes":
				do = func() { require.NoError(t, l.Close()) }
			case "creates":
				do = func() {
					require.PanicsWithError(t, loop.ErrClosed.Error(), func() { coro.CreateTask(l, noop) })
					_ = loop.CreateFuture[int](l).SetError(errors.New("another"))
					_, err := loop.Submit(l, noop)
					require.ErrorIs(t, err, loop.ErrClosed)
				}
			case "is stuck":
				do = func() {
					go func() { _ = l.Close() }()
					runtime.Gosched()
				}
			}
			var told, unwound, submitted, shutdown int
			l = loop.New(loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {
				told++
				do()
			}))
			l.SetDefaultExecutor(brokenExecutor{func() { shutdown++; do() }})
			for range 3 {
				coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
					defer func() { unwound++; do() }()
					_, err := loop.CreateFuture[int](l).Await(co)
					return err
				}))
				require.NoError(t, loop.CreateFuture[int](l).SetError(errors.New("unseen")))
				f, err := loop.Submit(l, coro.Do(func(co *coro.Co) error { _, err := loop.CreateFuture[int](l).Await(co); return err }))
				require.NoError(t, err)
				f.AddDoneCallback(func(f *executor.Future[coro.None]) {
					submitted++
					do()
				})
			}
			l.Stop()
			require.NoError(t, l.RunForever())
			var err error
			onGoroutine(func() { err = l.Close() })
			require.True(t, l.IsClosed())
			require.Equal(t, 3, unwound)
			require.Equal(t, 3, submitted)
			require.Equal(t, 1, shutdown)
			reports := 3 + 3 + 3 // of tasks, submitted ones, and errors
			switch name {
			case "panics":
				require.ErrorContains(t, err, "loop: closing it: panic: boom")
				reports += unwound // whose panics nobody else is told of
				require.Equal(t, reports, told)
				return
			case "creates":
				reports += 6 + unwound + submitted // the errors that came before errors were reported
			}
			require.NoError(t, err)
			require.Equal(t, reports, told)
		})
	}
}

// A Close on one goroutine waits for that on another.
func TestCloseWaitsForAnother(t *testing.T) {
	l := loop.New()
	entered, leave := make(chan bool), make(chan bool)
	l.SetDefaultExecutor(brokenExecutor{func() { entered <- true; <-leave }})
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- l.Close() }()
	<-entered
	go func() { second <- l.Close() }()
	select {
	case <-second:
		t.Error("it did not wait")
	default:
	}
	leave <- true
	require.NoError(t, <-first)
	require.NoError(t, <-second)
}

// A second Close changes nothing of the first one, which has to know that its own goroutine is
// locked to a thread.
func TestCloseBesideAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := make(chan error, 1)
		l := loop.New(loop.OnException(func(l *loop.Loop, c future.ErrorContext) {
			require.Equal(t, "Task was destroyed but it is pending!", c.Message)
			go func() { second <- l.Close() }()
			synctest.Wait() // it is there
		}))
		_, err := loop.RunUntilComplete(l, coro.Do1(coro.Sleep, 1)) // which leaves a worker
		require.NoError(t, err)
		coro.CreateTask(l, coro.Do1(coro.Sleep, 1))
		first := make(chan error)
		go func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread() // WebAssembly has but one thread
			first <- l.Close()
		}()
		require.NoError(t, <-first)
		require.NoError(t, <-second)
	})
}

// A broken executor does not break Run.
func TestRunWithBrokenExecutor(t *testing.T) {
	err := loop.Main(func(co *coro.Co) error {
		loop.Of(co).SetDefaultExecutor(brokenExecutor{func() { panic("boom") }})
		_, err := loop.ToThreadDo(func(context.Context) error { return nil })(co)
		return err
	})
	require.ErrorContains(t, err, "panic: boom")
}

// A fickleExecutor runs a job, and refuses it all the same.
type fickleExecutor struct{ brokenExecutor }

func (fickleExecutor) Execute(job executor.Job) error {
	job.Run()
	return errors.New("refused")
}

// What an executor has run and refused is not counted as work that is out, nor as less.
func TestExecutorThatRefusesWhatItHasRun(t *testing.T) {
	l := loop.New(loop.VirtualTime(true))
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		_, err := loop.RunInExecutor(l, fickleExecutor{}, func() (int, error) { return 1, nil })
		require.EqualError(t, err, "refused")
		require.NoError(t, coro.Sleep(co, 0))
		require.NoError(t, coro.Sleep(co, 0))
		require.Zero(t, l.OutsideCount())
		return coro.Sleep(co, 1)
	}))
	require.NoError(t, err)
	require.NoError(t, l.Close())
}
