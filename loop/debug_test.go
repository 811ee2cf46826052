package loop_test

import (
	"os"
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

// callbackCalls are the calls that schedule a callback, which only the loop's
// goroutine may make.
func callbackCalls(l *loop.Loop) map[string]func() {
	return map[string]func(){
		"CallSoon":  func() { l.CallSoon(func() {}) },
		"CallLater": func() { l.CallLater(time.Minute, func() {}) },
		"CallAt":    func() { l.CallAt(time.Minute, func() {}) },
	}
}

// otherCalls are further doors of the loop. co is that of a task of it.
func otherCalls(l *loop.Loop, co *coro.Co) map[string]func() {
	f := loop.CreateFuture[int](l)
	handle, timer := l.CallSoon(func() {}), l.CallLater(time.Minute, func() {})
	return map[string]func(){
		"CreateTask":          func() { coro.CreateTask(l, noop) },
		"CreateTask, eager":   func() { coro.CreateTask(l, noop, coro.Eager(true)) },
		"CreateTask by Co":    func() { coro.CreateTask(co, noop) },
		"Gather":              func() { coro.Gather(l, coro.Bind0(noop)) },
		"Shield":              func() { coro.Shield(l, coro.Bind0(noop)) },
		"AddDoneCallback":     func() { f.AddDoneCallback(func() {}) },
		"AddReader":           func() { _, _ = l.AddReader(0, func() {}) },
		"AddWriter":           func() { _, _ = l.AddWriter(0, func() {}) },
		"RemoveReader":        func() { l.RemoveReader(0) },
		"RemoveWriter":        func() { l.RemoveWriter(0) },
		"AddSignalHandler":    func() { _ = l.AddSignalHandler(os.Interrupt, func() {}) },
		"RemoveSignalHandler": func() { l.RemoveSignalHandler(os.Interrupt) },
		"Handle.Cancel":       func() { handle.Cancel() },
		"TimerHandle.Cancel":  func() { timer.Cancel() },
		"Sleep":               func() { _ = coro.Sleep(co, 0) },
		"Sleep for long":      func() { _ = coro.Sleep(co, time.Hour) },
		"Await":               func() { _, _ = f.Await(co) },
		"Wait":                func() { _, _, _ = coro.Wait(co, []future.Any{f}) },
		"WaitFor":             func() { _, _ = coro.WaitFor(co, f, time.Second) },
		"WaitFor 0":           func() { _, _ = coro.WaitFor(co, f, 0) },
		"AsCompleted":         func() { coro.AsCompleted(co, time.Second, coro.Awaitable[int](f)) },
		"Timeout":             func() { _ = coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return nil }) },
		"Group":               func() { _ = coro.Group(co, func(*coro.TaskGroup) error { return nil }) },
	}
}

// Debug mode may be turned on and off while the loop runs, by whatever runs on it.
func TestSetDebugWhileRunning(t *testing.T) {
	for name, turn := range map[string]func(co *coro.Co, set func()) error{
		"by a task": func(_ *coro.Co, set func()) error { set(); return nil },
		"by a callback": func(co *coro.Co, set func()) error {
			loop.Of(co).CallSoon(set)
			return coro.Sleep(co, 0)
		},
		"by a callback that no task hosts": func(co *coro.Co, set func()) error {
			loop.Of(co).CallLater(time.Second, set)
			return coro.Sleep(co, 2*time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var told reports
			l := newLoop(t, told.handler())
			_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
				for _, on := range []bool{true, false, true} {
					if err := turn(co, func() { l.SetDebug(on); l.CallSoon(func() {}) }); err != nil {
						return err
					}
					called := false
					l.CallSoon(func() { called = true; l.CallSoon(func() {}) })
					_, err := coro.CreateTask(co, coro.Bind0(noop)).Await(co)
					require.NoError(t, err)
					require.True(t, called)
				}
				return nil
			}))
			require.NoError(t, err)
			require.Empty(t, told)
		})
	}
}

