package coro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_eager_task_factory_set
// CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_eager_completion
func TestEagerTaskThatNeverSuspends(t *testing.T) {
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, returning("hello", nil))
		require.True(t, task.Done())
		require.Zero(t, countTicks(t, co, func() {
			v, err := task.Await(co)
			require.NoError(t, err)
			require.Equal(t, "hello", v)
		}))
		failed := coro.CreateTask(co, returning(0, errTest))
		require.Same(t, errTest, failed.Err())
		return nil
	}, loop.EagerTasks(true))
}

// CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_await_future_during_eager_step
func TestEagerTaskSetsFuture(t *testing.T) {
	run(t, func(co *coro.Co) error {
		f := loop.CreateFuture[string](loop.Of(co))
		task := coro.CreateTask(co, coro.Do(func(*coro.Co) error { return f.SetResult("my message") }))
		require.True(t, task.Done())
		v, err := f.Await(co)
		require.Equal(t, "my message", v)
		return err
	}, loop.EagerTasks(true))
}

// CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_block_after_eager_step
func TestEagerTaskThatSuspends(t *testing.T) {
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, sleepThen(100*ms, "finished after blocking", nil))
		require.False(t, task.Done())
		v, err := task.Await(co)
		require.Equal(t, "finished after blocking", v)
		require.Equal(t, 100*ms, loop.Of(co).Time())
		return err
	}, loop.EagerTasks(true))
}

// CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_cancellation_after_eager_completion
func TestCancelEagerTaskThatIsDone(t *testing.T) {
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, returning("finished without blocking", nil))
		require.False(t, task.Cancel())
		v, err := task.Await(co)
		require.Equal(t, "finished without blocking", v)
		require.False(t, task.Canceled())
		return err
	}, loop.EagerTasks(true))
}

// CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_cancellation_after_eager_step_blocks
func TestCancelEagerTaskThatSuspended(t *testing.T) {
	l := testkit.NewLoop(t, loop.EagerTasks(true))
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		task := coro.CreateTask(co, testkit.Sleeping(100*ms))
		task.Cancel("cancellation message")
		require.Equal(t, 1, task.Canceling())
		_, err := task.Await(co)
		return err
	}))
	testkit.RequireCanceled(t, err, "cancellation message")
	require.Zero(t, l.Time())
}

// CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_current_task
func TestEagerTaskIsCurrentTask(t *testing.T) {
	l := testkit.NewLoop(t, loop.EagerTasks(true))
	var tr testkit.Trace
	nested := func(co *coro.Co) {
		outer := coro.CurrentTask(l)
		var seen coro.AnyTask
		task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			seen = coro.CurrentTask(l)
			tr.Add("%s begins", seen.Name())
			inner := coro.CreateTask(co, testkit.Sleeping(ms), coro.Name("inner"))
			require.Same(t, seen, coro.CurrentTask(l), "after the inner one has suspended")
			_, err := inner.Await(co)
			require.Same(t, seen, coro.CurrentTask(l))
			tr.Add("%s ends", seen.Name())
			return err
		}), coro.Name("outer"))
		require.Same(t, task, seen)
		require.True(t, outer == coro.CurrentTask(l))
		if co != nil {
			_, err := task.Await(co)
			require.NoError(t, err)
			require.Same(t, outer, coro.CurrentTask(l))
		}
	}
	testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
		nested(co)
		l.CallSoon(func() { nested(nil) }) // from a callback, in which there is none
		return coro.Sleep(co, time.Second)
	}))
	require.Equal(t, testkit.Trace{"outer begins", "outer ends", "outer begins", "outer ends"}, tr)
}

// CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_all_tasks_with_eager_completion
// CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_all_tasks_with_blocking
func TestEagerTaskIsAmongAllTasks(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var during []coro.AnyTask
		f1, f2 := loop.CreateFuture[int](loop.Of(co)), loop.CreateFuture[int](loop.Of(co))

		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			during = coro.AllTasks(co)
			return nil
		}))
		require.Equal(t, []coro.AnyTask{co.Task(), task}, during)
		require.Equal(t, []coro.AnyTask{co.Task()}, coro.AllTasks(co))

		task = coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			during = coro.AllTasks(co)
			_, err := f1.Await(co)
			require.NoError(t, f2.SetResult(0))
			return err
		}))
		require.Equal(t, []coro.AnyTask{co.Task(), task}, during)
		require.Equal(t, []coro.AnyTask{co.Task(), task}, coro.AllTasks(co))
		require.NoError(t, f1.SetResult(0))
		_, err := f2.Await(co)
		require.Equal(t, []coro.AnyTask{co.Task()}, coro.AllTasks(co))
		return err
	}, loop.EagerTasks(true))
}

// CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_context_vars
func TestEagerTaskHasContextOfItsOwn(t *testing.T) {
	v := coro.NewVar("v", 0)
	var tr testkit.Trace
	run(t, func(co *coro.Co) error {
		v.Set(co, 1)
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			tr.Add("first step: %d", v.Get(co))
			v.Set(co, 2)
			require.Equal(t, 2, v.Get(loop.Of(co)), "the context of what runs")
			err := coro.Sleep(co, 100*ms)
			tr.Add("second step: %d", v.Get(co))
			v.Set(co, 3)
			return err
		}))
		tr.Add("created: %d", v.Get(co))
		require.Equal(t, 1, v.Get(loop.Of(co)))
		_, err := task.Await(co)
		tr.Add("done: %d", v.Get(co))
		return err
	}, loop.EagerTasks(true))
	require.Equal(t, testkit.Trace{"first step: 1", "created: 1", "second step: 2", "done: 1"}, tr)
}

// The option of CreateTask has the last word, and in a loop that does not run nothing
// is eager.
func TestEagerOption(t *testing.T) {
	for _, test := range []struct {
		name    string
		byLoop  bool
		opts    []coro.TaskOption
		outside bool
		done    bool
	}{
		{"not asked for", false, nil, false, false},
		{"by the loop", true, nil, false, true},
		{"by the task", false, []coro.TaskOption{coro.Eager(true)}, false, true},
		{"not by the task", true, []coro.TaskOption{coro.Eager(false)}, false, false},
		{"by the loop, with another option", true, []coro.TaskOption{coro.Name("x")}, false, true},
		{"outside of a running loop", true, []coro.TaskOption{coro.Eager(true)}, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t, loop.EagerTasks(test.byLoop))
			create := func(s coro.Spawner) *coro.Task[int] {
				task := coro.CreateTask(s, returning(1, nil), test.opts...)
				require.Equal(t, test.done, task.Done())
				return task
			}
			if test.outside {
				_, err := loop.RunUntilComplete(l, create(l))
				require.NoError(t, err)
				return
			}
			testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
				create(l)
				require.NoError(t, coro.Group(co, func(g *coro.TaskGroup) error {
					create(g)
					return nil
				}))
				_, err := create(co).Await(co)
				return err
			}))
		})
	}
}

// An eager task knows its name in its first step.
func TestEagerTaskKnowsItsName(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var names []string
		note := coro.Do(func(co *coro.Co) error {
			names = append(names, co.Name(), coro.CurrentTask(co).Name())
			return nil
		})
		coro.CreateTask(co, note, coro.Name("given"))
		coro.CreateTask(co, note)
		require.Equal(t, []string{"given", "given", "Task-2", "Task-2"}, names)
		return nil
	}, loop.EagerTasks(true))
}

// What an eager task and its creator ask of each other during the first step.
func TestCancelDuringEagerStep(t *testing.T) {
	t.Run("itself, and returns", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			task := coro.CreateTask(co, func(co *coro.Co) (int, error) {
				co.Task().Cancel("self")
				return 42, nil
			}, coro.Eager(true))
			require.True(t, task.Canceled())
			testkit.RequireCanceled(t, task.Err(), "self")
			return nil
		})
	})
	t.Run("itself, and suspends", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			f := loop.CreateFuture[int](loop.Of(co))
			task := coro.CreateTask(co, func(co *coro.Co) (int, error) {
				co.Task().Cancel("self")
				return f.Await(co)
			}, coro.Eager(true))
			require.True(t, f.Canceled(), "at once")
			require.False(t, task.Done())
			_, err := task.Await(co)
			testkit.RequireCanceled(t, err, "self")
			return nil
		})
	})
	t.Run("its creator", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(*coro.Co) error {
				co.Task().Cancel("by the child")
				return nil
			}), coro.Eager(true))
			require.Equal(t, 1, co.Task().Canceling())
			testkit.RequireCanceled(t, coro.Sleep(co, time.Hour), "by the child")
			require.Zero(t, loop.Of(co).Time())
			return nil
		})
	})
}

