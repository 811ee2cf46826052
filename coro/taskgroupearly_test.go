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

// A group ends early, and says nothing about it.
func TestGroupCancel(t *testing.T) {
	// child notes how its sleep of ten seconds ends.
	child := func(tr *testkit.Trace) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			err := coro.Sleep(co, 10*time.Second)
			tr.At(co, "child %s", outcome(err))
			return err
		}
	}
	for _, test := range []struct {
		name string
		main func(t *testing.T, co *coro.Co, tr *testkit.Trace) error
		want testkit.Trace
	}{
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_cancel_children
		{"with tasks that have begun", func(t *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, child(tr))
				testkit.Spawn(g, child(tr))
				require.NoError(t, coro.Sleep(co, 0))
				g.Cancel()
				return nil
			})
		}, testkit.Trace{"0s child CancelledError", "0s child CancelledError", "0s group ok"}},
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_cancel_body
		{"in its body", func(_ *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				g.Cancel()
				tr.At(co, "goes on up to its next await")
				err := coro.Sleep(co, 0)
				tr.At(co, "body %s", outcome(err))
				return err
			})
		}, testkit.Trace{"0s goes on up to its next await", "0s body CancelledError", "0s group ok"}},
		{"in its body, which awaits nothing more", func(_ *testing.T, co *coro.Co, _ *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				g.Cancel()
				return nil
			})
		}, testkit.Trace{"0s group ok"}},
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_cancel_idempotent
		{"twice", func(t *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				g.Cancel()
				g.Cancel()
				require.Equal(t, 1, co.Task().Canceling())
				err := coro.Sleep(co, 0)
				tr.At(co, "body %s", outcome(err))
				return err
			})
		}, testkit.Trace{"0s body CancelledError", "0s group ok"}},
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_cancel_after_exit
		{"after its end", func(t *testing.T, co *coro.Co, _ *testkit.Trace) error {
			var ended *coro.TaskGroup
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				ended = g
				return coro.Sleep(co, 0)
			})
			ended.Cancel()
			require.Zero(t, co.Task().Canceling())
			return err
		}, testkit.Trace{"0s group ok"}},
		{"while it waits for its tasks", func(_ *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, child(tr))
				loop.Of(co).CallLater(time.Second, g.Cancel)
				return nil
			})
		}, testkit.Trace{"1s child CancelledError", "1s group ok"}},
		{"while its body waits", func(_ *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, child(tr))
				loop.Of(co).CallLater(time.Second, g.Cancel)
				err := coro.Sleep(co, 10*time.Second)
				tr.At(co, "body %s", outcome(err))
				return err
			})
		}, testkit.Trace{"1s child CancelledError", "1s body CancelledError", "1s group ok"}},
		{"and its body swallows that", func(_ *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				g.Cancel()
				tr.At(co, "body %s", outcome(coro.Sleep(co, time.Second)))
				tr.At(co, "body %s", outcome(coro.Sleep(co, time.Second)))
				return nil
			})
		}, testkit.Trace{"0s body CancelledError", "1s body ok", "1s group ok"}},
		{"and a task takes its time to end", func(_ *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, func(co *coro.Co) error {
					err := coro.Sleep(co, 10*time.Second)
					tr.At(co, "cleans up %s", outcome(coro.Sleep(co, 2*time.Second)))
					return err
				})
				loop.Of(co).CallLater(time.Second, g.Cancel)
				return nil
			})
		}, testkit.Trace{"3s cleans up ok", "3s group ok"}},
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_cancel_one_winner
		{"by the first of its tasks that is done", func(t *testing.T, co *coro.Co, tr *testkit.Trace) error {
			// What the others are doing does not end.
			event := loop.CreateFuture[coro.None](loop.Of(co))
			winner := 0
			racer := func(g *coro.TaskGroup, n int, first func(co *coro.Co) error) {
				testkit.Spawn(g, func(co *coro.Co) error {
					tr.At(co, "%d started", n)
					if err := first(co); err != nil {
						return err
					}
					tr.At(co, "%d finished", n)
					winner = n
					g.Cancel()
					return nil
				})
			}
			waits := func(co *coro.Co) error {
				_, err := coro.Shield(co, event).Await(co)
				return err
			}
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				racer(g, 1, waits)
				racer(g, 2, waits)
				racer(g, 3, func(co *coro.Co) error {
					future.Resolve(event, coro.None{})
					return coro.Sleep(co, 10*time.Second)
				})
				return nil
			})
			require.Equal(t, 1, winner)
			return err
		}, testkit.Trace{"0s 1 started", "0s 2 started", "0s 3 started", "0s 1 finished", "0s group ok"}},
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_cancel_from_child_before_first_suspension
		{"by a task in its first step", func(_ *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, func(co *coro.Co) error {
					g.Cancel()
					return child(tr)(co)
				})
				return nil
			})
		}, testkit.Trace{"0s child CancelledError", "0s group ok"}},
		{"inside another, which goes on", func(_ *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(outer *coro.TaskGroup) error {
				testkit.Spawn(outer, child(tr))
				err := coro.Group(co, func(inner *coro.TaskGroup) error {
					testkit.Spawn(inner, child(tr))
					loop.Of(co).CallLater(time.Second, inner.Cancel)
					return nil
				})
				tr.At(co, "inner group %s", outcome(err))
				return err
			})
		}, testkit.Trace{"1s child CancelledError", "1s inner group ok", "10s child ok", "10s group ok"}},
		{"around another, which is canceled from outside then", func(t *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(outer *coro.TaskGroup) error {
				testkit.Spawn(outer, child(tr))
				loop.Of(co).CallLater(time.Second, outer.Cancel)
				err := coro.Group(co, func(inner *coro.TaskGroup) error {
					testkit.Spawn(inner, child(tr))
					return nil
				})
				tr.At(co, "inner group %s", outcome(err))
				require.Equal(t, 1, co.Task().Canceling())
				return err
			})
		}, testkit.Trace{"1s child CancelledError", "1s child CancelledError", "1s inner group CancelledError", "1s group ok"}},
		{"and another inside it", func(_ *testing.T, co *coro.Co, tr *testkit.Trace) error {
			return coro.Group(co, func(outer *coro.TaskGroup) error {
				err := coro.Group(co, func(inner *coro.TaskGroup) error {
					testkit.Spawn(inner, child(tr))
					loop.Of(co).CallLater(time.Second, func() {
						inner.Cancel()
						outer.Cancel()
					})
					return nil
				})
				tr.At(co, "inner group %s", outcome(err))
				return err
			})
		}, testkit.Trace{"1s child CancelledError", "1s inner group CancelledError", "1s group ok"}},
		// Where a ranging ends early, yield says so to the iterator: no exception is thrown
		// into it, and none has to find its way out of the group.
		//
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_generator_exit_01
		{"by an iterator whose ranging ends early", func(_ *testing.T, co *coro.Co, tr *testkit.Trace) error {
			var err error
			numbers := func(yield func(int) bool) {
				err = coro.Group(co, func(g *coro.TaskGroup) error {
					testkit.Spawn(g, child(tr))
					for n := 1; ; n++ {
						if err := coro.Sleep(co, time.Second); err != nil {
							return err
						}
						if !yield(n) {
							g.Cancel()
							return nil
						}
					}
				})
			}
			for n := range numbers {
				if n == 2 {
					break
				}
			}
			return err
		}, testkit.Trace{"2s child CancelledError", "2s group ok"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBothModes(t, func(t *testing.T, co *coro.Co) error {
				var tr testkit.Trace
				err := test.main(t, co, &tr)
				tr.At(co, "group %s", outcome(err))
				require.Equal(t, test.want, tr)
				require.Zero(t, co.Task().Canceling())
				return coro.Sleep(co, 0) // the cancellation does not leak out of the group
			})
		})
	}
}

