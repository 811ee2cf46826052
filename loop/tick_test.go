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

func noop(*coro.Co) (int, error) { return 1, nil }

// ticksOf is how many iterations f takes, or the part of it after a Restart. The
// clock of the loop is virtual, and stands still meanwhile.
func ticksOf(t *testing.T, f func(co *coro.Co, ticks *testkit.Ticks) error) int {
	t.Helper()
	n, err := loop.Run(func(co *coro.Co) (int, error) {
		ticks := testkit.CountTicks(loop.Of(co))
		defer ticks.Stop()
		if err := coro.Sleep(co, 0); err != nil {
			return 0, err
		}
		ticks.Restart()
		err := f(co, ticks)
		return ticks.N(), err
	}, loop.VirtualTime(true))
	require.NoError(t, err)
	return n
}

// The number of iterations that each operation takes, measured with CPython 3.14.
// Any other number is another order of events in somebody's program. Locks and
// queues have theirs in their own packages.
func TestTicks(t *testing.T) {
	timedOut := func(t *testing.T, err error) error {
		var te *future.TimeoutError
		require.ErrorAs(t, err, &te)
		return nil
	}
	canceled := func(t *testing.T, err error) error {
		require.ErrorIs(t, err, future.ErrCanceled)
		return nil
	}
	fn := coro.Func[int](noop)
	for _, test := range []struct {
		name string
		want int
		run  func(t *testing.T, co *coro.Co, ticks *testkit.Ticks) error
	}{
		{"await a coroutine that never suspends", 0, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			_, err := fn.Await(co)
			return err
		}},
		{"sleep(0)", 1, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error { return coro.Sleep(co, 0) }},
		{"sleep(-1)", 1, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error { return coro.Sleep(co, -time.Second) }},
		{"await create_task", 2, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			_, err := coro.CreateTask(co, noop).Await(co)
			return err
		}},
		{"await an eager task that never suspends", 0, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			_, err := coro.CreateTask(co, noop, coro.Eager(true)).Await(co)
			return err
		}},
		{"await a done future", 0, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			f := loop.CreateFuture[int](loop.Of(co))
			require.NoError(t, f.SetResult(1))
			_, err := f.Await(co)
			return err
		}},
		{"gather of one", 3, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			_, err := coro.Gather(co, fn).Await(co)
			return err
		}},
		{"gather of three", 3, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			_, err := coro.Gather(co, fn, fn, fn).Await(co)
			return err
		}},
		{"gather of none", 0, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			_, err := coro.Gather[int](co).Await(co)
			return err
		}},
		{"shield", 3, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			_, err := coro.Shield(co, fn).Await(co)
			return err
		}},
		{"cancel a sleeping task, then await it", 2, func(t *testing.T, co *coro.Co, ticks *testkit.Ticks) error {
			task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }))
			require.NoError(t, coro.Sleep(co, 0))
			ticks.Restart() // it sleeps
			task.Cancel()
			_, err := task.Await(co)
			return canceled(t, err)
		}},
		{"cancel an unstarted task, then await it", 2, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			task := coro.CreateTask(co, func(*coro.Co) (int, error) {
				t.Error("its body runs")
				return 0, nil
			})
			task.Cancel()
			_, err := task.Await(co)
			return canceled(t, err)
		}},
		{"wait_for(noop, 1)", 0, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			_, err := coro.WaitFor(co, fn, time.Second)
			return err
		}},
		{"wait_for(noop, 0)", 3, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			_, err := coro.WaitFor(co, fn, 0)
			return timedOut(t, err)
		}},
		{"wait for a task", 3, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			_, _, err := coro.Wait(co, []*coro.Task[int]{coro.CreateTask(co, noop)})
			return err
		}},
		{"wait for a task that is done", 2, func(t *testing.T, co *coro.Co, ticks *testkit.Ticks) error {
			task := coro.CreateTask(co, noop)
			_, err := task.Await(co)
			require.NoError(t, err)
			ticks.Restart()
			_, _, err = coro.Wait(co, []*coro.Task[int]{task})
			return err
		}},
		{"a task group with one child", 3, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, noop)
				return nil
			})
		}},
		{"a task group without children", 0, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			return coro.Group(co, func(*coro.TaskGroup) error { return nil })
		}},
		{"as_completed of one, plain", 3, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			for next := range coro.AsCompleted(co, coro.Forever, fn) {
				if _, err := next.Await(co); err != nil {
					return err
				}
			}
			return nil
		}},
		{"as_completed of one, asynchronous", 3, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			for f, err := range coro.AsCompletedFutures(co, coro.Forever, fn) {
				require.NoError(t, err)
				require.True(t, f.Done())
			}
			return nil
		}},
		{"enter and exit timeout(1)", 0, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			return coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return nil })
		}},
		{"timeout(0) around sleep(0)", 1, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			return timedOut(t, coro.Timeout(co, 0, func(*coro.TimeoutScope) error { return coro.Sleep(co, 0) }))
		}},
		{"timeout(-1) around sleep(0)", 1, func(t *testing.T, co *coro.Co, _ *testkit.Ticks) error {
			return timedOut(t, coro.Timeout(co, -time.Second, func(*coro.TimeoutScope) error { return coro.Sleep(co, 0) }))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, ticksOf(t, func(co *coro.Co, ticks *testkit.Ticks) error { return test.run(t, co, ticks) }))
		})
	}
}

// With a counter that is always ready the virtual clock would stand still, so that
// of these rows begins to count at the deadline, in front of what is due.
func TestTicksAtDeadline(t *testing.T) {
	for _, test := range []struct {
		name string
		want int
		run  func(co *coro.Co) error
	}{
		{"wait_for(sleep(10), 1)", 2, func(co *coro.Co) error {
			_, err := coro.WaitFor(co, testkit.Sleeping(10*time.Second), time.Second)
			return err
		}},
		{"timeout(1) around sleep(10)", 2, func(co *coro.Co) error {
			return coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return coro.Sleep(co, 10*time.Second) })
		}},
		{"sleep(1)", 2, func(co *coro.Co) error { return coro.Sleep(co, time.Second) }},
		{"wait(timeout=1)", 2, func(co *coro.Co) error {
			task := coro.CreateTask(co, testkit.Sleeping(10*time.Second))
			_, _, err := coro.Wait(co, []*coro.Task[coro.None]{task}, coro.TimeLimit(time.Second))
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			n, err := loop.Run(func(co *coro.Co) (int, error) {
				l := loop.Of(co)
				ticks := testkit.NewTicks(l)
				l.CallAt(time.Second, ticks.Count)
				err := test.run(co)
				ticks.Stop()
				require.Equal(t, time.Second, l.Time())
				var te *future.TimeoutError
				if err != nil {
					require.ErrorAs(t, err, &te)
				}
				return ticks.N(), nil
			}, loop.VirtualTime(true))
			require.NoError(t, err)
			require.Equal(t, test.want, n)
		})
	}
}
