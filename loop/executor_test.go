package loop_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

// recordingExecutor runs each job at once, where it is given it, and records its
// shutdowns, which never end.
type recordingExecutor struct {
	jobs      int
	shutdowns []executor.Pending
}

func (e *recordingExecutor) Execute(job executor.Job) error {
	e.jobs++
	job.Run()
	return nil
}

func (e *recordingExecutor) Shutdown(p executor.Pending) <-chan struct{} {
	e.shutdowns = append(e.shutdowns, p)
	return make(chan struct{})
}

func answer() (int, error) { return 42, nil }

// CPython: test_base_events.BaseEventLoopTests.test_set_default_executor
func TestSetDefaultExecutor(t *testing.T) {
	l := newLoop(t)
	e := &recordingExecutor{}
	l.SetDefaultExecutor(e)
	f, err := loop.RunInExecutor(l, nil, answer)
	require.NoError(t, err)
	require.Equal(t, 1, e.jobs)
	require.False(t, f.Done(), "the loop learns of it in its own time")
	v, err := loop.RunUntilComplete(l, f)
	require.NoError(t, err)
	require.Equal(t, 42, v)
}

// CPython: test_events.EventLoopTestsMixin.test_run_in_executor
func TestRunInExecutor(t *testing.T) {
	t.Run("by default on another goroutine", func(t *testing.T) {
		l := newLoop(t)
		open := make(chan struct{})
		f, err := loop.RunInExecutor(l, nil, func() (int, error) {
			<-open
			return 42, nil
		})
		require.NoError(t, err)
		l.CallSoon(func() { close(open) })
		v, err := loop.RunUntilComplete(l, f)
		require.NoError(t, err)
		require.Equal(t, 42, v)
	})
	t.Run("given one, the default is not asked", func(t *testing.T) {
		l := newLoop(t)
		given, byDefault := &recordingExecutor{}, &recordingExecutor{}
		l.SetDefaultExecutor(byDefault)
		f, err := loop.RunInExecutor(l, given, answer)
		require.NoError(t, err)
		_, err = loop.RunUntilComplete(l, f)
		require.NoError(t, err)
		require.Equal(t, 1, given.jobs)
		require.Zero(t, byDefault.jobs)
	})
	t.Run("after the shutdown of the default only others work", func(t *testing.T) {
		l := newLoop(t)
		_, err := loop.RunUntilComplete(l, l.ShutdownDefaultExecutor(coro.Forever))
		require.NoError(t, err)
		_, err = loop.RunInExecutor(l, nil, answer)
		require.ErrorIs(t, err, loop.ErrExecutorShutdown)
		_, err = loop.RunUntilComplete(l, loop.ToThread(contextless(answer)))
		require.ErrorIs(t, err, loop.ErrExecutorShutdown)
		f, err := loop.RunInExecutor(l, &recordingExecutor{}, answer)
		require.NoError(t, err)
		_, err = loop.RunUntilComplete(l, f)
		require.NoError(t, err)
	})
	t.Run("on a closed loop", func(t *testing.T) {
		l := loop.New(loop.VirtualTime(true))
		require.NoError(t, l.Close())
		_, err := loop.RunInExecutor(l, nil, answer)
		require.ErrorIs(t, err, loop.ErrClosed)
		_, err = loop.RunInExecutor(l, &recordingExecutor{}, answer)
		require.ErrorIs(t, err, loop.ErrClosed)
	})
}

func TestShutdownDefaultExecutor(t *testing.T) {
	t.Run("waits for what is at work", func(t *testing.T) {
		l := newLoop(t)
		release := make(chan struct{})
		finished := false
		f, err := loop.RunInExecutor(l, nil, func() (int, error) {
			<-release
			finished = true
			return 42, nil
		})
		require.NoError(t, err)
		l.CallSoon(func() { close(release) })
		_, err = loop.RunUntilComplete(l, l.ShutdownDefaultExecutor(coro.Forever))
		require.NoError(t, err)
		require.True(t, finished)
		v, err := loop.RunUntilComplete(l, f)
		require.NoError(t, err)
		require.Equal(t, 42, v)
	})
	// CPython: test_base_events.BaseEventLoopTests.test_shutdown_default_executor_timeout
	t.Run("but not for ever", func(t *testing.T) {
		var log logged
		l := loop.New(loop.Logger(log.logger()))
		e := &recordingExecutor{}
		l.SetDefaultExecutor(e)
		_, err := loop.RunUntilComplete(l, l.ShutdownDefaultExecutor(10*time.Millisecond))
		require.NoError(t, err)
		require.Regexp(t, `level=WARN msg="The executor did not finish(ing)? joining its threads within 10`, log.String())
		require.NoError(t, l.Close())
		for _, p := range e.shutdowns {
			require.Equal(t, executor.RunPending, p)
		}
	})
	t.Run("nor at the end of a Run", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var log logged
			start := time.Now()
			v, err := loop.Run(func(co *coro.Co) (int, error) {
				loop.Of(co).SetDefaultExecutor(&recordingExecutor{})
				return answer()
			}, loop.Logger(log.logger()))
			require.NoError(t, err)
			require.Equal(t, 42, v)
			require.Equal(t, 300*time.Second, time.Since(start))
			require.Regexp(t, `level=WARN msg="The executor did not finish(ing)? joining its threads within`, log.String())
		})
	})
}
