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

const ms = time.Millisecond

// split runs Wait, and tells of its result by the names of the tasks.
func split(t *testing.T, co *coro.Co, tasks []*coro.Task[int], opts ...coro.WaitOption) (done, pending []string) {
	t.Helper()
	d, p, err := coro.Wait(co, tasks, opts...)
	require.NoError(t, err)
	for _, task := range d {
		require.True(t, task.Done())
		_ = task.Err() // it is looked at
		done = append(done, task.Name())
	}
	for _, task := range p {
		require.False(t, task.Done())
		pending = append(pending, task.Name())
	}
	return done, pending
}

// yielding is a coroutine that ends after n bare yields.
func yielding(n int) coro.Func[int] {
	return func(co *coro.Co) (int, error) {
		for range n {
			if err := coro.Sleep(co, 0); err != nil {
				return 0, err
			}
		}
		return n, nil
	}
}

// The tasks are named a, b, ... in the order of creation, and waited for in the
// reverse order.
func TestWait(t *testing.T) {
	for _, test := range []struct {
		name          string
		tasks         []coro.Func[int]
		opts          []coro.WaitOption
		done, pending []string
		at            time.Duration
	}{
		// CPython: test_tasks.BaseTaskTests.test_wait
		// CPython: test_tasks.BaseTaskTests.test_wait_with_iterator_of_tasks
		{
			name:  "all",
			tasks: []coro.Func[int]{sleepThen(100*ms, 1, nil), sleepThen(150*ms, 2, nil)},
			done:  []string{"b", "a"}, at: 150 * ms,
		},
		// CPython: test_tasks.BaseTaskTests.test_wait_generator
		{
			name: "ten that never suspend",
			tasks: []coro.Func[int]{
				yielding(0), yielding(0), yielding(0), yielding(0), yielding(0),
				yielding(0), yielding(0), yielding(0), yielding(0), yielding(0),
			},
			opts: []coro.WaitOption{coro.ReturnWhen(coro.AllCompleted)},
			done: []string{"j", "i", "h", "g", "f", "e", "d", "c", "b", "a"},
		},
		// CPython: test_tasks.BaseTaskTests.test_wait_first_completed
		{
			name:  "first completed",
			tasks: []coro.Func[int]{sleepThen(10*time.Second, 1, nil), sleepThen(100*ms, 2, nil)},
			opts:  []coro.WaitOption{coro.ReturnWhen(coro.FirstCompleted)},
			done:  []string{"b"}, pending: []string{"a"}, at: 100 * ms,
		},
		// Those that were done before the waiter had its turn are done, whoever woke it.
		//
		// CPython: test_tasks.BaseTaskTests.test_wait_really_done
		{
			name:  "first completed, another one in time",
			tasks: []coro.Func[int]{yielding(1), yielding(2)},
			opts:  []coro.WaitOption{coro.ReturnWhen(coro.FirstCompleted)},
			done:  []string{"b", "a"},
		},
		{
			name:  "first completed, another one too late",
			tasks: []coro.Func[int]{yielding(1), yielding(3)},
			opts:  []coro.WaitOption{coro.ReturnWhen(coro.FirstCompleted)},
			done:  []string{"a"}, pending: []string{"b"},
		},
		// CPython: test_tasks.BaseTaskTests.test_wait_first_exception
		{
			name:  "first exception, at once",
			tasks: []coro.Func[int]{sleepThen(10*time.Second, 1, nil), returning(0, errTest)},
			opts:  []coro.WaitOption{coro.ReturnWhen(coro.FirstException)},
			done:  []string{"b"}, pending: []string{"a"},
		},
		// CPython: test_tasks.BaseTaskTests.test_wait_first_exception_in_wait
		{
			name:  "first exception, later",
			tasks: []coro.Func[int]{sleepThen(10*time.Second, 1, nil), sleepThen(10*ms, 0, errTest)},
			opts:  []coro.WaitOption{coro.ReturnWhen(coro.FirstException)},
			done:  []string{"b"}, pending: []string{"a"}, at: 10 * ms,
		},
		{
			name:  "first exception, a cancellation is none",
			tasks: []coro.Func[int]{sleepThen(30*ms, 0, errTest), sleepThen(10*ms, 0, future.ErrCanceled), sleepThen(20*ms, 1, nil), sleepThen(40*ms, 1, nil)},
			opts:  []coro.WaitOption{coro.ReturnWhen(coro.FirstException)},
			done:  []string{"c", "b", "a"}, pending: []string{"d"}, at: 30 * ms,
		},
		{
			name:  "first exception, there is none",
			tasks: []coro.Func[int]{sleepThen(10*ms, 0, nil), sleepThen(20*ms, 0, nil)},
			opts:  []coro.WaitOption{coro.ReturnWhen(coro.FirstException)},
			done:  []string{"b", "a"}, at: 20 * ms,
		},
		// CPython: test_tasks.BaseTaskTests.test_wait_with_exception
		{
			name:  "all, with an error",
			tasks: []coro.Func[int]{sleepThen(100*ms, 1, nil), sleepThen(150*ms, 0, errTest)},
			done:  []string{"b", "a"}, at: 150 * ms,
		},
		// CPython: test_tasks.BaseTaskTests.test_wait_with_timeout
		{
			name:  "timeout",
			tasks: []coro.Func[int]{sleepThen(100*ms, 1, nil), sleepThen(150*ms, 2, nil)},
			opts:  []coro.WaitOption{coro.TimeLimit(110 * ms)},
			done:  []string{"a"}, pending: []string{"b"}, at: 110 * ms,
		},
		{
			name:  "timeout of zero",
			tasks: []coro.Func[int]{yielding(0), yielding(5)},
			opts:  []coro.WaitOption{coro.TimeLimit(0)},
			done:  []string{"a"}, pending: []string{"b"},
		},
		{
			name:  "timeout that is not reached",
			tasks: []coro.Func[int]{sleepThen(100*ms, 1, nil)},
			opts:  []coro.WaitOption{coro.TimeLimit(time.Hour)},
			done:  []string{"a"}, at: 100 * ms,
		},
		// The sleep was set first, so it is over before the limit is.
		//
		// CPython: test_tasks.BaseTaskTests.test_wait_concurrent_complete
		{
			name:  "timeout with the end of a sleep",
			tasks: []coro.Func[int]{sleepThen(100*ms, 1, nil), sleepThen(150*ms, 2, nil)},
			opts:  []coro.WaitOption{coro.TimeLimit(100 * ms)},
			done:  []string{"a"}, pending: []string{"b"}, at: 100 * ms,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			var tasks []*coro.Task[int]
			for i, f := range test.tasks {
				task := coro.CreateTask(l, f, coro.Name(string(rune('a'+i))))
				tasks = append([]*coro.Task[int]{task}, tasks...)
			}
			testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
				for range 2 { // again is another path, and takes no time
					done, pending := split(t, co, tasks, test.opts...)
					require.Equal(t, test.done, done)
					require.Equal(t, test.pending, pending)
					for _, task := range tasks {
						require.Zero(t, callbacks(task))
					}
					require.Equal(t, test.at, l.Time())
					if len(test.opts) > 0 && len(pending) > 0 {
						break
					}
				}
				return nil
			}))
		})
	}
}

