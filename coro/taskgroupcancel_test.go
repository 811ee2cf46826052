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

// The task around a group, or around several, is canceled after a while.
func TestCancelGroup(t *testing.T) {
	type programs struct {
		name  string
		after time.Duration
		main  func(co *coro.Co, tr *testkit.Trace) error
		check func(t *testing.T, err error)
		want  testkit.Trace
	}
	canceled := func(t *testing.T, err error) { testkit.RequireCanceled(t, err) }
	// child notes how its sleep ends.
	child := func(tr *testkit.Trace) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			err := coro.Sleep(co, 5*time.Second)
			tr.At(co, "child %s", outcome(err))
			return err
		}
	}
	fiveTimes := func(g *coro.TaskGroup, f coro.Func[coro.None]) {
		for range 5 {
			coro.CreateTask(g, f)
		}
	}
	for _, test := range []programs{
		// CPython: test_taskgroups.TestTaskGroup.test_cancellation
		{"while it waits", 100 * ms, func(co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				fiveTimes(g, coro.Do(child(tr)))
				return nil
			})
		}, canceled, testkit.Trace{
			"100ms child CancelledError", "100ms child CancelledError", "100ms child CancelledError",
			"100ms child CancelledError", "100ms child CancelledError",
		}},
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_07
		{"while its body runs", 100 * ms, func(co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				for range 2 {
					testkit.Spawn(g, child(tr))
				}
				err := coro.Sleep(co, 10*time.Second)
				tr.At(co, "body %s", outcome(err))
				return err
			})
		}, canceled, testkit.Trace{"100ms body CancelledError", "100ms child CancelledError", "100ms child CancelledError"}},
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_08
		{"and the tasks fail over it", 100 * ms, func(co *coro.Co, _ *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				fiveTimes(g, cleaningUp(10*time.Second, errTest))
				return coro.Sleep(co, 10*time.Second)
			})
		}, func(t *testing.T, err error) { requireGroup(t, err, errTest, errTest, errTest, errTest, errTest) }, nil},
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_11
		{"and the tasks of an inner one fail over it", 100 * ms, func(co *coro.Co, _ *testkit.Trace) error {
			return coro.Group(co, func(*coro.TaskGroup) error {
				return coro.Group(co, func(inner *coro.TaskGroup) error {
					fiveTimes(inner, cleaningUp(10*time.Second, errTest))
					return coro.Sleep(co, 10*time.Second)
				})
			})
		}, func(t *testing.T, err error) {
			requireGroup(t, nested(t, err), errTest, errTest, errTest, errTest, errTest)
		}, nil},
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_12
		{"and the tasks of an inner one fail over it, those of the outer do not", 100 * ms, func(co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(outer *coro.TaskGroup) error {
				testkit.Spawn(outer, child(tr))
				return coro.Group(co, func(inner *coro.TaskGroup) error {
					fiveTimes(inner, cleaningUp(10*time.Second, errTest))
					return coro.Sleep(co, 10*time.Second)
				})
			})
		}, func(t *testing.T, err error) {
			requireGroup(t, nested(t, err), errTest, errTest, errTest, errTest, errTest)
		}, testkit.Trace{"100ms child CancelledError"}},
		// The body wants half a second to clean up. A task fails of itself meanwhile, at
		// 300 ms, and the body is canceled once more.
		//
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_15
		{"and a task fails while the body cleans up", 100 * ms, func(co *coro.Co, tr *testkit.Trace) error {
			return lingering(co, tr)
		}, func(t *testing.T, err error) { requireGroup(t, err, errTest) }, testkit.Trace{"100ms body CancelledError", "300ms cleanup CancelledError"}},
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_16
		{"in an inner task, and a task fails while the body cleans up", 100 * ms, func(co *coro.Co, tr *testkit.Trace) error {
			_, err := testkit.Spawn(co, func(co *coro.Co) error { return lingering(co, tr) }).Await(co)
			return err
		}, func(t *testing.T, err error) { requireGroup(t, err, errTest) }, testkit.Trace{"100ms body CancelledError", "300ms cleanup CancelledError"}},
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_17
		{"without tasks", 100 * ms, func(co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(*coro.TaskGroup) error {
				err := coro.Sleep(co, 10*time.Second)
				tr.At(co, "body %s", outcome(err))
				return err
			})
		}, canceled, testkit.Trace{"100ms body CancelledError"}},
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_18
		{"and the body fails over it", 100 * ms, func(co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(*coro.TaskGroup) error {
				tr.At(co, "body %s", outcome(coro.Sleep(co, 10*time.Second)))
				return errOther
			})
		}, func(t *testing.T, err error) { requireGroup(t, err, errOther) }, testkit.Trace{"100ms body CancelledError"}},
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_22
		{"while it waits for different times", 50 * ms, func(co *coro.Co, _ *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, testkit.Sleeping(time.Second))
				coro.CreateTask(g, testkit.Sleeping(2*time.Second))
				return nil
			})
		}, canceled, nil},
		{"and the body goes on as if nothing were", 100 * ms, func(co *coro.Co, tr *testkit.Trace) error {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, child(tr))
				tr.At(co, "body %s", outcome(coro.Sleep(co, 10*time.Second)))
				return nil
			})
			tr.At(co, "group %s", outcome(err))
			return err
		}, func(t *testing.T, err error) { require.NoError(t, err) }, testkit.Trace{
			"100ms body CancelledError", "5s child ok", "5s group ok",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBothModes(t, func(t *testing.T, co *coro.Co) error {
				var tr testkit.Trace
				test.check(t, canceledAfter(t, co, test.after, func(co *coro.Co) error { return test.main(co, &tr) }))
				require.Equal(t, test.want, tr)
				return nil
			})
		})
	}
}

