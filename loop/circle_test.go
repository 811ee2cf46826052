package loop_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// circle makes n tasks of which each awaits the next, and the last the first.
func circle(co *coro.Co, n int) []*coro.Task[int] {
	tasks := make([]*coro.Task[int], n)
	for i := range tasks {
		tasks[i] = coro.CreateTask(co, func(co *coro.Co) (int, error) {
			return tasks[(i+1)%n].Await(co)
		})
	}
	return tasks
}

func TestCircleOfAwaits(t *testing.T) {
	noLeak(t)
	t.Run("is a deadlock that names them", func(t *testing.T) {
		_, err := loop.Run(func(co *coro.Co) (int, error) {
			return circle(co, 3)[0].Await(co)
		}, loop.VirtualTime(true))
		var deadlock *loop.DeadlockError
		require.ErrorAs(t, err, &deadlock)
		require.Len(t, deadlock.Tasks, 4)
		require.Equal(t, `task "Task-3"`, deadlock.Tasks[1].On)
		require.ErrorContains(t, err, `task "Task-4" waits for task "Task-2"`)
		require.ErrorContains(t, err, "circle_test.go")
		require.Equal(t, [][]string{{"Task-2", "Task-3", "Task-4"}}, deadlock.Circles)
		require.ErrorContains(t, err, "in a circle: Task-2, Task-3, Task-4, Task-2")
	})
	t.Run("each in its line", func(t *testing.T) {
		_, err := loop.Run(func(co *coro.Co) (int, error) {
			tasks := circle(co, 2)
			tasks[0].SetName("a\nb\x1b[31m")
			spawn(co, "waits", func(co *coro.Co) error {
				core := new(future.Core)
				core.Init(co, &role{func() string { return "a\ngate" }, func() []coro.AnyTask { return nil }})
				return co.Suspend(core)
			})
			return tasks[0].Await(co)
		}, loop.VirtualTime(true))
		require.ErrorContains(t, err, `in a circle: "a\nb\x1b[31m", Task-3, "a\nb\x1b[31m"`)
		require.ErrorContains(t, err, `task "waits" waits for "a\ngate"`)
	})
	for _, n := range []int{2, 3, 1000, many(1_000_000)} {
		t.Run(fmt.Sprintf("of %d, canceled", n), func(t *testing.T) {
			noLeak(t)
			_, err := loop.Run(func(co *coro.Co) (int, error) {
				tasks := circle(co, n)
				if err := coro.Sleep(co, 0); err != nil {
					return 0, err
				}
				require.True(t, tasks[0].Cancel())
				_, err := tasks[0].Await(co)
				require.ErrorIs(t, err, future.ErrCanceled)
				for _, task := range tasks {
					require.True(t, task.Canceled())
				}
				return 0, nil
			}, loop.VirtualTime(true))
			require.NoError(t, err)
		})
	}
	t.Run("through a gather", func(t *testing.T) {
		_, err := loop.Run(func(co *coro.Co) (int, error) {
			var a, b *coro.Task[int]
			a = coro.CreateTask(co, func(co *coro.Co) (int, error) {
				_, err := coro.Gather(co, a, b).Await(co)
				return 0, err
			})
			b = coro.CreateTask(co, func(co *coro.Co) (int, error) { return a.Await(co) })
			for range 2 {
				if err := coro.Sleep(co, 0); err != nil {
					return 0, err
				}
			}
			require.True(t, a.Cancel())
			_, err := a.Await(co)
			require.ErrorIs(t, err, future.ErrCanceled)
			_, err = b.Await(co)
			require.ErrorIs(t, err, future.ErrCanceled)
			return 0, nil
		}, loop.VirtualTime(true))
		require.NoError(t, err)
	})
	t.Run("of one that is in a gather of itself", func(t *testing.T) {
		_, err := loop.Run(func(co *coro.Co) (int, error) {
			var a *coro.Task[int]
			a = coro.CreateTask(co, func(co *coro.Co) (int, error) {
				_, err := coro.Gather(co, a).Await(co)
				return 0, err
			})
			if err := coro.Sleep(co, 0); err != nil {
				return 0, err
			}
			require.True(t, a.Cancel())
			_, err := a.Await(co)
			require.ErrorIs(t, err, future.ErrCanceled)
			return 0, nil
		}, loop.VirtualTime(true))
		require.NoError(t, err)
	})
}

// A chain of awaits is canceled from its head, however long it is.
func TestDeepChainCanceled(t *testing.T) {
	noLeak(t)
	n := many(1_000_000)
	_, err := loop.Run(func(co *coro.Co) (int, error) {
		end := loop.CreateFuture[int](loop.Of(co))
		var last coro.Awaitable[int] = end
		var head *coro.Task[int]
		for range n {
			next := last
			head = coro.CreateTask(co, func(co *coro.Co) (int, error) { return next.Await(co) })
			last = head
		}
		if err := coro.Sleep(co, 0); err != nil {
			return 0, err
		}
		require.True(t, head.Cancel("enough"))
		_, err := head.Await(co)
		require.ErrorIs(t, err, future.ErrCanceled)
		require.True(t, end.Canceled())
		return 0, nil
	}, loop.VirtualTime(true))
	require.NoError(t, err)
}

// The one in a circle that gets the cancellation may be told that it was not meant:
// it goes on waiting.
func TestCircleCanceledAndUncanceled(t *testing.T) {
	noLeak(t)
	_, err := loop.Run(func(co *coro.Co) (int, error) {
		tasks := circle(co, 2)
		require.NoError(t, coro.Sleep(co, 0))
		require.True(t, tasks[0].Cancel())
		require.Equal(t, 0, tasks[0].Uncancel())
		require.Equal(t, 0, tasks[1].Uncancel())
		require.NoError(t, coro.Sleep(co, time.Second))
		require.False(t, tasks[0].Done())
		require.False(t, tasks[1].Done())
		require.True(t, tasks[1].Cancel())
		_, err := tasks[0].Await(co)
		require.ErrorIs(t, err, future.ErrCanceled)
		return 0, nil
	}, loop.VirtualTime(true))
	require.NoError(t, err)
}