// A group that is canceled takes no more tasks.
func TestGroupCancelThenCreateTask(t *testing.T) {
	// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_cancel_before_create_task
	inBothModes(t, func(t *testing.T, co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			g.Cancel()
			requireInactive(t, g)
			return nil
		})
	})
}

func requireInactive(t *testing.T, g *coro.TaskGroup) {
	t.Helper()
	defer func() {
		err, ok := recover().(error)
		require.True(t, ok, "a task is refused")
		require.ErrorIs(t, err, coro.ErrGroupInactive)
	}()
	testkit.Spawn(g, func(*coro.Co) error {
		t.Error("a task that was refused runs")
		return nil
	})
}

// An early end hides no error.
func TestGroupCancelAndErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		body func(co *coro.Co, g *coro.TaskGroup) error
		want []error
	}{
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_cancel_before_exception
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_cancel_after_exception
		{"a task cancels and fails", func(co *coro.Co, g *coro.TaskGroup) error {
			testkit.Spawn(g, func(*coro.Co) error {
				g.Cancel()
				return errTest
			})
			return coro.Sleep(co, time.Second)
		}, []error{errTest}},
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_body_cancel_before_exception
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_body_cancel_after_exception
		{"the body cancels and fails", func(_ *coro.Co, g *coro.TaskGroup) error {
			g.Cancel()
			return errTest
		}, []error{errTest}},
		{"a task fails over it, and the body", func(co *coro.Co, g *coro.TaskGroup) error {
			coro.CreateTask(g, cleaningUp(10*time.Second, errTest))
			_ = coro.Sleep(co, 0)
			g.Cancel()
			return errOther
		}, []error{errTest, errOther}},
		{"a task fails, and then the group is canceled", func(co *coro.Co, g *coro.TaskGroup) error {
			coro.CreateTask(g, crashAfter(time.Second, errTest))
			coro.CreateTask(g, cleaningUp(10*time.Second, errOther))
			err := coro.Sleep(co, 10*time.Second)
			g.Cancel()
			return err
		}, []error{errTest, errOther}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBothModes(t, func(t *testing.T, co *coro.Co) error {
				err := coro.Group(co, func(g *coro.TaskGroup) error { return test.body(co, g) })
				requireGroup(t, err, test.want...)
				require.Zero(t, co.Task().Canceling())
				return coro.Sleep(co, 0)
			})
		})
	}
}

