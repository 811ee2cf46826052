package coro_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// callbacks is how many callbacks are registered with a future.
func callbacks(f future.Any) int {
	n := 0
	f.Core().Links(func(*future.Link) bool { n++; return true })
	return n
}

// CPython: test_tasks.BaseTaskTests.test_shield_result
func TestShieldResult(t *testing.T) {
	l := testkit.NewLoop(t)
	inner := loop.CreateFuture[int](l)
	outer := coro.Shield(l, inner)
	require.NotSame(t, inner, outer)
	require.NoError(t, inner.SetResult(42))
	v, err := loop.RunUntilComplete(l, outer)
	require.NoError(t, err)
	require.Equal(t, 42, v)
}

// CPython: test_tasks.BaseTaskTests.test_shield_exception
func TestShieldError(t *testing.T) {
	l := testkit.NewLoop(t)
	inner := loop.CreateFuture[int](l)
	outer := coro.Shield(l, inner)
	testkit.Briefly(t, l)
	require.NoError(t, inner.SetError(errTest))
	testkit.Briefly(t, l)
	require.Same(t, errTest, outer.Err())
}

// CPython: test_tasks.BaseTaskTests.test_shield_cancel_inner
func TestShieldInnerCanceled(t *testing.T) {
	l := testkit.NewLoop(t)
	inner := loop.CreateFuture[int](l)
	outer := coro.Shield(l, inner)
	testkit.Briefly(t, l)
	inner.Cancel("inner")
	require.False(t, outer.Done(), "not before inner's callbacks")
	testkit.Briefly(t, l)
	require.True(t, outer.Canceled())
	testkit.RequireCanceled(t, outer.Err()) // the message stays with inner
}

// CPython: test_tasks.BaseTaskTests.test_shield_cancel_outer
func TestShieldOuterCanceled(t *testing.T) {
	l := testkit.NewLoop(t)
	inner := loop.CreateFuture[int](l)
	outer := coro.Shield(l, inner)
	require.Equal(t, 1, callbacks(inner))
	testkit.Briefly(t, l)
	outer.Cancel()
	testkit.Briefly(t, l)
	require.True(t, outer.Canceled())
	require.False(t, inner.Done())
	require.Zero(t, callbacks(outer))
	require.Equal(t, 1, callbacks(inner), "the one that reports an error")
}

// CPython: test_tasks.BaseTaskTests.test_shield_shortcut
func TestShieldOfDone(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	require.NoError(t, f.SetResult(42))
	require.Same(t, f, coro.Shield(l, f))
	require.Zero(t, callbacks(f))
}

// CPython: test_tasks.BaseTaskTests.test_shield_effect
func TestShieldedTaskGoesOn(t *testing.T) {
	l := testkit.NewLoop(t)
	var tr testkit.Trace
	f := loop.CreateFuture[int](l)
	inner := coro.Func[int](func(co *coro.Co) (int, error) {
		v, err := f.Await(co)
		tr.Add("inner: %v %v", v, err)
		return v, err
	})
	task := coro.CreateTask(l, func(co *coro.Co) (int, error) {
		v, err := coro.Shield(co, inner).Await(co)
		tr.Add("outer: %v %v", v, err)
		return v, err
	})
	testkit.Briefly(t, l)
	task.Cancel()
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.NoError(t, f.SetResult(42))
	testkit.Briefly(t, l)
	require.Equal(t, testkit.Trace{"outer: 0 canceled", "inner: 42 <nil>"}, tr)
}

// CPython: test_tasks.BaseTaskTests.test_shield_gather
func TestShieldOfGather(t *testing.T) {
	l := testkit.NewLoop(t)
	fs := createFutures(l, 2)
	parent := coro.Gather(l, coro.Each[int](fs)...)
	outer := coro.Shield(l, parent)
	testkit.Briefly(t, l)
	outer.Cancel()
	testkit.Briefly(t, l)
	require.True(t, outer.Canceled())
	require.NoError(t, fs[0].SetResult(1))
	require.NoError(t, fs[1].SetResult(2))
	testkit.Briefly(t, l)
	v, err := parent.Result()
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, v)
}

// CPython: test_tasks.BaseTaskTests.test_gather_shield
func TestGatherOfShields(t *testing.T) {
	l := testkit.NewLoop(t)
	fs := createFutures(l, 2)
	inner1, inner2 := coro.Shield(l, fs[0]), coro.Shield(l, fs[1])
	parent := coro.Gather(l, coro.Awaitable[int](inner1), coro.Awaitable[int](inner2))
	testkit.Briefly(t, l)
	require.True(t, parent.Cancel())
	testkit.Briefly(t, l) // cancels inner1 and inner2, but not the children
	testkit.RequireCanceled(t, parent.Err())
	require.False(t, parent.Canceled())
	require.True(t, inner1.Canceled())
	require.True(t, inner2.Canceled())
	require.False(t, fs[0].Done())
	require.False(t, fs[1].Done())
	require.NoError(t, fs[0].SetResult(1))
	require.NoError(t, fs[1].SetResult(2))
	testkit.Briefly(t, l)
}

func TestShieldOfCoroutine(t *testing.T) {
	for _, test := range []struct {
		name   string
		shield func(l *loop.Loop) future.Of[int]
	}{
		// CPython: test_tasks.BaseTaskTests.test_shield_coroutine_use_running_loop
		{"inside", func(l *loop.Loop) future.Of[int] {
			return testkit.Complete(t, l, func(co *coro.Co) (future.Of[int], error) {
				return coro.Shield(co, returning(42, nil)), nil
			})
		}},
		// CPython: test_tasks.BaseTaskTests.test_shield_coroutine_use_global_loop
		{"outside", func(l *loop.Loop) future.Of[int] { return coro.Shield(l, returning(42, nil)) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			outer := test.shield(l)
			require.Same(t, l.Scheduler(), outer.Core().Scheduler())
			v, err := loop.RunUntilComplete(l, outer)
			require.NoError(t, err)
			require.Equal(t, 42, v)
		})
	}
}

