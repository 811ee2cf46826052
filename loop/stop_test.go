package loop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// Stop lets the iteration finish: what was ready still runs, and what that
// schedules is there for the next run.
func TestStop(t *testing.T) {
	for _, test := range []struct {
		name     string
		schedule func(l *loop.Loop, j *journal)
		want     []string // with a line for the end of each run
	}{
		{"from a callback", func(l *loop.Loop, j *journal) {
			l.CallSoon(func() {
				j.note("a")
				l.CallSoon(j.noting("of a"))
				l.Stop()
				l.CallSoon(j.noting("of a, after the stop"))
			})
			l.CallSoon(func() {
				j.note("b")
				l.CallSoon(j.noting("of b"))
			})
			l.CallLater(0, j.noting("due"))
			l.CallLater(time.Second, func() {
				j.note("timer")
				l.Stop()
			})
		}, []string{"0s a", "0s b", "0s due", "0s stopped", "0s of a", "0s of a, after the stop", "0s of b", "1s timer", "1s stopped"}},
		{"from a timer", func(l *loop.Loop, j *journal) {
			l.CallLater(time.Second, func() {
				j.note("a")
				l.Stop()
				l.CallSoon(func() {
					j.note("of a")
					l.Stop()
				})
			})
			l.CallLater(time.Second, j.noting("b"))
		}, []string{"1s a", "1s b", "1s stopped", "1s of a", "1s stopped"}},
		{"from a task", func(l *loop.Loop, j *journal) {
			coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
				j.note("task")
				l.Stop()
				j.note("task goes on")
				err := coro.Sleep(co, 0)
				j.note("task again")
				l.Stop()
				return err
			}))
		}, []string{"0s task", "0s task goes on", "0s stopped", "0s task again", "0s stopped"}},
		{"twice in one iteration", func(l *loop.Loop, j *journal) {
			l.CallSoon(l.Stop)
			l.CallSoon(l.Stop)
			l.CallSoon(func() { l.CallSoon(func() { l.CallSoon(l.Stop) }) })
		}, []string{"0s stopped", "0s stopped"}},
		// The iteration that runs is the only one, and it waits for nothing.
		//
		// CPython: test_base_events.BaseEventLoopTests.test_run_forever_pre_stopped
		{"before the run", func(l *loop.Loop, j *journal) {
			l.Stop()
			l.CallSoon(func() {
				j.note("a")
				l.CallSoon(func() {
					j.note("of a")
					l.Stop()
				})
			})
			l.CallLater(time.Hour, j.noting("never"))
		}, []string{"0s a", "0s stopped", "0s of a", "0s stopped"}},
		{"before the run, with nothing ready", func(l *loop.Loop, j *journal) {
			l.Stop()
			l.CallLater(time.Hour, func() {
				j.note("timer")
				l.Stop()
			})
		}, []string{"0s stopped", "1h0m0s timer", "1h0m0s stopped"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLoop(t)
			j := &journal{loop: l}
			test.schedule(l, j)
			for range 2 {
				require.NoError(t, l.RunForever())
				require.False(t, l.IsRunning())
				j.note("stopped")
			}
			require.Equal(t, test.want, j.lines)
		})
	}
}

// CPython: test_events.EventLoopTestsMixin.test_run_until_complete
// CPython: test_events.EventLoopTestsMixin.test_run_until_complete_stopped
func TestRunUntilComplete(t *testing.T) {
	t.Run("a coroutine", func(t *testing.T) {
		l := newLoop(t)
		v, err := loop.RunUntilComplete(l, coro.Func[int](noop))
		require.NoError(t, err)
		require.Equal(t, 1, v)
	})
	t.Run("a future", func(t *testing.T) {
		l := newLoop(t)
		f := loop.CreateFuture[int](l)
		l.CallLater(time.Second, func() { future.Resolve(f, 2) })
		v, err := loop.RunUntilComplete(l, f)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		v, err = loop.RunUntilComplete(l, f) // again, now that it is done
		require.NoError(t, err)
		require.Equal(t, 2, v)
	})
	t.Run("that is stopped before", func(t *testing.T) {
		l := newLoop(t)
		task := coro.CreateTask(l, testkit.Sleeping(time.Second))
		l.CallSoon(l.Stop)
		_, err := loop.RunUntilComplete(l, task)
		require.ErrorIs(t, err, loop.ErrStopped)
		require.False(t, task.Done())
		_, err = loop.RunUntilComplete(l, task)
		require.NoError(t, err)
		require.Equal(t, time.Second, l.Time())
	})
	// CPython: test_base_events.BaseEventLoopTests.test_run_until_complete_loop
	t.Run("a future of another loop", func(t *testing.T) {
		l, other := newLoop(t), newLoop(t)
		f := loop.CreateFuture[int](l)
		_, err := loop.RunUntilComplete(other, f)
		require.ErrorIs(t, err, coro.ErrOtherLoop)
		require.False(t, f.Done())
	})
	// What is done makes the run stop an iteration later, after what was ready.
	t.Run("its last iterations", func(t *testing.T) {
		l := newLoop(t)
		j := &journal{loop: l}
		l.CallSoon(func() { j.iterations(5) })
		_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
			j.note("begin")
			err := coro.Sleep(co, 0)
			j.note("end")
			l.CallSoon(j.noting("scheduled before the end"))
			return err
		}))
		require.NoError(t, err)
		j.note("returned")
		require.Equal(t, []string{
			"0s --", "0s begin",
			"0s --", "0s end",
			"0s --", "0s scheduled before the end",
			"0s returned",
		}, j.lines)
	})
}

