package loop_test

import (
	"fmt"
	"iter"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

func deadlockOf(t *testing.T, main func(co *coro.Co) error) *loop.DeadlockError {
	t.Helper()
	l := loop.New(loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {})) // of Close: they are pending
	_, err := loop.RunUntilComplete(l, coro.Do(main))
	require.NoError(t, l.Close())
	var deadlock *loop.DeadlockError
	require.ErrorAs(t, err, &deadlock)
	return deadlock
}

// Main holds a lock and waits, in one way or another, for a child that waits for the lock.
func TestDeadlockSeesThrough(t *testing.T) {
	type child = coro.Awaitable[coro.None]
	group := func(co *coro.Co, c child) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Into(new(coro.None), c), coro.Name("member"))
			return nil
		})
	}
	for name, wait := range map[string]func(co *coro.Co, c child) error{
		"the child itself": func(co *coro.Co, c child) error { _, err := c.Await(co); return err },
		"gather":           func(co *coro.Co, c child) error { _, err := coro.Gather(co, c).Await(co); return err },
		"gather errors": func(co *coro.Co, c child) error {
			_, err := coro.GatherErrors(co, c.(future.Any)).Await(co)
			return err
		},
		"gather of shields": func(co *coro.Co, c child) error {
			_, err := coro.Gather(co, child(coro.Shield(co, c)), coro.Shield(co, c)).Await(co)
			return err
		},
		"gather of gathers": func(co *coro.Co, c child) error {
			g := coro.Awaitable[[]coro.None](coro.Gather(co, c))
			_, err := coro.Gather(co, coro.Awaitable[[][]coro.None](coro.Gather(co, g)), coro.Gather(co, g)).Await(co)
			return err
		},
		"wait": func(co *coro.Co, c child) error {
			_, _, err := coro.Wait(co, []future.Any{c.(future.Any), loop.CreateFuture[int](loop.Of(co))})
			return err
		},
		"as completed": func(co *coro.Co, c child) error {
			for next := range coro.AsCompleted(co, coro.Forever, c) {
				if _, err := next(co); err != nil {
					return err
				}
			}
			return nil
		},
		"as completed, futures": func(co *coro.Co, c child) error {
			for _, err := range coro.AsCompletedFutures(co, coro.Forever, c) {
				return err
			}
			return nil
		},
		"shield": func(co *coro.Co, c child) error { _, err := coro.Shield(co, c).Await(co); return err },
		"group":  group,
		"an iterator": func(co *coro.Co, c child) error {
			next, stop := iter.Pull(func(yield func(error) bool) {
				_, err := c.Await(co)
				yield(err)
			})
			defer stop()
			err, _ := next()
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := deadlockOf(t, func(co *coro.Co) error {
				var mu locks.Lock
				if err := mu.Acquire(co); err != nil {
					return err
				}
				return wait(co, coro.CreateTask(co, coro.Do(mu.Acquire), coro.Name("child")))
			})
			circle := []string{"Task-1", "child"}
			if name == "group" {
				circle = []string{"Task-1", "member", "child"}
			}
			require.Equal(t, [][]string{circle}, d.Circles)
			require.Equal(t, []string{fmt.Sprintf("task %q", circle[1])}, d.Tasks[0].Holders)
			require.ErrorContains(t, d, "deadlock_test.go")
			main, _, _ := strings.Cut(d.Error(), `task "child" waits`)
			require.Contains(t, main, "deadlock_test.go:", "where main stands")
		})
	}
}

// A task that ignores its cancellation keeps a wait_for with no time from ending.
func TestDeadlockOfWaitForZero(t *testing.T) {
	d := deadlockOf(t, func(co *coro.Co) error {
		me := co.Task().(*coro.Task[coro.None])
		stubborn := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			for !me.Done() {
				_, _ = coro.Shield(co, me).Await(co)
			}
			return nil
		}), coro.Name("stubborn"))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		_, err := coro.WaitFor(co, stubborn, 0)
		return err
	})
	require.Equal(t, [][]string{{"Task-1", "stubborn"}}, d.Circles)
}