// lingering is a group with a task that fails at 300 ms, whose body wants 500 ms to
// clean up after a cancellation.
func lingering(co *coro.Co, tr *testkit.Trace) error {
	return coro.Group(co, func(g *coro.TaskGroup) error {
		coro.CreateTask(g, crashAfter(300*ms, errTest))
		err := coro.Sleep(co, 10*time.Second)
		tr.At(co, "body %s", outcome(err))
		if cleanup := coro.Sleep(co, 500*ms); cleanup != nil {
			tr.At(co, "cleanup %s", outcome(cleanup))
			return cleanup
		}
		return err
	})
}

// Of the cancel requests those are left that the group has not made itself.
func TestGroupCancellingLevel(t *testing.T) {
	// CPython: test_taskgroups.TestTaskGroup.test_cancelling_level_preserved
	t.Run("a task fails", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, crashAfter(0, errTest))
				return nil
			})
			requireGroup(t, err, errTest)
			require.Zero(t, co.Task().Canceling())
			return coro.Sleep(co, 0)
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_nested_groups_both_cancelled
	t.Run("tasks of two groups fail", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			err := coro.Group(co, func(outer *coro.TaskGroup) error {
				err := coro.Group(co, func(inner *coro.TaskGroup) error {
					coro.CreateTask(inner, crashAfter(0, errTest))
					coro.CreateTask(outer, crashAfter(0, errOther))
					return nil
				})
				requireGroup(t, err, errTest)
				require.Equal(t, 1, co.Task().Canceling())
				return nil
			})
			requireGroup(t, err, errOther)
			require.Zero(t, co.Task().Canceling())
			return coro.Sleep(co, 0)
		})
	})
	// The cancellation from outside gives way to the error, and comes out of the next
	// await.
	//
	// CPython: test_taskgroups.TestTaskGroup.test_error_and_cancel
	t.Run("a task fails, and the task around is canceled", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			began := loop.CreateFuture[coro.None](loop.Of(co))
			task := testkit.Spawn(co, func(co *coro.Co) error {
				err := coro.Group(co, func(g *coro.TaskGroup) error {
					testkit.Spawn(g, func(co *coro.Co) error {
						future.Resolve(began, coro.None{})
						require.NoError(t, coro.Sleep(co, 0))
						return errTest
					})
					err := coro.Sleep(co, time.Second)
					require.Error(t, err, "the sleep in the group should have been canceled")
					return err
				})
				requireGroup(t, err, errTest)
				require.Equal(t, 1, co.Task().Canceling())
				err = coro.Sleep(co, time.Second)
				require.Error(t, err, "the sleep after the group should have been canceled")
				require.Equal(t, 1, co.Task().Canceling())
				return err
			})
			_, err := began.Await(co)
			require.NoError(t, err)
			require.Zero(t, task.Canceling())
			task.Cancel()
			require.Equal(t, 1, task.Canceling())
			_, err = task.Await(co)
			testkit.RequireCanceled(t, err)
			require.True(t, task.Canceled())
			return nil
		})
	})
	// From here on they are regressions of 3.14, where eager tasks came to the groups.
	t.Run("a task fails at once", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, returning(coro.None{}, errTest))
				return nil
			})
			requireGroup(t, err, errTest)
			require.Zero(t, co.Task().Canceling())
			return coro.Sleep(co, 0) // the cancellation does not leak out of the group
		})
	})
	t.Run("a task of a task fails at once", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			ran := false
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, func(co *coro.Co) error {
					coro.CreateTask(g, returning(coro.None{}, errTest))
					err := coro.Sleep(co, 0) // where an eager one is told
					if err == nil {
						err = coro.Sleep(co, 0) // where a lazy one is
					}
					testkit.RequireCanceled(t, err)
					ran = true
					return nil
				})
				return nil
			})
			requireGroup(t, err, errTest)
			require.True(t, ran)
			return nil
		})
	})
}

