package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// Callbacks run in the order in which they were registered, those that were taken back
// excepted.
func TestDoneCallbacks(t *testing.T) {
	setResult := func(f *future.Future[string]) { _ = f.SetResult("foo") }
	for _, test := range []struct {
		name  string
		n     int   // callbacks to register
		stop  []int // those to take back, in this order
		taken []bool
		end   func(f *future.Future[string])
		want  testkit.Trace
	}{
		// CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_callback
		{"first taken back", 3, []int{0, 0}, []bool{true, false}, setResult, testkit.Trace{"1", "2"}},
		// CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_and_second_callback
		{"first two taken back", 3, []int{0, 1, 0}, []bool{true, true, false}, setResult, testkit.Trace{"2"}},
		// CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_third_callback
		{"last taken back", 3, []int{2, 2}, []bool{true, false}, setResult, testkit.Trace{"0", "1"}},
		{"all taken back", 2, []int{1, 0}, []bool{true, true}, setResult, nil},
		// CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_result
		{"result", 2, nil, nil, setResult, testkit.Trace{"0", "1"}},
		// CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_exception
		{"error", 1, nil, nil, func(f *future.Future[string]) { _ = f.SetError(errTest) }, testkit.Trace{"0"}},
		{"canceled", 2, nil, nil, func(f *future.Future[string]) { f.Cancel() }, testkit.Trace{"0", "1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			f := loop.CreateFuture[string](l)
			var tr testkit.Trace
			var stops []func() bool
			for i := range test.n {
				stops = append(stops, f.AddDoneCallback(func() {
					require.True(t, f.Done())
					tr.Add("%d", i)
				}))
			}
			var taken []bool
			for _, i := range test.stop {
				taken = append(taken, stops[i]())
			}
			require.Equal(t, test.taken, taken)
			test.end(f)
			require.Empty(t, tr, "not before the loop runs")
			testkit.Briefly(t, l)
			require.Equal(t, test.want, tr)
			_ = f.Err()
		})
	}
}

// The same function can be registered several times, and each of them taken back.
//
// CPython: test_futures.BaseFutureDoneCallbackTests.test_remove_done_callback
func TestDoneCallbackRegisteredTwice(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[string](l)
	var tr testkit.Trace
	first := func() { tr.Add("1") }
	second := func() { tr.Add("2") }
	var stops []func() bool
	stops = append(stops, f.AddDoneCallback(first))
	stopSecond := f.AddDoneCallback(second)
	require.True(t, stopSecond())
	f.AddDoneCallback(second)
	require.False(t, stopSecond(), "it is not for the later one")
	for range 5 {
		stops = append(stops, f.AddDoneCallback(first))
	}
	for _, stop := range stops[1:] {
		require.True(t, stop())
	}
	require.NoError(t, f.SetResult("foo"))
	testkit.Briefly(t, l)
	require.Equal(t, testkit.Trace{"1", "2"}, tr)
}

// A callback that was scheduled cannot be taken back any more, by an earlier one either.
//
// CPython: test_futures.BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_1
func TestDoneCallbackTakenBackTooLate(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	var tr testkit.Trace
	var stop func() bool
	f.AddDoneCallback(func() { tr.Add("first takes back: %v", stop()) })
	stop = f.AddDoneCallback(func() { tr.Add("second") })
	f.AddDoneCallback(func() { tr.Add("third") })
	require.NoError(t, f.SetResult(1))
	require.False(t, stop())
	testkit.Briefly(t, l)
	require.Equal(t, testkit.Trace{"first takes back: false", "second", "third"}, tr)
}

// A callback of a future that is done is scheduled at once, after what is ready.
func TestDoneCallbackOfDone(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[int](l)
	var tr testkit.Trace
	require.NoError(t, f.SetResult(1))
	l.CallSoon(func() { tr.Add("before") })
	stop := f.AddDoneCallback(func() { tr.Add("callback") })
	l.CallSoon(func() { tr.Add("after") })
	require.Empty(t, tr)
	require.False(t, stop())
	testkit.Iterate(t, l)
	require.Equal(t, testkit.Trace{"before", "callback", "after"}, tr)
}

// Each callback is an entry of the ready queue of its own: what is scheduled between
// two ends runs between them, and what a callback adds comes in the next iteration.
func TestDoneCallbacksAreScheduledOneByOne(t *testing.T) {
	l := testkit.NewLoop(t)
	f, g := loop.CreateFuture[int](l), loop.CreateFuture[int](l)
	var tr testkit.Trace
	f.AddDoneCallback(func() {
		tr.Add("f 1")
		f.AddDoneCallback(func() { tr.Add("f, added by f 1") })
		g.AddDoneCallback(func() { tr.Add("g, added by f 1") })
	})
	f.AddDoneCallback(func() { tr.Add("f 2") })
	g.AddDoneCallback(func() { tr.Add("g 1") })
	require.NoError(t, f.SetResult(1))
	l.CallSoon(func() { tr.Add("between") })
	require.NoError(t, g.SetResult(1))
	testkit.Iterate(t, l)
	require.Equal(t, testkit.Trace{"f 1", "f 2", "between", "g 1"}, tr)
	testkit.Iterate(t, l)
	require.Equal(t, testkit.Trace{"f 1", "f 2", "between", "g 1", "f, added by f 1", "g, added by f 1"}, tr)
}

// A panic in a callback is reported, and does not keep the others from being called.
func TestDoneCallbackPanics(t *testing.T) {
	var tr testkit.Trace
	l := testkit.NewLoop(t, tr.Handler())
	f := loop.CreateFuture[int](l)
	f.AddDoneCallback(func() { panic("boom") })
	f.AddDoneCallback(func() { tr.Add("second") })
	require.NoError(t, f.SetResult(1))
	testkit.Briefly(t, l)
	require.Len(t, tr, 2)
	require.Contains(t, tr[0], "Exception in callback ")
	require.Contains(t, tr[0], ": panic: boom")
	require.Equal(t, "second", tr[1])
}

// A callback runs in a copy of the context in which it was registered, of the values as
// they were then.
func TestDoneCallbackContext(t *testing.T) {
	l := testkit.NewLoop(t)
	v := coro.NewVar("v", "default")
	f := loop.CreateFuture[int](l)
	var tr testkit.Trace
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		v.Set(co, "task")
		for range 2 {
			f.AddDoneCallback(func() {
				tr.Add("%s", v.Get(l))
				v.Set(l, "callback")
			})
		}
		v.Set(co, "later")
		require.NoError(t, f.SetResult(1))
		require.NoError(t, coro.Sleep(co, 0))
		tr.Add("%s", v.Get(co))
		return nil
	}))
	require.NoError(t, err)
	require.Equal(t, testkit.Trace{"task", "task", "later"}, tr)
	require.Equal(t, "default", v.Get(l))
}
