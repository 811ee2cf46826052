package coro_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// CPython: test_tasks.BaseTaskTests.test_current_task
// CPython: test_tasks.BaseCurrentLoopTests.test_current_task_no_running_loop
// CPython: test_tasks.BaseCurrentLoopTests.test_current_task_with_implicit_loop
func TestCurrentTask(t *testing.T) {
	l := testkit.NewLoop(t)
	require.Nil(t, coro.CurrentTask(l))
	var task *coro.Task[coro.None]
	task = coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		require.Same(t, task, coro.CurrentTask(l))
		require.Same(t, task, coro.CurrentTask(co))
		require.Same(t, task, co.Task())
		l.CallSoon(func() { require.Nil(t, coro.CurrentTask(l), "in a callback") })
		err := coro.Sleep(co, 0)
		require.Same(t, task, coro.CurrentTask(l))
		return err
	}))
	_, err := loop.RunUntilComplete(l, task)
	require.NoError(t, err)
	require.Nil(t, coro.CurrentTask(l))
}

// CPython: test_tasks.BaseTaskTests.test_current_task_with_interleaving_tasks
func TestCurrentTaskOfInterleavingTasks(t *testing.T) {
	l := testkit.NewLoop(t)
	f1, f2 := loop.CreateFuture[bool](l), loop.CreateFuture[bool](l)
	var task1, task2 *coro.Task[coro.None]
	task1 = coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		require.Same(t, task1, coro.CurrentTask(l))
		_, err := f1.Await(co)
		require.NoError(t, err)
		require.Same(t, task1, coro.CurrentTask(l))
		return f2.SetResult(true)
	}))
	task2 = coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		require.Same(t, task2, coro.CurrentTask(l))
		require.NoError(t, f1.SetResult(true))
		_, err := f2.Await(co)
		require.Same(t, task2, coro.CurrentTask(l))
		return err
	}))
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		_, _, err := coro.Wait(co, []*coro.Task[coro.None]{task1, task2})
		return err
	}))
	require.NoError(t, err)
	require.NoError(t, task1.Err())
	require.NoError(t, task2.Err())
	require.Nil(t, coro.CurrentTask(l))
}

// AllTasks are those of the loop that are not done: not yet begun, suspended, running.
func TestAllTasks(t *testing.T) {
	l, other := testkit.NewLoop(t), testkit.NewLoop(t)
	names := func() (names []string) {
		for _, task := range coro.AllTasks(l) {
			names = append(names, task.Name())
		}
		return names
	}
	require.Empty(t, names())
	f := loop.CreateFuture[int](l)
	coro.CreateTask(other, returning(1, nil), coro.Name("elsewhere"))
	coro.CreateTask(l, awaiting(f), coro.Name("suspended"))
	coro.CreateTask(l, returning(1, nil), coro.Name("done"))
	testkit.Briefly(t, l)
	require.Equal(t, []string{"suspended"}, names())
	testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
		coro.CreateTask(co, returning(1, nil), coro.Name("new"))
		co.Task().SetName("running")
		require.Equal(t, []string{"suspended", "running", "new"}, names())
		return nil
	}))
	require.Equal(t, []string{"suspended"}, names())
	coro.CreateTask(l, returning(1, nil), coro.Name("canceled")).Cancel()
	require.Equal(t, []string{"suspended", "canceled"}, names())
	testkit.Briefly(t, l)
	require.Equal(t, []string{"suspended"}, names())
}