// CPython: test_tasks.BaseTaskTests.test_wait_duplicate_coroutines
func TestWaitForTheSameTwice(t *testing.T) {
	run(t, func(co *coro.Co) error {
		c := coro.CreateTask(co, returning("test", nil))
		d := coro.CreateTask(co, returning("spam", nil))
		done, pending, err := coro.Wait(co, []*coro.Task[string]{c, c, d})
		require.NoError(t, err)
		require.Equal(t, []*coro.Task[string]{c, d}, done)
		require.Empty(t, pending)
		return nil
	})
}

// CPython: test_tasks.BaseTaskTests.test_wait_invalid_args
func TestWaitForNothing(t *testing.T) {
	run(t, func(co *coro.Co) error {
		_, _, err := coro.Wait[future.Any](co, nil)
		require.ErrorIs(t, err, coro.ErrNothingToWaitFor)
		return nil
	})
}

// Canceling a wait leaves what it waits for alone.
//
// CPython: test_tasks.BaseTaskTests.test_yield_wait_does_not_shield_cancel
func TestCancelWaitLeavesTasksAlone(t *testing.T) {
	l := testkit.NewLoop(t)
	var tr testkit.Trace
	f := loop.CreateFuture[int](l)
	var inner *coro.Task[int]
	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		inner = coro.CreateTask(co, func(co *coro.Co) (int, error) {
			v, err := f.Await(co)
			tr.Add("inner: %v", err)
			return v, err
		})
		_, _, err := coro.Wait(co, []*coro.Task[int]{inner}, coro.TimeLimit(time.Minute))
		tr.Add("outer: %v", err)
		return err
	}))
	testkit.Briefly(t, l)
	task.Cancel()
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.Zero(t, inner.Canceling())
	require.Zero(t, callbacks(inner))
	requireNoTimers(t, l)
	require.NoError(t, f.SetResult(1))
	testkit.Briefly(t, l)
	require.Equal(t, testkit.Trace{"outer: canceled", "inner: <nil>"}, tr)
}

// A wait always suspends, even if all are done.
func TestWaitIterations(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var task *coro.Task[int]
		wait := func() {
			_, _, err := coro.Wait(co, []*coro.Task[int]{task})
			require.NoError(t, err)
		}
		require.Equal(t, 3, countTicks(t, co, func() {
			task = coro.CreateTask(co, returning(1, nil))
			wait()
		}))
		require.Equal(t, 2, countTicks(t, co, wait), "done")
		return nil
	})
}

// The future that is waited for can be of any type, and also a gather or a shield.
func TestWaitForFuturesOfDifferentTypes(t *testing.T) {
	run(t, func(co *coro.Co) error {
		number := coro.CreateTask(co, sleepThen(time.Second, 1, nil))
		text := loop.CreateFuture[string](loop.Of(co))
		gathered := coro.Gather(co, number, number)
		shielded := coro.Shield(co, number)
		done, pending, err := coro.Wait(co, []future.Any{text, number, shielded, gathered}, coro.TimeLimit(time.Minute))
		require.NoError(t, err)
		require.Equal(t, []future.Any{number, shielded, gathered}, done)
		require.Equal(t, []future.Any{text}, pending)
		return nil
	})
}

// CPython: test_tasks.BaseTaskTests.test_wait_errors
func TestWaitForSomethingUnknown(t *testing.T) {
	run(t, func(co *coro.Co) error {
		_, _, err := coro.Wait[future.Any](co, nil)
		require.ErrorIs(t, err, coro.ErrNothingToWaitFor)
		f := loop.CreateFuture[int](loop.Of(co))
		require.NoError(t, f.SetResult(1))
		require.Panics(t, func() {
			_, _, _ = coro.Wait(co, []*future.Future[int]{f}, coro.ReturnWhen(-1))
		})
		return nil
	})
}
