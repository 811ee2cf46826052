package coro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// A task that is pending when its loop closes is reported, unless it was made by a
// gather or by the run itself.
//
// CPython: test_tasks.BaseTaskTests.test_log_destroyed_pending_task
func TestReportOfPendingTask(t *testing.T) {
	var tr testkit.Trace
	var reported future.Any
	l := loop.New(loop.VirtualTime(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		tr.Add("%s %s %v", c.Message, c.Task, c.Err)
		reported = c.Future
	}))
	task := coro.CreateTask(l, func(co *coro.Co) (int, error) {
		return loop.CreateFuture[int](loop.Of(co)).Await(co)
	}, coro.Name("kill me"))
	coro.Gather(l, sleepThen(time.Hour, 1, nil))
	_, err := loop.RunUntilComplete(l, testkit.Sleeping(time.Second))
	require.NoError(t, err)
	l.CallSoon(l.Stop)
	_, err = loop.RunUntilComplete(l, testkit.Sleeping(time.Second))
	require.ErrorIs(t, err, loop.ErrStopped)
	require.Len(t, coro.AllTasks(l), 3)
	require.NoError(t, l.Close())
	require.Equal(t, testkit.Trace{"Task was destroyed but it is pending! kill me <nil>"}, tr)
	require.Same(t, task, reported)
	require.Empty(t, coro.AllTasks(l))
}

// An error that nobody has looked at is reported; any look at it is enough.
func TestReportOfTaskError(t *testing.T) {
	report := testkit.Trace{"Task exception was never retrieved: test"}
	for _, test := range []struct {
		name string
		look func(co *coro.Co, task *coro.Task[int])
		want testkit.Trace
	}{
		{"nobody", func(*coro.Co, *coro.Task[int]) {}, report},
		{"Done", func(_ *coro.Co, task *coro.Task[int]) { task.Done() }, report},
		{"Await", func(co *coro.Co, task *coro.Task[int]) { _, _ = task.Await(co) }, nil},
		{"Result", func(_ *coro.Co, task *coro.Task[int]) { _, _ = task.Result() }, nil},
		{"Err", func(_ *coro.Co, task *coro.Task[int]) { _ = task.Err() }, nil},
		// CPython: test_tasks.BaseTaskTests.test_tb_logger_not_called_after_cancel
		{"Cancel", func(_ *coro.Co, task *coro.Task[int]) { require.False(t, task.Cancel()) }, nil},
		{"Gather", func(co *coro.Co, task *coro.Task[int]) { _, _ = coro.Gather(co, task).Await(co) }, nil},
		{"Wait", func(co *coro.Co, task *coro.Task[int]) { _, _, _ = coro.Wait(co, []*coro.Task[int]{task}) }, report},
		{"Wait for two, until the first error", func(co *coro.Co, task *coro.Task[int]) {
			other := loop.CreateFuture[int](loop.Of(co))
			_, _, err := coro.Wait(co, []future.Any{other, task}, coro.ReturnWhen(coro.FirstException))
			require.NoError(t, err)
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var tr testkit.Trace
			l := testkit.NewLoop(t, tr.Handler())
			testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
				task := coro.CreateTask(co, returning(0, errTest))
				require.NoError(t, coro.Sleep(co, 50*ms))
				test.look(co, task)
				return nil
			}))
			require.Empty(t, tr)
			require.NoError(t, l.Close())
			require.Equal(t, test.want, tr)
		})
	}
}

// Awaiting a failed task again and again always gives the same error.
//
// CPython: test_futures2.FutureTests.test_future_traceback
func TestErrorOfTaskAwaitedAgain(t *testing.T) {
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, returning(0, errTest))
		for range 5 {
			_, err := task.Await(co)
			require.Same(t, errTest, err)
		}
		return nil
	})
}

// The exception handler runs in the context of what it is told of.
func TestReportInContext(t *testing.T) {
	v := coro.NewVar("name", "foo")
	for _, test := range []struct {
		name string
		run  func(t *testing.T, r *loop.Runner)
		want string
	}{
		// CPython: test_futures2.FutureTests.test_handle_exc_handler_correct_context
		{"of a callback", func(t *testing.T, r *loop.Runner) {
			r.Loop().CallSoon(func() {
				v.Set(r.Loop(), "bar")
				panic("boom")
			})
			testkit.Briefly(t, r.Loop())
		}, "Exception in callback"},
		// CPython: test_futures2.FutureTests.test_task_exc_handler_correct_context
		{"of a task that failed", func(t *testing.T, r *loop.Runner) {
			coro.CreateTask(r.Loop(), coro.Do(func(co *coro.Co) error {
				v.Set(co, "bar")
				return errTest
			}))
			testkit.Briefly(t, r.Loop())
			require.NoError(t, r.Loop().Close())
		}, "Task exception was never retrieved"},
		{"of a task that failed behind a shield", func(t *testing.T, r *loop.Runner) {
			coro.Shield(r.Loop(), coro.Do(func(co *coro.Co) error {
				v.Set(co, "bar")
				_ = coro.Sleep(co, 0)
				return errTest
			})).Cancel()
			testkit.Briefly(t, r.Loop())
			testkit.Briefly(t, r.Loop())
		}, "*errors.errorString exception in shielded future"},
		{"of a task that is pending", func(t *testing.T, r *loop.Runner) {
			coro.CreateTask(r.Loop(), coro.Do(func(co *coro.Co) error {
				v.Set(co, "bar")
				return coro.Sleep(co, time.Hour)
			}))
			testkit.Briefly(t, r.Loop())
			require.NoError(t, r.Loop().Close())
		}, "Task was destroyed but it is pending!"},
		{"of a task that fails at the end of a run", func(t *testing.T, r *loop.Runner) {
			coro.CreateTask(r.Loop(), coro.Do(func(co *coro.Co) error {
				v.Set(co, "bar")
				_ = coro.Sleep(co, time.Hour)
				return errTest
			}))
			testkit.Briefly(t, r.Loop())
			require.NoError(t, r.Close())
		}, "unhandled exception during asyncio.run() shutdown"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var messages, contexts []string
			r := loop.NewRunner(loop.VirtualTime(true), loop.Interrupts(false),
				loop.OnException(func(l *loop.Loop, c future.ErrorContext) {
					messages = append(messages, c.Message)
					contexts = append(contexts, v.Get(l))
				}))
			test.run(t, r)
			require.NoError(t, r.Close())
			require.Len(t, messages, 1)
			require.Contains(t, messages[0], test.want)
			require.Equal(t, []string{"bar"}, contexts)
		})
	}
}

// Nobody but the task itself gives it an outcome, not even past its own setters.
// CPython lets those through, and complains when the task takes its next step.
//
// CPython: test_tasks.SetMethodsTest.test_set_result_causes_invalid_state
// CPython: test_tasks.SetMethodsTest.test_set_exception_causes_invalid_state
func TestTaskIsNotResolvedFromOutside(t *testing.T) {
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, func(co *coro.Co) (string, error) {
			return "own", coro.Sleep(co, 100*ms)
		})
		for range 2 { // before it begins, and when it is suspended
			require.False(t, future.Resolve(&task.Future, "spam"))
			require.False(t, task.Core().Finish())
			require.False(t, task.Core().Fail(errTest))
			require.False(t, task.Core().MarkCanceled(nil, nil))
			require.False(t, task.Done())
			require.NoError(t, coro.Sleep(co, 0))
		}
		v, err := task.Await(co)
		require.Equal(t, "own", v)
		return err
	})
}
