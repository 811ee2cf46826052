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

func TestGroup(t *testing.T) {
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_01
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_02
	t.Run("waits for its tasks", func(t *testing.T) {
		for _, between := range []time.Duration{0, 150 * ms} {
			inBothModes(t, func(t *testing.T, co *coro.Co) error {
				var t1, t2 *coro.Task[int]
				err := coro.Group(co, func(g *coro.TaskGroup) error {
					t1 = coro.CreateTask(g, sleepThen(100*ms, 42, nil))
					err := coro.Sleep(co, between)
					t2 = coro.CreateTask(g, sleepThen(200*ms, 11, nil))
					return err
				})
				require.NoError(t, err)
				require.Equal(t, 200*ms+between, loop.Of(co).Time())
				for task, want := range map[*coro.Task[int]]int{t1: 42, t2: 11} {
					v, err := task.Result()
					require.NoError(t, err)
					require.Equal(t, want, v)
				}
				return nil
			})
		}
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_03
	t.Run("a canceled task disturbs nobody", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			var t1, t2 *coro.Task[int]
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				t1 = coro.CreateTask(g, sleepThen(time.Second, 42, nil))
				require.NoError(t, coro.Sleep(co, 150*ms))
				t1.Cancel()
				t2 = coro.CreateTask(g, sleepThen(200*ms, 11, nil))
				return nil
			})
			require.NoError(t, err)
			require.True(t, t1.Canceled())
			v, err := t2.Result()
			require.Equal(t, 11, v)
			return err
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_23
	t.Run("forgets the tasks that are done", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			var unfinished testkit.Trace
			look := func() { unfinished.At(co, "%s", waiter(loop.Of(co), co.Task()).Role().Describe()) }
			return coro.Group(co, func(g *coro.TaskGroup) error {
				for i := range 10 {
					coro.CreateTask(g, testkit.Sleeping(time.Duration(i/3+1)*100*ms))
				}
				for at := 50 * ms; at < 400*ms; at += 100 * ms {
					loop.Of(co).CallAt(at, look)
				}
				loop.Of(co).CallAt(399*ms, func() {
					require.Equal(t, testkit.Trace{
						"50ms task group (10 of 10 unfinished)", "150ms task group (7 of 10 unfinished)",
						"250ms task group (4 of 10 unfinished)", "350ms task group (1 of 10 unfinished)",
					}, unfinished)
				})
				return nil
			})
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_24
	t.Run("takes tasks of its tasks while it waits", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, func(co *coro.Co) error {
					err := coro.Sleep(co, 100*ms)
					coro.CreateTask(g, testkit.Sleeping(100*ms))
					coro.CreateTask(g, testkit.Sleeping(200*ms))
					return err
				})
				return nil
			})
			require.Equal(t, 300*ms, loop.Of(co).Time())
			return err
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_25
	t.Run("ends, however many tasks its tasks create", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			hydras := 0
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				var hydra func(co *coro.Co) error
				hydra = func(co *coro.Co) error {
					hydras++
					if err := coro.Sleep(co, 10*ms); err != nil {
						return err
					}
					testkit.Spawn(g, hydra)
					testkit.Spawn(g, hydra)
					return nil
				}
				testkit.Spawn(g, hydra)
				testkit.Spawn(g, func(co *coro.Co) error { // Hercules
					for hydras < 10 {
						if err := coro.Sleep(co, 15*ms); err != nil {
							return err
						}
					}
					return errTest
				})
				return nil
			})
			requireGroup(t, err, errTest)
			require.GreaterOrEqual(t, hydras, 10)
			return nil
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_task_name
	t.Run("names its tasks", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				var own string
				task := testkit.Spawn(g, func(co *coro.Co) error {
					own = co.Name()
					return coro.Sleep(co, 0)
				}, coro.Name("yolo"))
				require.Equal(t, "yolo", task.Name())
				_, err := task.Await(co)
				require.Equal(t, "yolo", own)
				return err
			})
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_task_context
	t.Run("runs its tasks in the context it is given", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			v := coro.NewVar("v", 0)
			return coro.Group(co, func(g *coro.TaskGroup) error {
				vars := co.Vars().Copy()
				_, set := v.Lookup(vars)
				require.False(t, set)
				for i := 1; i <= 2; i++ {
					task := testkit.Spawn(g, func(co *coro.Co) error {
						err := coro.Sleep(co, 0)
						v.Set(co, i)
						return err
					}, coro.InContext(vars))
					_, err := task.Await(co)
					require.NoError(t, err)
					require.Equal(t, i, v.Get(vars))
				}
				require.Zero(t, v.Get(co))
				return nil
			})
		})
	})
}