// An error that is to end the program leaves the run at once, and what was ready
// stays ready for the next one.
func TestBaseErrors(t *testing.T) {
	exit := &future.SystemExit{Code: 3}
	interrupted := coro.Func[int](func(*coro.Co) (int, error) { return 0, loop.ErrKeyboardInterrupt })
	// CPython: test_base_events.BaseEventLoopTests.test_run_until_complete_loop_orphan_future_close_loop
	t.Run("the future of an earlier run does not stop a later one", func(t *testing.T) {
		l := newLoop(t)
		l.CallSoon(func() { panic(exit) })
		_, err := loop.RunUntilComplete(l, testkit.Sleeping(time.Second))
		require.Equal(t, exit, err)
		_, err = loop.RunUntilComplete(l, testkit.Sleeping(2*time.Second))
		require.NoError(t, err)
		require.Equal(t, 2*time.Second, l.Time())
	})
	// CPython: test_base_events.BaseEventLoopTests.test_run_forever_keyboard_interrupt
	t.Run("an interrupt is not reported as never retrieved", func(t *testing.T) {
		var told reports
		l := loop.New(loop.VirtualTime(true), told.handler())
		_, err := loop.RunUntilComplete(l, interrupted)
		require.Equal(t, loop.ErrKeyboardInterrupt, err)
		require.NoError(t, l.Close())
		require.Empty(t, told)
	})
	// CPython: test_base_events.BaseEventLoopTests.test_run_until_complete_baseexception
	t.Run("an interrupt leaves no stop behind", func(t *testing.T) {
		l := newLoop(t)
		_, err := loop.RunUntilComplete(l, interrupted)
		require.Equal(t, loop.ErrKeyboardInterrupt, err)
		called := false
		l.CallSoon(func() {
			l.CallSoon(func() {
				called = true
				l.Stop()
			})
		})
		require.NoError(t, l.RunForever())
		require.True(t, called)
	})
	t.Run("of a task", func(t *testing.T) {
		for _, base := range []error{exit, loop.ErrKeyboardInterrupt} {
			l := newLoop(t)
			j := &journal{loop: l}
			task := coro.CreateTask(l, coro.Do(func(*coro.Co) error { return base }))
			l.CallSoon(j.noting("behind it"))
			task.AddDoneCallback(func() { j.note("done") })
			require.Equal(t, base, l.RunForever())
			j.note("ended")
			require.Equal(t, base, task.Err(), "the task has it as well")
			drain(t, l)
			require.Equal(t, []string{"0s ended", "0s behind it", "0s done"}, j.lines)
		}
	})
	t.Run("of a callback", func(t *testing.T) {
		for _, base := range []error{exit, loop.ErrKeyboardInterrupt} {
			var told reports
			l := newLoop(t, told.handler())
			j := &journal{loop: l}
			l.CallSoon(func() { panic(base) })
			l.CallSoon(j.noting("behind it"))
			l.CallLater(time.Second, l.Stop)
			require.ErrorIs(t, l.RunForever(), base)
			require.Empty(t, j.lines)
			require.Empty(t, told)
			require.NoError(t, l.RunForever())
			require.Equal(t, []string{"0s behind it"}, j.lines)
		}
	})
}

// CPython: test_base_events.RunningLoopTests.test_running_loop_within_a_loop
func TestRunForeverInsideAnotherLoop(t *testing.T) {
	inner, outer := newLoop(t), newLoop(t)
	_, err := loop.RunUntilComplete(outer, coro.Do(func(*coro.Co) error { return inner.RunForever() }))
	require.ErrorIs(t, err, loop.ErrRunning)
	require.False(t, inner.IsRunning())
}
