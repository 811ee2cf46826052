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

// CPython: test_tasks.CoroutineGatherTests.test_cancellation_broadcast
func TestCancelGatherCancelsChildren(t *testing.T) {
	l := testkit.NewLoop(t)
	var tr testkit.Trace
	f := loop.CreateFuture[int](l)
	inner := coro.Func[int](func(co *coro.Co) (int, error) {
		v, err := f.Await(co)
		if err == nil {
			tr.Add("inner goes on")
		}
		return v, err
	})
	child1, child2 := coro.CreateTask(l, inner), coro.CreateTask(l, inner)
	var gathered *future.Future[[]int]
	task := coro.CreateTask(l, func(co *coro.Co) ([]int, error) {
		gathered = coro.Gather(co, child1, child2)
		v, err := gathered.Await(co)
		if err == nil {
			tr.Add("outer goes on")
		}
		return v, err
	})
	testkit.Briefly(t, l)
	require.True(t, task.Cancel())
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.False(t, gathered.Cancel())
	require.True(t, f.Canceled())
	require.True(t, child1.Canceled())
	require.True(t, child2.Canceled())
	testkit.Briefly(t, l)
	require.Empty(t, tr)
}

// A gather whose children are done refuses to be canceled, although it is not done
// itself yet.
//
// CPython: test_tasks.BaseTaskTests.test_cancel_gather_1
func TestCancelGatherOfDoneChildren(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	gathered := testkit.Complete(t, l, func(co *coro.Co) (*future.Future[[]int], error) {
		return coro.Gather(co, awaiting(f)), nil
	})
	testkit.Briefly(t, l)
	taken := true
	f.AddDoneCallback(func() { taken = gathered.Cancel() })
	require.NoError(t, f.SetResult(42)) // the child has its step before the callback
	v, err := loop.RunUntilComplete(l, gathered)
	require.NoError(t, err)
	require.Equal(t, []int{42}, v)
	require.False(t, taken)
	require.False(t, gathered.Canceled())
}

// CPython: test_tasks.BaseTaskTests.test_cancel_gather_2
func TestCancelGatherPassesMessage(t *testing.T) {
	for _, test := range messages {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
				task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					for range 20 {
						if _, err := coro.GatherSettled(co, testkit.Sleeping(50*time.Millisecond)).Await(co); err != nil {
							return err
						}
					}
					return nil
				}))
				require.NoError(t, coro.Sleep(co, 200*time.Millisecond))
				task.Cancel(test.msg...)
				_, err := task.Await(co)
				return err
			}))
			testkit.RequireCanceled(t, err, test.msg...)
			require.Equal(t, 200*time.Millisecond, l.Time())
		})
	}
}

// A request that a child took is answered with a cancellation when all children have
// ended, even if they ignored it, and even if errors count as results.
func TestCancelGatherIsAnsweredAtTheEnd(t *testing.T) {
	stubborn := func(tr *testkit.Trace) coro.Func[int] {
		return func(co *coro.Co) (int, error) {
			err := coro.Sleep(co, time.Hour)
			tr.Add("%v child: %v", loop.Of(co).Time(), err)
			err = coro.Sleep(co, 2*time.Second)
			tr.Add("%v child: %v", loop.Of(co).Time(), err)
			return 1, err
		}
	}
	for _, test := range []struct {
		name   string
		gather func(co *coro.Co, tr *testkit.Trace) future.Any
		want   testkit.Trace
	}{
		{"all ignore it", func(co *coro.Co, tr *testkit.Trace) future.Any {
			return coro.Gather(co, stubborn(tr), stubborn(tr))
		}, testkit.Trace{
			"true", "1s child: canceled: msg", "1s child: canceled: msg",
			"3s child: <nil>", "3s child: <nil>", "3s gather: canceled, canceled state false",
		}},
		{"all ignore it, settled", func(co *coro.Co, tr *testkit.Trace) future.Any {
			return coro.GatherSettled(co, stubborn(tr), stubborn(tr))
		}, testkit.Trace{
			"true", "1s child: canceled: msg", "1s child: canceled: msg",
			"3s child: <nil>", "3s child: <nil>", "3s gather: canceled, canceled state false",
		}},
		{"one ignores it", func(co *coro.Co, tr *testkit.Trace) future.Any {
			return coro.Gather(co, stubborn(tr), sleepThen(time.Hour, 2, nil))
		}, testkit.Trace{
			"true", "1s child: canceled: msg", "1s gather: canceled: msg, canceled state false", "3s child: <nil>",
		}},
		{"one ignores it, settled", func(co *coro.Co, tr *testkit.Trace) future.Any {
			return coro.GatherSettled(co, stubborn(tr), sleepThen(time.Hour, 2, nil))
		}, testkit.Trace{
			"true", "1s child: canceled: msg", "3s child: <nil>", "3s gather: canceled: msg, canceled state false",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var tr testkit.Trace
			run(t, func(co *coro.Co) error {
				g := test.gather(co, &tr)
				require.NoError(t, coro.Sleep(co, time.Second))
				tr.Add("%v", g.Cancel("msg"))
				_, _, err := coro.Wait(co, []future.Any{g})
				require.NoError(t, err)
				tr.Add("%v gather: %v, canceled state %v", loop.Of(co).Time(), g.Err(), g.Canceled())
				return coro.Sleep(co, time.Minute)
			})
			require.Equal(t, test.want, tr)
		})
	}
}

// A child that is canceled by itself cancels neither its siblings nor the gather; but
// a task that awaits the gather is canceled by the error.
func TestGatherCanceledChildAndAwaitingTask(t *testing.T) {
	l := testkit.NewLoop(t)
	fs := createFutures(l, 2)
	g := coro.Gather(l, coro.Each[int](fs)...)
	task := coro.CreateTask(l, awaiting(g))
	testkit.Briefly(t, l)
	fs[0].Cancel("child")
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err, "child")
	require.True(t, task.Canceled())
	require.False(t, g.Canceled())
	require.False(t, fs[1].Done())
}

// After an error the gather is done, and the others are out of its reach.
func TestCancelGatherAfterError(t *testing.T) {
	l := testkit.NewLoop(t)
	fs := createFutures(l, 2)
	g := coro.Gather(l, coro.Each[int](fs)...)
	require.NoError(t, fs[0].SetError(errTest))
	testkit.Briefly(t, l)
	require.Same(t, errTest, g.Err())
	require.False(t, g.Cancel())
	require.False(t, fs[1].Done())
}

// To ask a gather that has failed to cancel is no look at its error.
func TestCancelGatherAfterErrorIsNoLook(t *testing.T) {
	var tr testkit.Trace
	l := testkit.NewLoop(t, tr.Handler())
	f := loop.CreateFuture[int](l)
	require.NoError(t, f.SetError(errTest))
	g := coro.Gather(l, f)
	require.True(t, g.Done())
	require.False(t, g.Cancel())
	require.NoError(t, l.Close())
	require.Equal(t, testkit.Trace{"Future exception was never retrieved: test"}, tr)
}
