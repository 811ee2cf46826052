package future_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// handExecutor keeps its jobs until it is told to run them.
type handExecutor struct {
	jobs []executor.Job
}

func (e *handExecutor) Execute(job executor.Job) error {
	e.jobs = append(e.jobs, job)
	return nil
}

func (e *handExecutor) Shutdown(executor.Pending) <-chan struct{} {
	ended := make(chan struct{})
	close(ended)
	return ended
}

// run runs the jobs on another goroutine, and waits for it.
func (e *handExecutor) run() {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for _, job := range e.jobs {
			job.Run()
		}
	}()
	<-ended
}

// What work on another goroutine ends with is what the loop's future has.
//
// CPython: test_futures.BaseFutureTests.test_copy_state
func TestChainCopiesOutcome(t *testing.T) {
	for _, test := range []struct {
		name  string
		value int
		err   error
	}{
		{"result", 10, nil},
		{"error", 0, errTest},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			e := &handExecutor{}
			f, err := loop.RunInExecutor(l, e, func() (int, error) { return test.value, test.err })
			require.NoError(t, err)
			require.False(t, f.Done())
			e.run()
			require.False(t, f.Done(), "not before the loop runs")
			v, err := loop.RunUntilComplete(l, f)
			require.Equal(t, test.value, v)
			require.Equal(t, test.err, err)
			require.False(t, f.Canceled())
		})
	}
	t.Run("panic", func(t *testing.T) {
		l := testkit.NewLoop(t)
		e := &handExecutor{}
		f, err := loop.RunInExecutor(l, e, func() (int, error) { panic("boom") })
		require.NoError(t, err)
		e.run()
		_, err = loop.RunUntilComplete(l, f)
		var p *future.PanicError
		require.ErrorAs(t, err, &p)
		require.Equal(t, "boom", p.Value)
		require.Contains(t, string(p.Stack), "TestChainCopiesOutcome")
	})
}

// CPython: test_futures.BaseFutureTests.test_wrap_future
// CPython: test_futures.BaseFutureTests.test_wrap_future_use_running_loop
// CPython: test_futures.BaseFutureTests.test_wrap_future_use_global_loop
func TestChainBelongsToTheLoop(t *testing.T) {
	l := testkit.NewLoop(t)
	pool, err := executor.NewThreadPool()
	require.NoError(t, err)
	defer pool.Close()
	f, err := loop.RunInExecutor(l, pool, func() (string, error) { return "oi", nil })
	require.NoError(t, err)
	require.Same(t, l.Scheduler(), f.Core().Scheduler())
	v, err := loop.RunUntilComplete(l, f)
	require.NoError(t, err)
	require.Equal(t, "oi", v)
}

// Canceling the loop's future cancels work that has not begun.
//
// CPython: test_futures.BaseFutureTests.test_wrap_future_cancel
func TestChainCanceledBeforeTheWork(t *testing.T) {
	l := testkit.NewLoop(t)
	e := &handExecutor{}
	var ran atomic.Bool
	f, err := loop.RunInExecutor(l, e, func() (int, error) { ran.Store(true); return 1, nil })
	require.NoError(t, err)
	require.True(t, f.Cancel("msg"))
	testkit.Briefly(t, l)
	e.run()
	testkit.Briefly(t, l)
	require.False(t, ran.Load())
	_, err = f.Result()
	testkit.RequireCanceled(t, err, "msg")
}

// What is done when the loop's future is canceled keeps its result, which nobody sees.
//
// CPython: test_futures.BaseFutureTests.test_wrap_future_cancel2
func TestChainCanceledAfterTheWork(t *testing.T) {
	for _, outcome := range []error{nil, errors.New("not to be reported")} {
		l := testkit.NewLoop(t)
		e := &handExecutor{}
		var ran atomic.Bool
		f, err := loop.RunInExecutor(l, e, func() (int, error) { ran.Store(true); return 42, outcome })
		require.NoError(t, err)
		e.run()
		require.True(t, f.Cancel())
		testkit.Briefly(t, l)
		require.True(t, ran.Load())
		require.True(t, f.Canceled())
	}
}

// An executor's own errors become those of this package: work that ends with the
// cancellation of something else is not canceled, but what awaits it is.
func TestChainConvertsErrors(t *testing.T) {
	for _, test := range []struct {
		name     string
		err      error
		want     error
		canceled bool
	}{
		{"canceled", executor.ErrCanceled, future.ErrCanceled, true},
		{"invalid state", executor.ErrInvalidState, future.ErrInvalidState, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			e := &handExecutor{}
			f, err := loop.RunInExecutor(l, e, func() (int, error) { return 0, test.err })
			require.NoError(t, err)
			task := coro.CreateTask(l, func(co *coro.Co) (int, error) { return f.Await(co) })
			testkit.Briefly(t, l)
			e.run()
			_, err = loop.RunUntilComplete(l, task)
			require.ErrorIs(t, err, test.want)
			require.Equal(t, test.canceled, task.Canceled())
			require.False(t, f.Canceled())
			require.ErrorIs(t, f.Err(), test.want)
		})
	}
}
