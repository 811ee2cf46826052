package loop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// CPython: test_base_events.BaseEventLoopTests.test_set_debug
func TestSetDebug(t *testing.T) {
	l := newLoop(t)
	require.False(t, l.Debug())
	l.SetDebug(true)
	require.True(t, l.Debug())
	l.SetDebug(false)
	require.False(t, l.Debug())
}

// callsOfOthers are calls that only the loop's goroutine may make.
func callsOfOthers(l *loop.Loop, f *future.Future[int]) map[string]func() {
	return map[string]func(){
		"CallSoon":   func() { l.CallSoon(func() {}) },
		"CallLater":  func() { l.CallLater(time.Minute, func() {}) },
		"CallAt":     func() { l.CallAt(time.Minute, func() {}) },
		"CreateTask": func() { coro.CreateTask(l, noop) },
		"SetResult":  func() { _ = f.SetResult(1) },
	}
}

// recovered is what f panics with.
func recovered(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// CPython: test_base_events.BaseEventLoopTests.test_check_thread
func TestCheckGoroutine(t *testing.T) {
	for _, elsewhere := range []struct {
		name string
		call func(f func())
	}{
		{"from a goroutine without a loop", func(f func()) { f() }},
		{"from one that has a loop", func(f func()) {
			other := loop.New()
			f()
			_ = other.Close()
		}},
	} {
		t.Run(elsewhere.name, func(t *testing.T) {
			l := newLoop(t, loop.Debug(true))
			f := loop.CreateFuture[int](l)
			f.AddDoneCallback(func(*future.Future[int]) { t.Error("called for a result that was refused") })
			for name, call := range callsOfOthers(l, f) {
				var value any
				l.CallSoon(func() { // the loop stands still meanwhile, but it does run
					onGoroutine(func() { elsewhere.call(func() { value = recovered(call) }) })
					l.Stop()
				})
				require.NoError(t, l.RunForever())
				require.Equal(t, loop.ErrWrongGoroutine, value, name)
			}
			require.Zero(t, l.TimerCount())
		})
	}
	t.Run("from inside another running loop", func(t *testing.T) {
		l := newLoop(t, loop.Debug(true))
		f := loop.CreateFuture[int](l)
		f.AddDoneCallback(func(*future.Future[int]) {})
		for name, call := range callsOfOthers(l, f) {
			for _, from := range []string{"callback", "coroutine"} {
				var value any
				l.CallSoon(func() {
					onGoroutine(func() {
						other := loop.New()
						if from == "callback" {
							other.CallSoon(func() { value = recovered(call) })
						} else {
							coro.CreateTask(other, coro.Do(func(*coro.Co) error {
								value = recovered(call)
								return nil
							}))
						}
						other.Stop()
						_ = other.RunForever()
						_ = other.Close()
					})
					l.Stop()
				})
				require.NoError(t, l.RunForever())
				require.Equal(t, loop.ErrWrongGoroutine, value, "%s from a %s", name, from)
			}
		}
	})
	t.Run("not for a loop that does not run", func(t *testing.T) {
		l := newLoop(t, loop.Debug(true), (&reports{}).handler())
		for name, call := range callsOfOthers(l, loop.CreateFuture[int](l)) {
			var value any
			onGoroutine(func() { value = recovered(call) })
			require.Nil(t, value, name)
		}
	})
	t.Run("not without debug mode", func(t *testing.T) {
		l := newLoop(t, (&reports{}).handler())
		for name, call := range callsOfOthers(l, loop.CreateFuture[int](l)) {
			var value any
			l.CallSoon(func() {
				onGoroutine(func() { value = recovered(call) })
				l.Stop()
			})
			require.NoError(t, l.RunForever())
			require.Nil(t, value, name)
		}
	})
	t.Run("not from the loop itself", func(t *testing.T) {
		_, err := loop.Run(func(co *coro.Co) (int, error) {
			l := loop.Of(co)
			for name, call := range callsOfOthers(l, loop.CreateFuture[int](l)) {
				require.Nil(t, recovered(call), "%s from a coroutine", name)
				l.CallSoon(func() { require.Nil(t, recovered(call), "%s from a callback", name) })
			}
			return 0, coro.Sleep(co, time.Hour)
		}, loop.VirtualTime(), loop.Debug(true))
		require.NoError(t, err)
	})
}

func stopLoopCallback(l *loop.Loop) { l.Stop() }

// CPython: test_base_events.BaseEventLoopTests.test_log_slow_callbacks
func TestLogSlowCallbacks(t *testing.T) {
	messages := func(log *logRecords) (all []string) {
		for _, r := range log.records {
			all = append(all, r.level.String()+" "+r.message)
		}
		return all
	}
	schedule := map[string]func(l *loop.Loop){
		"a callback": func(l *loop.Loop) { l.CallSoon(func() { stopLoopCallback(l) }) },
		"a timer":    func(l *loop.Loop) { l.CallLater(time.Second, func() { stopLoopCallback(l) }) },
		"a callback from outside": func(l *loop.Loop) {
			_, err := l.CallSoonThreadsafe(func() { stopLoopCallback(l) })
			require.NoError(t, err)
		},
		"a task": func(l *loop.Loop) {
			coro.CreateTask(l, coro.Do(func(*coro.Co) error {
				stopLoopCallback(l)
				return nil
			}), coro.Name("stop_loop_coro"))
		},
	}
	want := map[string]string{
		"a callback":              `^WARN Executing .*TestLogSlowCallbacks.* took .* seconds$`,
		"a timer":                 `^WARN Executing .*TestLogSlowCallbacks.* took .* seconds$`,
		"a callback from outside": `^WARN Executing .*TestLogSlowCallbacks.* took .* seconds$`,
		"a task":                  `^WARN Executing .*stop_loop_coro.* took .* seconds$`,
	}
	for name, schedule := range schedule {
		t.Run(name, func(t *testing.T) {
			var log logRecords
			l := newLoop(t, log.option(), loop.Debug(true), loop.SlowCallback(0))
			schedule(l)
			require.NoError(t, l.RunForever())
			require.Len(t, messages(&log), 1)
			require.Regexp(t, want[name], messages(&log)[0])
		})
		t.Run(name+" that is not slow", func(t *testing.T) {
			var log logRecords
			l := newLoop(t, log.option(), loop.Debug(true), loop.SlowCallback(time.Hour))
			schedule(l)
			require.NoError(t, l.RunForever())
			require.Empty(t, messages(&log))
		})
		t.Run(name+" without debug mode", func(t *testing.T) {
			var log logRecords
			l := newLoop(t, log.option(), loop.SlowCallback(0))
			schedule(l)
			require.NoError(t, l.RunForever())
			require.Empty(t, messages(&log))
		})
	}
}
