package coro_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

func own0(*coro.Co) (int, error)                   { return 0, nil }
func own1(_ *coro.Co, _ int) (int, error)          { return 0, nil }
func own2(_ *coro.Co, _, _ int) (int, error)       { return 0, nil }
func own3(*coro.Co, int, int, string) (int, error) { return 0, nil }
func do0(*coro.Co) error                           { return nil }
func do1(*coro.Co, string) error                   { return nil }
func do2(*coro.Co, string, int) error              { return nil }
func blocks(context.Context) (int, error)          { return 0, nil }
func blocksDo(context.Context) error               { return nil }
func generic[T any](*coro.Co) (T, error)           { var v T; return v, nil }

type page struct{}

func (*page) load(*coro.Co) (int, error)       { return 0, nil }
func (*page) Await(future.Waiter) (int, error) { return 0, nil }

// A task names the function that the program has written, however it was made fit.
func TestFunctionOfTask(t *testing.T) {
	var n int
	for name, create := range map[string]func(s coro.Spawner) coro.AnyTask{
		"own0":         func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, own0) },
		"own1":         func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, coro.Bind(own1, 1)) },
		"own2":         func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, coro.Bind2(own2, 1, 2)) },
		"own3":         func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, coro.Bind3(own3, 1, 2, "")) },
		"do0":          func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, coro.Do(do0)) },
		"do1":          func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, coro.Do1(do1, "")) },
		"do2":          func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, coro.Do2(do2, "", 1)) },
		"blocks":       func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, loop.ToThread(blocks)) },
		"blocksDo":     func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, loop.GoDo(blocksDo)) },
		"generic[...]": func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, generic[int]) },
		"(*page).load": func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, new(page).load) },
		"(*page).load ": func(s coro.Spawner) coro.AnyTask {
			return coro.CreateTask(s, coro.Into(&n, coro.Bind0(new(page).load)))
		},
		"own1 ": func(s coro.Spawner) coro.AnyTask {
			var v any
			return coro.CreateTask(s, coro.Into(&v, coro.AsAny(coro.Bind(own1, 1))))
		},
		"page.Await": func(s coro.Spawner) coro.AnyTask {
			return coro.EnsureFuture(s, coro.Awaitable[int](new(page))).(*coro.Task[int])
		},
		"page.Await ": func(s coro.Spawner) coro.AnyTask { return coro.CreateTask(s, coro.Into(&n, new(page))) },
	} {
		t.Run(name, func(t *testing.T) {
			name := name
			if name[len(name)-1] == ' ' {
				name = name[:len(name)-1]
			}
			run(t, func(co *coro.Co) error {
				task := create(co)
				require.Regexp(t, `^<Task "Task-2" PENDING .*coro_test\.\Q`+name+`\E\(\)>$`, task.String())
				require.NoError(t, coro.Sleep(co, 1))
				require.Regexp(t, `^<Task "Task-2" FINISHED .*coro_test\.\Q`+name+`\E\(\)>$`, task.String())
				return nil
			})
		})
	}
}

// What a task is created for without a mention of one has the name too.
func TestFunctionOfTaskOfGather(t *testing.T) {
	run(t, func(co *coro.Co) error {
		coro.Gather(co, coro.Bind(own1, 1))
		coro.Shield(co, coro.Bind0(own0))
		coro.AsCompleted(co, coro.Forever, coro.Do(do0))
		for i, name := range []string{"own1", "own0", "do0"} {
			require.Contains(t, coro.AllTasks(co)[i+1].String(), "coro_test."+name+"()>")
		}
		return coro.Sleep(co, 1)
	})
}

// In debug mode a task says where the program has created it.
func TestSiteOfTask(t *testing.T) {
	l := testkit.NewLoop(t, loop.Debug(true), loop.SlowCallback(1<<62))
	require.Regexp(t, `own0\(\) created at .*coro/name_test.go:\d+>$`, coro.CreateTask(l, own0).String())
	require.Regexp(t, `own0\(\) created at .*coro/name_test.go:\d+>$`, coro.CreateTask(l, own0, coro.Name("a")).String())
	testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
		coro.Gather(co, coro.Bind(own1, 1))
		tasks := coro.AllTasks(co)
		require.Regexp(t, `own1\(\) created at .*coro/name_test.go:\d+>$`, tasks[len(tasks)-1].String())
		return coro.Sleep(co, 1)
	}))
}

// A task that was submitted was created where Submit was called.
func TestSiteOfSubmittedTask(t *testing.T) {
	l := testkit.NewLoop(t, loop.Debug(true), loop.SlowCallback(1<<62))
	name := ""
	_, err := loop.Submit(l, func(co *coro.Co) (int, error) {
		name = co.Task().String()
		return 1, nil
	})
	require.NoError(t, err)
	testkit.Briefly(t, l)
	testkit.Briefly(t, l)
	require.Regexp(t, `coro_test\.TestSiteOfSubmittedTask\.func1\(\) created at .*coro/name_test.go:\d+>$`, name)
	require.Contains(t, fmt.Sprint(name), "PENDING")
}