// A group takes no tasks when it has ended, or is about to.
func TestGroupRefusesTasks(t *testing.T) {
	refused := func(t *testing.T, g *coro.TaskGroup, why string) {
		t.Helper()
		before := len(coro.AllTasks(g))
		require.PanicsWithError(t, "coro: the task group takes no more tasks: "+why, func() {
			testkit.Spawn(g, func(*coro.Co) error {
				t.Error("the refused function runs")
				return nil
			})
		})
		require.Len(t, coro.AllTasks(g), before)
	}
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_no_create_task_after_failure
	t.Run("after a failure", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			asked := false
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, crashAfter(ms, errTest))
				testkit.Spawn(g, func(co *coro.Co) error {
					testkit.RequireCanceled(t, coro.Sleep(co, time.Second))
					refused(t, g, "it is shutting down")
					asked = true
					return nil
				})
				return nil
			})
			require.True(t, asked)
			requireGroup(t, err, errTest)
			return nil
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_finished
	// CPython: test_taskgroups.TestTaskGroup.test_coro_closed_when_tg_closed
	t.Run("after its end", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			for _, body := range []func(g *coro.TaskGroup) error{
				func(*coro.TaskGroup) error { return nil },
				func(*coro.TaskGroup) error { return errTest },
				func(g *coro.TaskGroup) error { testkit.Spawn(g, func(*coro.Co) error { return nil }); return nil },
			} {
				var group *coro.TaskGroup
				err := coro.Group(co, func(g *coro.TaskGroup) error {
					group = g
					return body(g)
				})
				if err != nil {
					requireGroup(t, err, errTest)
				}
				refused(t, group, "it has ended")
				require.NoError(t, coro.Sleep(co, 0))
			}
			return nil
		})
	})
	t.Run("when its last task has ended, and it is about to end", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			asked := false
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, testkit.Sleeping(ms)).AddDoneCallback(func() {
					asked = true
					refused(t, g, "it has ended")
				})
				return nil
			})
			require.True(t, asked)
			return err
		})
	})
	// A callback has no task that could be the parent.
	//
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_without_parent_task
	t.Run("without a parent", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			asked := false
			loop.Of(co).CallSoon(func() {
				asked = true
				require.Panics(t, func() {
					_ = coro.Group(co, func(*coro.TaskGroup) error {
						t.Error("the body runs")
						return nil
					})
				})
			})
			err := coro.Sleep(co, 0)
			require.True(t, asked)
			return err
		})
	})
}