// Every door of the loop refuses another goroutine in debug mode, also while the task runs
// whose Co is used.
func TestDoorsRefuseOtherGoroutines(t *testing.T) {
	_, err := loop.Run(func(co *coro.Co) (int, error) {
		l := loop.Of(co)
		for name, call := range otherCalls(l, co) {
			var value any
			onGoroutine(func() { value = recovered(call) })
			require.Equal(t, loop.ErrWrongGoroutine, value, name)
		}
		require.Len(t, coro.AllTasks(l), 1)
		return 0, coro.Sleep(co, 0)
	}, loop.VirtualTime(true), loop.Debug(true))
	require.NoError(t, err)
}

// recovered is what f panics with.
func recovered(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// whileItRuns calls f on another goroutine in the middle of a run of l, which
// stands still meanwhile.
func whileItRuns(t *testing.T, l *loop.Loop, f func()) {
	t.Helper()
	l.CallSoon(func() {
		onGoroutine(f)
		l.Stop()
	})
	require.NoError(t, l.RunForever())
}

// CPython: test_base_events.BaseEventLoopTests.test_check_thread
func TestCheckGoroutine(t *testing.T) {
	// insideOther calls f in a callback or a coroutine of another loop.
	insideOther := func(schedule func(other *loop.Loop, f func())) func(f func()) {
		return func(f func()) {
			other := loop.New()
			schedule(other, f)
			other.Stop()
			_ = other.RunForever()
			_ = other.Close()
		}
	}
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
		{"from a callback of another loop", insideOther(func(other *loop.Loop, f func()) { other.CallSoon(f) })},
		{"from a coroutine of another loop", insideOther(func(other *loop.Loop, f func()) {
			coro.CreateTask(other, coro.Do(func(*coro.Co) error {
				f()
				return nil
			}))
		})},
	} {
		t.Run(elsewhere.name, func(t *testing.T) {
			l := newLoop(t, loop.Debug(true))
			for name, call := range callbackCalls(l) {
				var value any
				whileItRuns(t, l, func() { elsewhere.call(func() { value = recovered(call) }) })
				require.Equal(t, loop.ErrWrongGoroutine, value, name)
			}
			require.Zero(t, l.TimerCount())
		})
		// A panic in the middle of a change would break more than it tells.
		t.Run(elsewhere.name+", by way of a future or a task", func(t *testing.T) {
			for name, call := range map[string]func(l *loop.Loop, f *future.Future[int]){
				"SetResult": func(_ *loop.Loop, f *future.Future[int]) { _ = f.SetResult(1) },
			} {
				var told reports
				l := newLoop(t, loop.Debug(true), told.handler())
				f := loop.CreateFuture[int](l)
				f.AddDoneCallback(func() {})
				whileItRuns(t, l, func() { elsewhere.call(func() { call(l, f) }) })
				drain(t, l)
				require.Len(t, told, 1, name)
				require.Equal(t, loop.ErrWrongGoroutine, told[0].Err, name)
				require.Contains(t, told[0].Source, "debug_test.go:", name)
			}
		})
	}
	t.Run("not for a loop that does not run", func(t *testing.T) {
		l := newLoop(t, loop.Debug(true))
		for name, call := range callbackCalls(l) {
			onGoroutine(func() { require.Nil(t, recovered(call), name) })
		}
		require.Equal(t, 1, l.ReadyCount())
		require.Equal(t, 2, l.TimerCount())
	})
	t.Run("not without debug mode", func(t *testing.T) {
		l := newLoop(t)
		for name, call := range callbackCalls(l) {
			whileItRuns(t, l, func() { require.Nil(t, recovered(call), name) })
		}
	})
	t.Run("not from the loop itself", func(t *testing.T) {
		_, err := loop.Run(func(co *coro.Co) (int, error) {
			l := loop.Of(co)
			for name, call := range callbackCalls(l) {
				require.Nil(t, recovered(call), "%s from a coroutine", name)
				l.CallSoon(func() { require.Nil(t, recovered(call), "%s from a callback", name) })
			}
			return 0, coro.Sleep(co, time.Hour)
		}, loop.VirtualTime(true), loop.Debug(true))
		require.NoError(t, err)
	})
}

func stopLoopCallback(l *loop.Loop) { l.Stop() }

// CPython: test_base_events.BaseEventLoopWithSelectorTests.test_log_slow_callbacks
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
