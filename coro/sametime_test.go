package coro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// A limit that was set before a sleep is over before the sleep is, if both end at the
// same time; and after it otherwise.
func TestSameDeadline(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func(co *coro.Co, tr *testkit.Trace)
		want testkit.Trace
	}{
		{"timeout, then sleep", func(co *coro.Co, tr *testkit.Trace) {
			tr.Add("%v", coro.Timeout(co, time.Second, func(scope *coro.TimeoutScope) error {
				err := coro.Sleep(co, time.Second)
				tr.Add("%v, expired %v", err, scope.Expired())
				return err
			}))
		}, testkit.Trace{"canceled, expired true", "timed out after 1s, waiting for sleep until 1s"}},
		{"sleep, then timeout", func(co *coro.Co, tr *testkit.Trace) {
			f := loop.CreateFuture[int](loop.Of(co))
			loop.Of(co).CallLater(time.Second, func() { _ = f.SetResult(1) })
			tr.Add("%v", coro.Timeout(co, time.Second, func(scope *coro.TimeoutScope) error {
				_, err := f.Await(co)
				tr.Add("%v, expired %v", err, scope.Expired())
				return err
			}))
		}, testkit.Trace{"canceled, expired true", "timed out after 1s"}}, // the result is there, and the cancellation wins
		{"WaitFor a sleep", func(co *coro.Co, tr *testkit.Trace) {
			v, err := coro.WaitFor(co, sleepThen(time.Second, 1, nil), time.Second)
			tr.Add("%v %v", v, err)
		}, testkit.Trace{"0 timed out after 1s, waiting for sleep until 1s"}},
		{"WaitFor a task that sleeps already", func(co *coro.Co, tr *testkit.Trace) {
			task := coro.CreateTask(co, sleepThen(time.Second, 1, nil))
			require.NoError(t, coro.Sleep(co, 0))
			v, err := coro.WaitFor(co, task, time.Second)
			tr.Add("%v %v", v, err)
		}, testkit.Trace{`0 timed out after 1s, waiting for task "Task-2"`}},
		{"Wait for a task that sleeps afterwards", func(co *coro.Co, tr *testkit.Trace) {
			task := coro.CreateTask(co, sleepThen(time.Second, 1, nil))
			done, pending, err := coro.Wait(co, []*coro.Task[int]{task}, coro.TimeLimit(time.Second))
			tr.Add("%d %d %v", len(done), len(pending), err)
		}, testkit.Trace{"0 1 <nil>"}},
		{"Wait for a task that sleeps already", func(co *coro.Co, tr *testkit.Trace) {
			task := coro.CreateTask(co, sleepThen(time.Second, 1, nil))
			require.NoError(t, coro.Sleep(co, 0))
			done, pending, err := coro.Wait(co, []*coro.Task[int]{task}, coro.TimeLimit(time.Second))
			tr.Add("%d %d %v", len(done), len(pending), err)
		}, testkit.Trace{"1 0 <nil>"}},
		{"AsCompleted of a sleep", func(co *coro.Co, tr *testkit.Trace) {
			for next := range coro.AsCompleted(co, time.Second, sleepThen(time.Second, 1, nil)) {
				v, err := next(co)
				tr.Add("%v %v", v, err)
			}
		}, testkit.Trace{"0 timed out after 1s, waiting for the next of AsCompleted (1 of 1 not done)"}},
		{"the inner of two timeouts was set later", func(co *coro.Co, tr *testkit.Trace) {
			tr.Add("outer: %v", coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
				err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return coro.Sleep(co, time.Hour) })
				tr.Add("inner: %v", err)
				return err
			}))
		}, testkit.Trace{"inner: canceled", "outer: timed out after 1s, waiting for sleep until 1h0m0s"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				var tr testkit.Trace
				test.run(co, &tr)
				require.Equal(t, test.want, tr)
				require.Equal(t, time.Second, loop.Of(co).Time())
				require.Zero(t, co.Task().Canceling())
				return nil
			})
		})
	}
}

// A timeout of zero takes a cancellation that was asked for before it, and not
// delivered, for its own. CPython has this defect, gh-134471.
func TestTimeoutOfZeroTakesAnEarlierCancellation(t *testing.T) {
	var tr testkit.Trace
	run(t, func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			co.Task().Cancel("earlier")
			tr.Add("cancelling %d", co.Task().Canceling())
			err := coro.Timeout(co, 0, func(*coro.TimeoutScope) error { return coro.Sleep(co, 0) })
			tr.Add("%v, cancelling %d", err, co.Task().Canceling())
			return nil
		}))
		_, err := task.Await(co)
		return err
	})
	require.Equal(t, testkit.Trace{"cancelling 1", "timed out, cancelling 1"}, tr)
}
