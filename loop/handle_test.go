package loop_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// CPython: test_base_events.BaseEventLoopTests.test_call_soon
// CPython: test_base_events.BaseEventLoopTests.test__add_callback_handle
// CPython: test_base_events.BaseEventLoopTests.test_run_once
// CPython: test_events.EventLoopTestsMixin.test_call_soon
func TestCallSoon(t *testing.T) {
	l := newLoop(t)
	count := 0
	h := l.CallSoon(func() { count++ })
	require.False(t, h.Canceled())
	require.Equal(t, 1, l.ReadyCount())
	require.Zero(t, l.TimerCount())
	require.Zero(t, count, "it is not called at once")
	testkit.Iterate(t, l)
	require.Equal(t, 1, count)
	require.Zero(t, l.ReadyCount())
	testkit.Iterate(t, l)
	require.Equal(t, 1, count)
}

// CPython: test_base_events.BaseEventLoopTests.test_call_later
// CPython: test_events.EventLoopTestsMixin.test_call_later
// CPython: test_events.TimerTests.test_when
func TestCallLater(t *testing.T) {
	l := newLoop(t)
	count := 0
	h := l.CallLater(10*time.Second, func() { count++ })
	require.False(t, h.Canceled())
	require.Equal(t, 10*time.Second, h.When())
	require.Zero(t, l.ReadyCount())
	require.Equal(t, 1, l.TimerCount())
	testkit.Iterate(t, l)
	require.Zero(t, count)
	drain(t, l)
	require.Equal(t, 1, count)
	require.Equal(t, 10*time.Second, l.Time())
	require.Equal(t, 10*time.Second, h.When(), "it is still known when it has run")
}

// A zero handle is due at zero and nothing else. A deadline that is out of range is none:
// the callback is never called, and has no timer.
func TestCallAtNoTime(t *testing.T) {
	var zero loop.TimerHandle
	require.Zero(t, zero.When())
	require.False(t, zero.Canceled())
	zero.Cancel()
	require.False(t, zero.Canceled())

	l := newLoop(t)
	fail := func() { t.Error("called") }
	l.CallLater(time.Second, func() {})
	drain(t, l)
	for _, test := range []struct {
		name string
		d    time.Duration
		when time.Duration
	}{
		{"for ever", coro.Forever, coro.Forever},
		{"a nanosecond too far", coro.Forever - time.Second + 1, coro.Forever},
		{"the end of time", coro.Forever - time.Second, coro.Forever},
		{"the last that there is", coro.Forever - time.Second - 1, coro.Forever - 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := l.CallLater(test.d, fail)
			require.Equal(t, test.when, h.When())
			if test.when == coro.Forever {
				require.Zero(t, l.TimerCount())
			} else {
				require.Equal(t, 1, l.TimerCount())
			}
			testkit.Iterate(t, l)
			h.Cancel()
			require.True(t, h.Canceled())
			require.Zero(t, l.TimerCount())
			require.Equal(t, test.when, h.When())
		})
	}
	l.CallAt(coro.Forever, fail)
	drain(t, l)
	require.Equal(t, time.Second, l.Time())
}

// What cannot be called is refused where it is given, not where it would be called.
//
// CPython: test_base_events.BaseEventLoopTests.test_call_soon_non_callable
func TestNilCallbacks(t *testing.T) {
	l := newLoop(t)
	for name, call := range map[string]func(){
		"CallSoon":           func() { l.CallSoon(nil) },
		"CallLater":          func() { l.CallLater(time.Second, nil) },
		"CallAt":             func() { l.CallAt(time.Second, nil) },
		"CallSoonThreadsafe": func() { _, _ = l.CallSoonThreadsafe(nil) },
		"Submit":             func() { _, _ = loop.Submit[int](l, nil) },
		"CreateTask":         func() { coro.CreateTask[int](l, nil) },
	} {
		require.Panics(t, call, name)
	}
	require.Zero(t, l.ReadyCount())
	require.Zero(t, l.TimerCount())
}

// CPython: test_base_events.BaseEventLoopTests.test_time_and_call_at
func TestTimeAndCallAt(t *testing.T) {
	const delay = 100 * time.Millisecond
	run := func(t *testing.T, opts ...loop.Option) {
		l := loop.New(opts...)
		when := l.Time() + delay
		before := l.Now()
		h := l.CallAt(when, l.Stop)
		require.Equal(t, when, h.When())
		require.NoError(t, l.RunForever())
		require.Equal(t, when, l.Time())
		require.Equal(t, delay, l.Now().Sub(before))
		require.NoError(t, l.Close())
	}
	t.Run("virtual time", func(t *testing.T) { run(t, loop.VirtualTime(true)) })
	t.Run("real time", func(t *testing.T) { synctest.Test(t, func(t *testing.T) { run(t) }) })
}