func TestGroupChildFails(t *testing.T) {
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_04
	t.Run("while the group waits", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			num, told := 0, false
			var t2 *coro.Task[coro.None]
			_, err := testkit.Spawn(co, func(co *coro.Co) error {
				err := coro.Group(co, func(g *coro.TaskGroup) error {
					coro.CreateTask(g, crashAfter(100*ms, errTest))
					t2 = testkit.Spawn(g, func(co *coro.Co) error {
						if err := coro.Sleep(co, time.Second); err != nil {
							testkit.RequireCanceled(t, err)
							told = true
							return err
						}
						num++
						return nil
					})
					return nil
				})
				if err != nil {
					return err
				}
				num += 10
				return nil
			}).Await(co)
			requireGroup(t, err, errTest)
			require.Zero(t, num)
			require.True(t, told)
			require.True(t, t2.Canceled())
			require.Equal(t, 100*ms, loop.Of(co).Time())
			return nil
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_cancel_children_on_child_error
	t.Run("while the body runs, with others at the same time", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			var tr testkit.Trace
			_, err := testkit.Spawn(co, func(co *coro.Co) error {
				return coro.Group(co, func(g *coro.TaskGroup) error {
					for range 3 {
						coro.CreateTask(g, crashAfter(100*ms, errTest))
					}
					testkit.Spawn(g, func(co *coro.Co) error {
						err := coro.Sleep(co, 5*time.Second)
						tr.At(co, "child %s", outcome(err))
						return err
					})
					err := coro.Sleep(co, 10*time.Second)
					tr.At(co, "body %s", outcome(err))
					return err
				})
			}).Await(co)
			requireGroup(t, err, errTest, errTest, errTest)
			require.Equal(t, testkit.Trace{"100ms child CancelledError", "100ms body CancelledError"}, tr)
			return nil
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_19
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_20a
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_21a
	t.Run("and so does the body, in its cleanup", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, crashAfter(100*ms, errTest))
				_, err := cleaningUp(10*time.Second, errOther)(co)
				return err
			})
			requireGroup(t, err, errTest, errOther) // the body's comes last
			require.Zero(t, co.Task().Canceling())
			return nil
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_20
	t.Run("and the body ends with what ends the program", func(t *testing.T) {
		for _, base := range []error{future.ErrKeyboardInterrupt, &future.SystemExit{Code: 2}} {
			inBothModes(t, func(t *testing.T, co *coro.Co) error {
				err := coro.Group(co, func(g *coro.TaskGroup) error {
					coro.CreateTask(g, crashAfter(100*ms, errTest))
					_, err := cleaningUp(10*time.Second, base)(co)
					return err
				})
				require.Equal(t, base, err, "alone")
				return nil
			})
		}
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_context_manager_exit_raises
	t.Run("and so does a deferred function of the body", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			_, err := testkit.Spawn(co, func(co *coro.Co) error {
				err := coro.Group(co, func(g *coro.TaskGroup) (err error) {
					defer func() { err = errOther }()
					testkit.Spawn(g, func(*coro.Co) error { return errTest })
					return coro.Sleep(co, time.Second)
				})
				require.Zero(t, co.Task().Canceling())
				requireGroup(t, err, errTest, errOther)
				return nil
			}).Await(co)
			require.Zero(t, loop.Of(co).Time())
			return err
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_13
	t.Run("around another group", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			_, err := testkit.Spawn(co, func(co *coro.Co) error {
				return coro.Group(co, func(outer *coro.TaskGroup) error {
					coro.CreateTask(outer, crashAfter(100*ms, errTest))
					return coro.Group(co, func(inner *coro.TaskGroup) error {
						coro.CreateTask(inner, crashAfter(10*time.Second, errOther))
						return nil
					})
				})
			}).Await(co)
			requireGroup(t, err, errTest)
			return nil
		})
	})
	// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_14
	t.Run("inside another group", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			_, err := testkit.Spawn(co, func(co *coro.Co) error {
				return coro.Group(co, func(outer *coro.TaskGroup) error {
					coro.CreateTask(outer, crashAfter(10*time.Second, errOther))
					return coro.Group(co, func(inner *coro.TaskGroup) error {
						coro.CreateTask(inner, crashAfter(100*ms, errTest))
						return nil
					})
				})
			}).Await(co)
			requireGroup(t, nested(t, err), errTest)
			return nil
		})
	})
}

func TestGroupBodyFails(t *testing.T) {
	for _, test := range []struct {
		name string
		wait func(co *coro.Co) error
	}{
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_09
		{"later", func(co *coro.Co) error { return coro.Sleep(co, 100*ms) }},
		// CPython: test_taskgroups.TestTaskGroup.test_taskgroup_10
		{"at once", func(*coro.Co) error { return nil }},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBothModes(t, func(t *testing.T, co *coro.Co) error {
				var t1, t2 *coro.Task[int]
				err := coro.Group(co, func(g *coro.TaskGroup) error {
					t1 = coro.CreateTask(g, sleepThen(time.Second, 42, nil))
					t2 = coro.CreateTask(g, sleepThen(2*time.Second, 11, nil))
					require.NoError(t, test.wait(co))
					return errTest
				})
				requireGroup(t, err, errTest)
				require.True(t, t1.Canceled())
				require.True(t, t2.Canceled())
				require.Less(t, loop.Of(co).Time(), time.Second)
				return nil
			})
		})
	}
}
