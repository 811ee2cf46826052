package loop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

// CPython: test_base_events.BaseEventLoopTests.test_close
// CPython: test_events.EventLoopTestsMixin.test_close
func TestClose(t *testing.T) {
	l := loop.New(loop.VirtualTime(true))
	require.False(t, l.IsClosed())
	require.NoError(t, l.Close())
	require.True(t, l.IsClosed())
	// It is allowed more than once.
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	require.True(t, l.IsClosed())
	f := loop.CreateFuture[int](l)
	require.ErrorIs(t, l.RunForever(), loop.ErrClosed)
	_, err := loop.RunUntilComplete(l, f)
	require.ErrorIs(t, err, loop.ErrClosed)
	_, err = l.CallSoonThreadsafe(func() {})
	require.ErrorIs(t, err, loop.ErrClosed)
	require.PanicsWithValue(t, loop.ErrClosed, func() { l.CallSoon(func() {}) })
	require.PanicsWithValue(t, loop.ErrClosed, func() { l.CallLater(time.Second, func() {}) })
	require.PanicsWithValue(t, loop.ErrClosed, func() { l.CallAt(time.Second, func() {}) })
}

// CPython: test_events.EventLoopTestsMixin.test_close_running_event_loop
func TestCloseWhileRunning(t *testing.T) {
	for _, from := range []struct {
		name string
		call func(l *loop.Loop, f func())
	}{
		{"from a callback", func(l *loop.Loop, f func()) { l.CallSoon(f) }},
		{"from a timer", func(l *loop.Loop, f func()) { l.CallLater(time.Second, f) }},
		{"from a task", func(l *loop.Loop, f func()) {
			coro.CreateTask(l, coro.Do(func(*coro.Co) error {
				f()
				return nil
			}))
		}},
	} {
		t.Run(from.name, func(t *testing.T) {
			l := newLoop(t)
			var err error
			from.call(l, func() {
				err = l.Close()
				l.Stop()
			})
			require.NoError(t, l.RunForever())
			require.ErrorIs(t, err, loop.ErrRunning)
			require.False(t, l.IsClosed())
		})
	}
}

// A Runner cannot be closed from inside; it can go on, and be closed, as if nobody had tried.
func TestCloseRunnerWhileRunning(t *testing.T) {
	r := loop.NewRunner(loop.VirtualTime(true))
	for range 2 {
		v, err := loop.RunIn(r, func(co *coro.Co) (int, error) {
			require.ErrorIs(t, r.Close(), loop.ErrRunning)
			require.False(t, r.Loop().IsClosed())
			return 7, coro.Sleep(co, time.Second)
		})
		require.NoError(t, err)
		require.Equal(t, 7, v)
	}
	require.NoError(t, r.Close())
	require.True(t, r.Loop().IsClosed())
}

// Close forgets what was ready and what was timed, and does not wait for the
// executor.
func TestCloseClears(t *testing.T) {
	l := loop.New(loop.VirtualTime(true))
	e := &recordingExecutor{}
	l.SetDefaultExecutor(e)
	never := func() { t.Error("a callback is called after the close") }
	l.CallSoon(never)
	l.CallLater(0, never)
	l.CallLater(time.Hour, never)
	_, err := l.CallSoonThreadsafe(never)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Zero(t, l.ReadyCount())
	require.Zero(t, l.TimerCount())
	require.Equal(t, []executor.Pending{executor.RunPending}, e.shutdowns)
}

// CPython: test_base_events.BaseEventLoopTests.test_create_task_error_closes_coro
func TestCreateTaskOnClosedLoop(t *testing.T) {
	for _, eager := range []bool{false, true} {
		l := loop.New(loop.VirtualTime(true), loop.EagerTasks(eager))
		require.NoError(t, l.Close())
		require.PanicsWithValue(t, loop.ErrClosed, func() {
			coro.CreateTask(l, func(*coro.Co) (int, error) {
				t.Error("its body runs")
				return 0, nil
			})
		})
		require.Empty(t, coro.AllTasks(l))
	}
}

// CPython: test_base_events.BaseEventLoopTests.test_create_named_task_with_default_factory
func TestCreateNamedTask(t *testing.T) {
	l := newLoop(t)
	task := coro.CreateTask(l, noop, coro.Name("test_task"))
	require.Equal(t, "test_task", task.Name())
	_, err := loop.RunUntilComplete(l, task)
	require.NoError(t, err)
}
