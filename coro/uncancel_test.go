package coro_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// CPython: test_tasks.BaseTaskTests.test_cancelling
func TestCancellingCountsRequests(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, testkit.Sleeping(10*time.Second))
	require.Zero(t, task.Canceling())
	require.True(t, task.Cancel())
	require.Equal(t, 1, task.Canceling())
	require.True(t, task.Cancel(), "a second request is taken too")
	require.Equal(t, 2, task.Canceling())
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
}

// CPython: test_tasks.BaseTaskTests.test_uncancel_basic
func TestUncancel(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		err := coro.Sleep(co, 10*time.Second)
		testkit.RequireCanceled(t, err)
		require.Zero(t, co.Task().Uncancel())
		return coro.Sleep(co, 10*time.Second)
	}))
	aWhile := func() {
		_, err := loop.RunUntilComplete(l, testkit.Sleeping(10*time.Millisecond))
		require.NoError(t, err)
	}
	aWhile()

	require.True(t, task.Cancel())
	require.Equal(t, 1, task.Canceling())
	require.False(t, task.Canceled())
	aWhile()
	require.Zero(t, task.Canceling())
	require.False(t, task.Canceled())

	require.True(t, task.Cancel())
	require.Equal(t, 1, task.Canceling())
	require.False(t, task.Canceled())
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.True(t, task.Canceled())

	require.Zero(t, task.Uncancel())
	require.Zero(t, task.Uncancel(), "never below zero")
	require.True(t, task.Canceled(), "of no effect on what is done")
	require.True(t, task.Done())
}

// Only the last Uncancel drops a cancellation that was not delivered.
func TestUncancelBeforeDelivery(t *testing.T) {
	for _, test := range []struct {
		name      string
		requests  int
		takenBack int
		canceled  bool
	}{
		{"all taken back", 2, 2, false},
		{"one left", 2, 1, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			task := coro.CreateTask(l, returning(42, nil))
			for range test.requests {
				task.Cancel()
			}
			for range test.takenBack {
				task.Uncancel()
			}
			require.Equal(t, test.requests-test.takenBack, task.Canceling())
			v, err := loop.RunUntilComplete(l, task)
			require.Equal(t, test.canceled, task.Canceled())
			if test.canceled {
				testkit.RequireCanceled(t, err)
			} else {
				require.NoError(t, err)
				require.Equal(t, 42, v)
			}
		})
	}
}

// CPython: test_tasks.BaseTaskTests.test_uncancel_resets_must_cancel
func TestUncancelOfTaskThatIsWoken(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	task := coro.CreateTask(l, awaiting(f))
	testkit.Briefly(t, l)
	require.NoError(t, f.SetResult(42))
	task.Cancel()
	require.Equal(t, 1, task.Canceling())
	require.Zero(t, task.Uncancel())
	v, err := loop.RunUntilComplete(l, task)
	require.NoError(t, err)
	require.Equal(t, 42, v)
}

// What was canceled already stays so: the future that the task waited for.
func TestUncancelAfterPassingOn(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	task := coro.CreateTask(l, awaiting(f))
	testkit.Briefly(t, l)
	task.Cancel()
	require.Zero(t, task.Uncancel())
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.True(t, task.Canceled())
}

// A block with a time limit, made of the parts that Timeout is made of.
//
// CPython: test_tasks.BaseTaskTests.test_uncancel_structured_blocks
func TestUncancelStructuredBlock(t *testing.T) {
	errTimeout := errors.New("timeout")
	type outcome struct{ timedOut, blockFinished, outerReached bool }

	request := func(sleep, limit time.Duration) coro.Func[outcome] {
		return func(co *coro.Co) (o outcome, err error) {
			task := co.Task()
			timer := loop.Of(co).CallLater(limit, func() {
				o.timedOut = true
				task.Cancel()
			})
			err = coro.Sleep(co, sleep)
			o.blockFinished = err == nil
			timer.Cancel()
			if o.timedOut && task.Uncancel() == 0 && future.IsCanceled(err) {
				err = errTimeout
			}
			if err != nil && !errors.Is(err, errTimeout) {
				return o, err
			}
			require.Equal(t, o.timedOut, err != nil)
			o.outerReached = true
			return o, coro.Sleep(co, 0)
		}
	}

	for _, test := range []struct {
		name         string
		sleep, limit time.Duration
		want         outcome
	}{
		{"timed out", 10 * time.Second, 100 * time.Millisecond, outcome{true, false, true}},
		{"in time", 0, 10 * time.Second, outcome{false, true, true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			task := coro.CreateTask(l, request(test.sleep, test.limit))
			got, err := loop.RunUntilComplete(l, task)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.Zero(t, task.Canceling())
		})
	}
}