// An error behind a shield that was given up is reported at once, and once, even if
// somebody awaits it later, and not again when the loop closes.
func TestShieldReportsErrorAfterCancellation(t *testing.T) {
	report := "*errors.errorString exception in shielded future: test"
	for _, test := range []struct {
		name    string
		shields int // of the same inner future
		cancel  int // how many of them are canceled
		end     func(f *future.Future[int])
		want    testkit.Trace
	}{
		{"error", 1, 1, func(f *future.Future[int]) { _ = f.SetError(errTest) }, testkit.Trace{"0s set", report, "await: test"}},
		{"one report for two shields", 2, 2, func(f *future.Future[int]) { _ = f.SetError(errTest) }, testkit.Trace{"0s set", report, "await: test"}},
		{"the other shield has it too", 2, 1, func(f *future.Future[int]) { _ = f.SetError(errTest) }, testkit.Trace{"0s set", report, "await: test"}},
		{"result", 1, 1, func(f *future.Future[int]) { _ = f.SetResult(1) }, testkit.Trace{"0s set", "await: <nil>"}},
		{"canceled", 1, 1, func(f *future.Future[int]) { f.Cancel() }, testkit.Trace{"0s set", "await: canceled"}},
		{"shield not canceled", 1, 0, func(f *future.Future[int]) { _ = f.SetError(errTest) }, testkit.Trace{"0s set", "await: test"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var tr testkit.Trace
			l := testkit.NewLoop(t, tr.Handler())
			inner := loop.CreateFuture[int](l)
			var outers []future.Of[int]
			for range test.shields {
				outers = append(outers, coro.Shield(l, inner))
			}
			for _, outer := range outers[:test.cancel] {
				outer.Cancel()
			}
			testkit.Briefly(t, l)
			tr.Add("%v set", l.Time())
			test.end(inner)
			testkit.Briefly(t, l)
			_, err := loop.RunUntilComplete(l, inner)
			tr.Add("await: %v", err)
			for _, outer := range outers[test.cancel:] {
				_ = outer.Err()
			}
			require.NoError(t, l.Close())
			require.Equal(t, test.want, tr)
		})
	}
}

// The report comes where the callback was added: when the shield's own callback was run.
func TestShieldReportInOrder(t *testing.T) {
	var tr testkit.Trace
	l := testkit.NewLoop(t, tr.Handler())
	task := coro.CreateTask(l, sleepThen(2*time.Second, 0, errTest), coro.Name("inner"))
	testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
		task.AddDoneCallback(func() { tr.Add("before") })
		_, err := coro.WaitFor(co, coro.Awaitable[int](coro.Shield(co, task)), time.Second)
		requireTimeout(t, err)
		task.AddDoneCallback(func() { tr.Add("after") })
		return coro.Sleep(co, time.Minute)
	}))
	require.Equal(t, testkit.Trace{"before", "*errors.errorString exception in shielded future: test", "after"}, tr)
}

// If both end in the same iteration, the shield is left out: nobody has looked at the
// error then.
func TestShieldBothEndAtOnce(t *testing.T) {
	var tr testkit.Trace
	l := testkit.NewLoop(t, tr.Handler())
	inner := loop.CreateFuture[int](l)
	outer := coro.Shield(l, inner)
	require.NoError(t, inner.SetError(errTest))
	require.True(t, outer.Cancel())
	testkit.Briefly(t, l)
	require.True(t, outer.Canceled())
	require.Empty(t, tr)
	require.NoError(t, l.Close())
	require.Equal(t, testkit.Trace{"Future exception was never retrieved: test"}, tr)
}

// Whoever resolves the outer future by hand makes the shield's callback fail.
func TestShieldOuterResolvedByHand(t *testing.T) {
	var tr testkit.Trace
	l := testkit.NewLoop(t, tr.Handler())
	inner := loop.CreateFuture[int](l)
	outer := coro.Shield(l, inner).(*future.Future[int])
	require.NoError(t, inner.SetResult(1))
	require.NoError(t, outer.SetResult(2))
	testkit.Briefly(t, l)
	require.Len(t, tr, 1)
	require.Contains(t, tr[0], "Exception in callback of shield: future: invalid state")
	v, err := outer.Result()
	require.NoError(t, err)
	require.Equal(t, 2, v)
}

// However many shields of a future are canceled, it has one report, and that stands last,
// where the next cancellation finds it at once: a crowd is canceled in linear time.
func TestShieldsCanceledTogether(t *testing.T) {
	const n = 50
	l := testkit.NewLoop(t)
	inner := loop.CreateFuture[int](l)
	shields := make([]future.Of[int], n)
	for i := range shields {
		shields[i] = coro.Shield(l, inner)
	}
	for i, shield := range shields {
		shield.Cancel()
		testkit.Iterate(t, l)
		var links []string
		inner.Core().Links(func(l *future.Link) bool {
			links = append(links, fmt.Sprintf("%T", l.Runnable()))
			return true
		})
		require.Len(t, links, n-i)
		require.Equal(t, "*coro.shieldReport", links[0], "the latest")
		require.NotContains(t, links[1:], "*coro.shieldReport")
	}
}
