package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
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
		want  trace
	}{
		// CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_callback
		{"first taken back", 3, []int{0, 0}, []bool{true, false}, setResult, trace{"1", "2"}},
		// CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_and_second_callback
		{"first two taken back", 3, []int{0, 1, 0}, []bool{true, true, false}, setResult, trace{"2"}},
		// CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_third_callback
		{"last taken back", 3, []int{2, 2}, []bool{true, false}, setResult, trace{"0", "1"}},
		{"all taken back", 2, []int{1, 0}, []bool{true, true}, setResult, nil},
		// CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_result
		{"result", 2, nil, nil, setResult, trace{"0", "1"}},
		// CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_exception
		{"error", 1, nil, nil, func(f *future.Future[string]) { _ = f.SetError(errTest) }, trace{"0"}},
		{"canceled", 2, nil, nil, func(f *future.Future[string]) { f.Cancel() }, trace{"0", "1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLoop(t)
			f := loop.CreateFuture[string](l)
			var tr trace
			var stops []func() bool
			for i := range test.n {
				stops = append(stops, f.AddDoneCallback(func() {
					require.True(t, f.Done())
					tr.add("%d", i)
				}))
			}
			var taken []bool
			for _, i := range test.stop {
				taken = append(taken, stops[i]())
			}
			require.Equal(t, test.taken, taken)
			test.end(f)
			require.Empty(t, tr, "not before the loop runs")
			briefly(t, l)
			require.Equal(t, test.want, tr)
			_ = f.Err()
		})
	}
}

// The same function can be registered several times, and each of them taken back.
//
// CPython: test_futures.BaseFutureDoneCallbackTests.test_remove_done_callback
func TestDoneCallbackRegisteredTwice(t *testing.T) {
	l := newLoop(t)
	f := loop.CreateFuture[string](l)
	var tr trace
	first := func() { tr.add("1") }
	second := func() { tr.add("2") }
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
	briefly(t, l)
	require.Equal(t, trace{"1", "2"}, tr)
}

// A callback that was scheduled cannot be taken back any more, by an earlier one either.
//
// CPython: test_futures.BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_1
func TestDoneCallbackTakenBackTooLate(t *testing.T) {
	l := newLoop(t)
	f := loop.CreateFuture[int](l)
	var tr trace
	var stop func() bool
	f.AddDoneCallback(func() { tr.add("first takes back: %v", stop()) })
	stop = f.AddDoneCallback(func() { tr.add("second") })
	f.AddDoneCallback(func() { tr.add("third") })
	require.NoError(t, f.SetResult(1))
	require.False(t, stop())
	briefly(t, l)
	require.Equal(t, trace{"first takes back: false", "second", "third"}, tr)
}

// A callback of a future that is done is scheduled at once, after what is ready.
func TestDoneCallbackOfDone(t *testing.T) {
	l := newLoop(t)
	f := loop.CreateFuture[int](l)
	var tr trace
	require.NoError(t, f.SetResult(1))
	l.CallSoon(func() { tr.add("before") })
	stop := f.AddDoneCallback(func() { tr.add("callback") })
	l.CallSoon(func() { tr.add("after") })
	require.Empty(t, tr)
	require.False(t, stop())
	iterate(t, l)
	require.Equal(t, trace{"before", "callback", "after"}, tr)
}

// Each callback is an entry of the ready queue of its own: what is scheduled between
// two ends runs between them, and what a callback adds comes in the next iteration.
func TestDoneCallbacksAreScheduledOneByOne(t *testing.T) {
	l := newLoop(t)
	f, g := loop.CreateFuture[int](l), loop.CreateFuture[int](l)
	var tr trace
	f.AddDoneCallback(func() {
		tr.add("f 1")
		f.AddDoneCallback(func() { tr.add("f, added by f 1") })
		g.AddDoneCallback(func() { tr.add("g, added by f 1") })
	})
	f.AddDoneCallback(func() { tr.add("f 2") })
	g.AddDoneCallback(func() { tr.add("g 1") })
	require.NoError(t, f.SetResult(1))
	l.CallSoon(func() { tr.add("between") })
	require.NoError(t, g.SetResult(1))
	iterate(t, l)
	require.Equal(t, trace{"f 1", "f 2", "between", "g 1"}, tr)
	iterate(t, l)
	require.Equal(t, trace{"f 1", "f 2", "between", "g 1", "f, added by f 1", "g, added by f 1"}, tr)
}

// A panic in a callback is reported, and does not keep the others from being called.
func TestDoneCallbackPanics(t *testing.T) {
	var tr trace
	l := newLoop(t, tr.handler())
	f := loop.CreateFuture[int](l)
	f.AddDoneCallback(func() { panic("boom") })
	f.AddDoneCallback(func() { tr.add("second") })
	require.NoError(t, f.SetResult(1))
	briefly(t, l)
	require.Len(t, tr, 2)
	require.Contains(t, tr[0], "Exception in callback ")
	require.Contains(t, tr[0], ": panic: boom")
	require.Equal(t, "second", tr[1])
}

// A callback runs in a copy of the context in which it was registered, of the values as
// they were then.
func TestDoneCallbackContext(t *testing.T) {
	l := newLoop(t)
	v := coro.NewVar("v", "default")
	f := loop.CreateFuture[int](l)
	var tr trace
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		v.Set(co, "task")
		for range 2 {
			f.AddDoneCallback(func() {
				tr.add("%s", v.Get(l))
				v.Set(l, "callback")
			})
		}
		v.Set(co, "later")
		require.NoError(t, f.SetResult(1))
		require.NoError(t, coro.Sleep(co, 0))
		tr.add("%s", v.Get(co))
		return nil
	}))
	require.NoError(t, err)
	require.Equal(t, trace{"task", "task", "later"}, tr)
	require.Equal(t, "default", v.Get(l))
}