// CPython: test_events.HandleTests.test_handle
// CPython: test_events.TimerTests.test_timer
func TestHandleCancel(t *testing.T) {
	// cancelable is what the three kinds of handle have in common.
	type cancelable interface {
		Cancel()
		Canceled() bool
	}
	for _, kind := range []struct {
		name     string
		schedule func(l *loop.Loop, fn func()) cancelable
	}{
		{"CallSoon", func(l *loop.Loop, fn func()) cancelable { return l.CallSoon(fn) }},
		{"CallLater", func(l *loop.Loop, fn func()) cancelable { return l.CallLater(time.Second, fn) }},
		{"CallAt now", func(l *loop.Loop, fn func()) cancelable { return l.CallAt(l.Time(), fn) }},
		{"CallSoonThreadsafe", func(l *loop.Loop, fn func()) cancelable {
			h, err := l.CallSoonThreadsafe(fn)
			require.NoError(t, err)
			return h
		}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			// CPython: test_base_events.BaseEventLoopTests.test__add_callback_cancelled_handle
			t.Run("before it is called", func(t *testing.T) {
				l := newLoop(t)
				h := kind.schedule(l, func() { t.Error("a canceled callback is called") })
				h.Cancel()
				require.True(t, h.Canceled())
				h.Cancel()
				drain(t, l)
				require.True(t, h.Canceled(), "it stays canceled")
			})
			t.Run("by an earlier callback of the same iteration", func(t *testing.T) {
				l := newLoop(t)
				j := &journal{loop: l}
				var h cancelable
				kind.schedule(l, func() {
					j.note("first")
					h.Cancel()
				})
				h = kind.schedule(l, j.noting("second"))
				kind.schedule(l, j.noting("third"))
				drain(t, l)
				require.True(t, h.Canceled())
				require.Len(t, j.lines, 2)
				require.Contains(t, j.lines[1], "third")
			})
			t.Run("by itself, while it runs", func(t *testing.T) {
				l := newLoop(t)
				var trace []string
				var h cancelable
				h = kind.schedule(l, func() {
					h.Cancel()
					trace = append(trace, "self")
				})
				drain(t, l)
				kind.schedule(l, func() { trace = append(trace, "the next one") })
				drain(t, l)
				require.Equal(t, []string{"self", "the next one"}, trace)
			})
			t.Run("after it was called", func(t *testing.T) {
				l := newLoop(t)
				var trace []string
				h := kind.schedule(l, func() { trace = append(trace, "first") })
				drain(t, l)
				other := kind.schedule(l, func() { trace = append(trace, "second") })
				h.Cancel() // must not reach what may have taken its place
				require.False(t, other.Canceled())
				drain(t, l)
				require.Equal(t, []string{"first", "second"}, trace)
			})
			t.Run("after it panicked", func(t *testing.T) {
				var told reports
				l := newLoop(t, told.handler())
				called := false
				h := kind.schedule(l, func() { panic("boom") })
				drain(t, l)
				require.Len(t, told, 1)
				other := kind.schedule(l, func() { called = true })
				h.Cancel()
				require.False(t, other.Canceled())
				drain(t, l)
				require.True(t, called)
			})
		})
	}
}

// A callback runs in a copy, made when it is scheduled, of the context that it is
// scheduled in.
func TestCallbackContext(t *testing.T) {
	v := coro.NewVar("v", 0)
	for _, kind := range []struct {
		name     string
		schedule func(l *loop.Loop, fn func())
	}{
		{"CallSoon", func(l *loop.Loop, fn func()) { l.CallSoon(fn) }},
		{"CallLater", func(l *loop.Loop, fn func()) { l.CallLater(0, fn) }},
		{"CallAt", func(l *loop.Loop, fn func()) { l.CallAt(time.Second, fn) }},
		{"a future's callback", func(l *loop.Loop, fn func()) {
			f := loop.CreateFuture[int](l)
			f.AddDoneCallback(func() { fn() })
			future.Resolve(f, 1)
		}},
		{"a future's callback, set in another context", func(l *loop.Loop, fn func()) {
			f := loop.CreateFuture[int](l)
			f.AddDoneCallback(func() { fn() })
			l.CallSoon(func() {
				v.Set(l, 99)
				future.Resolve(f, 1)
			})
		}},
		{"a callback of a callback", func(l *loop.Loop, fn func()) { l.CallSoon(func() { l.CallSoon(fn) }) }},
	} {
		t.Run(kind.name, func(t *testing.T) {
			type seen struct {
				by    string
				value int
			}
			var trace []seen
			_, err := loop.Run(func(co *coro.Co) (int, error) {
				l := loop.Of(co)
				note := func(by string, s coro.Scope) { trace = append(trace, seen{by, v.Get(s)}) }
				v.Set(co, 1)
				kind.schedule(l, func() {
					note("first", l)
					v.Set(l, 10)
					note("first", l)
				})
				v.Set(co, 2)
				kind.schedule(l, func() {
					note("second", l)
					panic("boom") // which leaves its context too
				})
				kind.schedule(l, func() { note("third", l) })
				v.Set(co, 3)
				err := coro.Sleep(co, time.Minute)
				note("main", co)
				return 0, err
			}, loop.VirtualTime(true), loop.OnException(func(l *loop.Loop, c future.ErrorContext) {
				// The handler is called in the context of what failed.
				message, _, _ := strings.Cut(c.Err.Error(), " (")
				trace = append(trace, seen{message, v.Get(l)})
			}))
			require.NoError(t, err)
			require.Equal(t, []seen{
				{"first", 1}, {"first", 10}, {"second", 2}, {"panic: boom", 2}, {"third", 2}, {"main", 3},
			}, trace)
		})
	}
	// From other goroutines there is no context to copy, but each has one of its own.
	t.Run("CallSoonThreadsafe", func(t *testing.T) {
		l := newLoop(t)
		var trace []int
		for i := range 3 {
			_, err := l.CallSoonThreadsafe(func() {
				trace = append(trace, v.Get(l))
				v.Set(l, i+1)
				trace = append(trace, v.Get(l))
			})
			require.NoError(t, err)
		}
		drain(t, l)
		require.Equal(t, []int{0, 1, 0, 2, 0, 3}, trace)
		require.Zero(t, v.Get(l))
	})
}