// A gather of tasks that end in their first step is done when it is made.
func TestEagerGather(t *testing.T) {
	run(t, func(co *coro.Co) error {
		g := coro.Gather(co, returning(1, nil), returning(2, nil))
		require.True(t, g.Done())
		failed := coro.Gather(co, returning(1, nil), returning(0, errTest), sleepThen(time.Second, 3, nil))
		require.Same(t, errTest, failed.Err())
		require.Equal(t, 0, countTicks(t, co, func() {
			v, err := g.Await(co)
			require.NoError(t, err)
			require.Equal(t, []int{1, 2}, v)
		}))
		pending := coro.Gather(co, returning(1, nil), yielding(1))
		require.False(t, pending.Done())
		require.Equal(t, 3, countTicks(t, co, func() { // the yield is over after the first
			_, err := coro.Gather(co, returning(1, nil), yielding(1)).Await(co)
			require.NoError(t, err)
		}))
		return nil
	}, loop.EagerTasks(true))
}

// Nothing but the first task, which comes before the loop runs, waits for its first step.
//
// CPython: test_eager_task_factory.BaseTaskCountingTests.test_awaitables_chain
// CPython: test_eager_task_factory.BaseTaskCountingTests.test_recursive_taskgroups
// CPython: test_eager_task_factory.BaseTaskCountingTests.test_recursive_gather
func TestEagerTaskCount(t *testing.T) {
	var scheduled int // tasks whose first step came after CreateTask had returned
	creating := func(create func(creating *bool)) {
		during := true
		create(&during)
		during = false
	}
	begin := func(creating *bool) {
		if !*creating {
			scheduled++
		}
	}
	var chain, groups, gathers func(creating *bool, depth int) coro.Func[int]
	chain = func(creating *bool, depth int) coro.Func[int] {
		return func(co *coro.Co) (int, error) {
			if depth == 100 {
				begin(creating)
			}
			if depth == 0 {
				return 0, nil
			}
			n, err := chain(creating, depth-1).Await(co)
			return 1 + n, err
		}
	}
	groups = func(during *bool, depth int) coro.Func[int] {
		return func(co *coro.Co) (int, error) {
			begin(during)
			if depth == 0 {
				return 0, nil
			}
			return 0, coro.Group(co, func(g *coro.TaskGroup) error {
				for range 5 {
					creating(func(during *bool) { coro.CreateTask(g, groups(during, depth-1)) })
				}
				return nil
			})
		}
	}
	gathers = func(during *bool, depth int) coro.Func[int] {
		return func(co *coro.Co) (int, error) {
			begin(during)
			if depth == 0 {
				return 0, nil
			}
			var g coro.Awaitable[[]int]
			creating(func(during *bool) {
				f := gathers(during, depth-1)
				g = coro.Gather(co, f, f, f, f, f)
			})
			_, err := g.Await(co)
			return 0, err
		}
	}
	for _, test := range []struct {
		name        string
		main        func(creating *bool, depth int) coro.Func[int]
		depth       int
		lazy, eager int
	}{
		{"chain", chain, 100, 1, 1},
		{"groups", groups, 4, 781, 1},
		{"gathers", gathers, 4, 781, 1},
	} {
		for _, eager := range []bool{false, true} {
			name, want := test.name+"/lazy", test.lazy
			if eager {
				name, want = test.name+"/eager", test.eager
			}
			t.Run(name, func(t *testing.T) {
				scheduled = 0
				testkit.Complete(t, testkit.NewLoop(t, loop.EagerTasks(eager)), test.main(new(bool), test.depth))
				require.Equal(t, want, scheduled)
			})
		}
	}
}

// Whether an argument of a gather is done is settled in its turn: one that a later
// argument finishes in its eager first step still has its callback.
func TestEagerGatherOfFutureThatIsSetMeanwhile(t *testing.T) {
	run(t, func(co *coro.Co) error {
		f := loop.CreateFuture[int](loop.Of(co))
		set := func(*coro.Co) (int, error) { return 2, f.SetResult(1) }
		require.Equal(t, 2, countTicks(t, co, func() {
			g := coro.Gather(co, coro.Awaitable[int](f), coro.Func[int](set))
			require.False(t, g.Done())
			v, err := g.Await(co)
			require.NoError(t, err)
			require.Equal(t, []int{1, 2}, v)
		}))
		return nil
	}, loop.EagerTasks(true))
}