// An interrupt comes out alone, as it does of any group.
func TestGroupCancelAndInterrupt(t *testing.T) {
	inBothModes(t, func(t *testing.T, co *coro.Co) error {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			g.Cancel()
			return future.ErrKeyboardInterrupt
		})
		require.Equal(t, future.ErrKeyboardInterrupt, err)
		require.Equal(t, 1, co.Task().Canceling(), "CPython leaves the request there too")
		co.Task().Uncancel()
		return coro.Sleep(co, 0)
	})
}

// A cancellation from outside is not taken for the group's own.
func TestGroupCancelAndOutside(t *testing.T) {
	slow := func(co *coro.Co) error {
		err := coro.Sleep(co, 10*time.Second)
		_ = coro.Sleep(co, time.Second)
		return err
	}
	for _, test := range []struct {
		name string
		main func(co *coro.Co) error
		msg  []string
	}{
		// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_cancel_keeps_outer_cancellation
		{"while the group waits for its tasks to end", func(co *coro.Co) error {
			loop.Of(co).CallLater(200*ms, func() { co.Task().Cancel("outside") })
			return coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, slow)
				err := coro.Sleep(co, 100*ms)
				g.Cancel()
				return err
			})
		}, []string{"outside"}},
		// CPython loses the error of the body over it.
		{"while the group waits for its tasks to end, and the body has failed", func(co *coro.Co) error {
			loop.Of(co).CallLater(200*ms, func() { co.Task().Cancel("outside") })
			return coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, slow)
				_ = coro.Sleep(co, 100*ms)
				g.Cancel()
				return errTest
			})
		}, []string{"outside"}},
		{"before the group is", func(co *coro.Co) error {
			loop.Of(co).CallLater(100*ms, func() { co.Task().Cancel("outside") })
			return coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, slow)
				loop.Of(co).CallLater(200*ms, g.Cancel)
				return nil
			})
		}, []string{"outside"}},
		{"at the same time, before", func(co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				loop.Of(co).CallLater(100*ms, func() {
					co.Task().Cancel("outside")
					g.Cancel()
				})
				return coro.Sleep(co, time.Second)
			})
		}, []string{"outside"}},
		{"at the same time, after", func(co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				loop.Of(co).CallLater(100*ms, func() {
					g.Cancel()
					co.Task().Cancel("outside")
				})
				return coro.Sleep(co, time.Second)
			})
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBothModes(t, func(t *testing.T, co *coro.Co) error {
				task := testkit.Spawn(co, test.main)
				_, err := task.Await(co)
				testkit.RequireCanceled(t, err, test.msg...)
				require.True(t, task.Canceled())
				require.Equal(t, 1, task.Canceling())
				return nil
			})
		})
	}
	t.Run("a timeout around the group expires", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			err := coro.Timeout(co, 500*ms, func(*coro.TimeoutScope) error {
				return coro.Group(co, func(g *coro.TaskGroup) error {
					testkit.Spawn(g, slow)
					err := coro.Sleep(co, 100*ms)
					g.Cancel()
					return err
				})
			})
			requireTimeout(t, err)
			require.Zero(t, co.Task().Canceling())
			return coro.Sleep(co, 0)
		})
	})
	t.Run("the body awaits nothing, and the next await tells", func(t *testing.T) {
		inBothModes(t, func(t *testing.T, co *coro.Co) error {
			task := testkit.Spawn(co, func(co *coro.Co) error {
				err := coro.Group(co, func(g *coro.TaskGroup) error {
					g.Cancel()
					co.Task().Cancel()
					return nil
				})
				require.NoError(t, err)
				return coro.Sleep(co, 0)
			})
			_, err := task.Await(co)
			testkit.RequireCanceled(t, err)
			return nil
		})
	})
}