// The report of tasks that all wait for each other is not larger than one of a few, and
// made in linear time of what there is.
func TestDeadlockOfMany(t *testing.T) {
	const n = 400
	for name, each := range map[string]func(co *coro.Co, all []coro.Awaitable[int], shared func() coro.Awaitable[[]int]) (int, error){
		"that gather each other": func(co *coro.Co, all []coro.Awaitable[int], _ func() coro.Awaitable[[]int]) (int, error) {
			_, err := coro.Gather(co, all...).Await(co)
			return 0, err
		},
		"that wait for one gather": func(co *coro.Co, _ []coro.Awaitable[int], shared func() coro.Awaitable[[]int]) (int, error) {
			_, err := shared().Await(co)
			return 0, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			d := deadlockOf(t, func(co *coro.Co) error {
				all := make([]coro.Awaitable[int], n)
				var gather *future.Future[[]int]
				shared := func() coro.Awaitable[[]int] {
					if gather == nil {
						gather = coro.Gather(co, all...)
					}
					return gather
				}
				for i := range all {
					all[i] = coro.CreateTask(co, func(co *coro.Co) (int, error) { return each(co, all, shared) })
				}
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
				runtime.ReadMemStats(&before)
				_, err := coro.Gather(co, all...).Await(co)
				return err
			})
			runtime.ReadMemStats(&after)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), "with what the gathers took")
			require.Len(t, d.Tasks, n+1)
			require.NotEmpty(t, d.Circles)
			require.LessOrEqual(t, len(d.Circles), 10)
			for _, names := range d.Circles {
				require.LessOrEqual(t, len(names), 21)
			}
			require.Less(t, len(d.Error()), 100_000)
			require.ErrorContains(t, d, `held by task "Task-2", task "Task-3", task "Task-4", task "Task-5", task "Task-6", and 395 more`)
			require.ErrorContains(t, d, "\n  and 301 more tasks\n")
			require.ErrorContains(t, d, " more circles")
		})
	}
}

// Of more tasks than are looked for the report says that they are the least.
func TestDeadlockOfMoreThanAreFollowed(t *testing.T) {
	for n, want := range map[int]string{999: "and 994 more", 1200: "and at least 995 more"} {
		d := deadlockOf(t, func(co *coro.Co) error {
			never := loop.CreateFuture[int](loop.Of(co))
			all := make([]coro.Awaitable[int], n)
			for i := range all {
				all[i] = coro.CreateTask(co, func(co *coro.Co) (int, error) { return never.Await(co) })
			}
			_, err := coro.Gather(co, all...).Await(co)
			return err
		})
		require.Len(t, d.Tasks, n+1)
		holders := d.Tasks[0].Holders
		require.Equal(t, []string{`task "Task-2"`, `task "Task-3"`}, holders[:2])
		require.Equal(t, want, holders[len(holders)-1])
		require.Len(t, holders, 6)
		require.ErrorContains(t, d, want)
	}
}

// Tasks of a circle are in the text, however many came before them.
func TestDeadlockShowsCircle(t *testing.T) {
	d := deadlockOf(t, func(co *coro.Co) error {
		for range 1000 {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, coro.Forever) }))
		}
		_, err := circle(co, 2)[0].Await(co)
		return err
	})
	require.ErrorContains(t, d, `task "Task-1003" waits for task "Task-1002"`)
	require.ErrorContains(t, d, "and 903 more tasks")
	require.Equal(t, [][]string{{"Task-1002", "Task-1003"}}, d.Circles)
	require.NotContains(t, d.Error(), "more circles")
}

// A circle of a great many is cut.
func TestDeadlockInLargeCircle(t *testing.T) {
	d := deadlockOf(t, func(co *coro.Co) error {
		_, err := circle(co, 10_000)[0].Await(co)
		return err
	})
	require.Len(t, d.Circles, 1)
	require.Len(t, d.Circles[0], 21)
	require.Equal(t, "and 9980 more", d.Circles[0][20])
	require.Len(t, d.Tasks, 10_001)
	require.NotEmpty(t, d.Tasks[999].At)
	require.Empty(t, d.Tasks[1000].At)
}
