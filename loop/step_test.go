package loop_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// realLoop makes a loop whose clock is real unless opts say otherwise.
func realLoop(t *testing.T, opts ...loop.Option) *loop.Loop {
	l := loop.New(opts...)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// A step is an iteration: what is scheduled in one runs in the next.
func TestStepIsAnIteration(t *testing.T) {
	l := newLoop(t)
	var trace []string
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		for i := range 3 {
			trace = append(trace, fmt.Sprint("task ", i))
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return nil
	}))
	l.CallSoon(func() {
		trace = append(trace, "callback")
		l.CallSoon(func() { trace = append(trace, "its callback") })
	})
	for i := 0; !l.Idle(); i++ {
		trace = append(trace, fmt.Sprint("step ", i))
		require.NoError(t, l.Step())
	}
	require.Equal(t, []string{
		"step 0", "task 0", "callback",
		"step 1", "task 1", "its callback",
		"step 2", "task 2",
		"step 3", // the task ends
	}, trace)
	require.NoError(t, l.Step(), "of an idle loop")
}

// A limit breaks off in the middle of an iteration, and whatever runs next goes on there.
func TestStepLimits(t *testing.T) {
	for name, rest := range map[string]func(l *loop.Loop) error{
		"Step":         func(l *loop.Loop) error { return l.Step() },
		"RunUntilIdle": func(l *loop.Loop) error { return l.RunUntilIdle() },
		"AdvanceTo":    func(l *loop.Loop) error { return l.AdvanceTo(0) },
		"RunForever":   func(l *loop.Loop) error { l.Stop(); return l.RunForever() },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLoop(t)
			var trace []string
			for _, s := range []string{"a", "b", "c", "d"} {
				l.CallSoon(func() { trace = append(trace, s) })
			}
			require.NoError(t, l.Step(loop.MaxEntries(1)))
			require.Equal(t, []string{"a"}, trace)
			require.False(t, l.Idle())
			require.NoError(t, l.RunUntilIdle(loop.MaxTime(-1)))
			require.Equal(t, []string{"a", "b"}, trace)
			_, err := l.CallSoonThreadsafe(func() { trace = append(trace, "posted") })
			require.NoError(t, err)
			require.NoError(t, rest(l))
			require.Equal(t, []string{"a", "b", "c", "d"}, trace[:4])
		})
	}
}

// An entry that panics counts as well, also the last one that may run.
func TestStepLimitsAndPanics(t *testing.T) {
	for name, test := range map[string]struct {
		panic    any
		want     error
		rest     []string // of what an iteration after it runs
		reported int
	}{
		"panic":     {"oops", nil, []string{"b", "c"}, 1},
		"interrupt": {loop.ErrKeyboardInterrupt, loop.ErrKeyboardInterrupt, []string{"b", "c", "d"}, 0},
	} {
		for how, limit := range map[string]loop.Limit{"entries": loop.MaxEntries(1), "time": loop.MaxTime(0)} {
			for _, debug := range []bool{false, true} {
				t.Run(fmt.Sprint(name, ", ", how, ", debug ", debug), func(t *testing.T) {
					reported := 0
					l := newLoop(t, loop.Debug(debug), loop.OnException(func(*loop.Loop, future.ErrorContext) { reported++ }))
					var trace []string
					note := func(s string) func() { return func() { trace = append(trace, s) } }
					l.CallSoon(func() { panic(test.panic) })
					l.CallSoon(note("b"))
					l.CallSoon(note("c"))
					require.Equal(t, test.want, l.RunUntilIdle(limit))
					require.Empty(t, trace)
					l.CallSoon(note("d"))
					require.NoError(t, l.Step())
					require.Equal(t, test.rest, trace)
					require.NoError(t, l.Step())
					require.Equal(t, []string{"b", "c", "d"}, trace)
					require.Equal(t, test.reported, reported)
				})
			}
		}
	}
}

func TestRunUntilIdleDoesNotWait(t *testing.T) {
	for name, opts := range map[string][]loop.Option{"real": nil, "virtual": {loop.VirtualTime(true)}, "debug": {loop.Debug(true)}} {
		t.Run(name, func(t *testing.T) {
			l := realLoop(t, opts...)
			var trace []string
			task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
				trace = append(trace, "begins")
				err := coro.Sleep(co, time.Hour)
				trace = append(trace, "canceled")
				return err
			}))
			require.NoError(t, l.RunUntilIdle())
			require.Equal(t, []string{"begins"}, trace)
			require.True(t, l.Idle())
			require.GreaterOrEqual(t, l.NextDeadline(), time.Hour)
			if name == "virtual" {
				require.Equal(t, coro.Forever, l.MayWait())
			} else {
				require.Greater(t, l.MayWait(), 50*time.Minute)
			}
			task.Cancel()
			require.False(t, l.Idle())
			require.Zero(t, l.MayWait())
			require.NoError(t, l.RunUntilIdle())
			require.Equal(t, []string{"begins", "canceled"}, trace)
			require.Equal(t, coro.Forever, l.NextDeadline())
			require.Equal(t, coro.Forever, l.MayWait())
		})
	}
}

// A game with frames of 16 ms wakes each sleep in its frame.
func TestStepFrames(t *testing.T) {
	const frame = 16 * time.Millisecond
	l := newLoop(t)
	now := 0
	var want, got []string
	for i := range 10 {
		d := time.Duration(i*i) * 5 * time.Millisecond
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			err := coro.Sleep(co, d)
			got = append(got, fmt.Sprintf("%v in frame %d at %v", d, now, loop.Of(co).Time()))
			return err
		}))
		want = append(want, fmt.Sprintf("%v in frame %d at %v", d, (d+frame-1)/frame, d))
	}
	for ; now < 30; now++ {
		require.NoError(t, l.AdvanceTo(time.Duration(now)*frame))
		require.Equal(t, time.Duration(now)*frame, l.Time())
	}
	require.Equal(t, want, got)
}

func TestAdvanceTo(t *testing.T) {
	t.Run("runs what is due at its time, with what that leads to", func(t *testing.T) {
		l := newLoop(t)
		var trace []string
		note := func(s string) func() { return func() { trace = append(trace, fmt.Sprint(s, " at ", l.Time())) } }
		l.CallLater(2, note("two"))
		l.CallLater(1, func() {
			note("one")()
			l.CallSoon(note("soon"))
			l.CallLater(1, note("one more"))
			l.CallLater(5, note("six"))
		})
		require.NoError(t, l.AdvanceTo(3))
		require.Equal(t, []string{"one at 1ns", "soon at 1ns", "two at 2ns", "one more at 2ns"}, trace)
		require.NoError(t, l.AdvanceTo(2), "the past")
		require.EqualValues(t, 3, l.Time())
		require.NoError(t, l.AdvanceTo(coro.Forever))
		require.Equal(t, "six at 6ns", trace[4])
		require.EqualValues(t, 6, l.Time())
	})
	t.Run("runs what OnAdvance schedules, with what that leads to", func(t *testing.T) {
		var l *loop.Loop
		var trace []string
		l = newLoop(t, loop.OnAdvance(func(from, to time.Duration) {
			trace = append(trace, fmt.Sprint(from, " to ", to))
			if to == 3 {
				return
			}
			l.CallSoon(func() {
				trace = append(trace, "a")
				l.CallSoon(func() { trace = append(trace, "b") })
			})
			l.CallAt(3, func() { trace = append(trace, fmt.Sprint("c at ", l.Time())) })
		}))
		require.NoError(t, l.AdvanceTo(2))
		require.Equal(t, []string{"0s to 2ns", "a", "b"}, trace)
		require.NoError(t, l.AdvanceTo(5))
		require.Equal(t, []string{"2ns to 3ns", "c at 3ns", "3ns to 5ns", "a", "c at 5ns", "b"}, trace[3:])
		require.True(t, l.Idle())
	})
	t.Run("does not pass work that is out", func(t *testing.T) {
		l := newLoop(t)
		let := make(chan struct{})
		var ended time.Duration
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			_, err := loop.GoDo(func(context.Context) error { <-let; return nil })(co)
			ended = l.Time()
			return err
		}))
		l.CallLater(time.Second, func() {})
		require.NoError(t, l.RunUntilIdle())
		require.Equal(t, 1, l.Outside())
		close(let)
		require.NoError(t, l.AdvanceTo(time.Minute))
		require.Zero(t, ended)
		require.Zero(t, l.Outside())
		require.Equal(t, time.Minute, l.Time())
	})
	t.Run("needs a virtual clock", func(t *testing.T) {
		require.EqualError(t, realLoop(t).AdvanceTo(1), "loop: only a virtual clock can be advanced; make the loop with VirtualTime")
	})
}

// What ends a run ends a step, and says so.
func TestStepEnds(t *testing.T) {
	errBad := errors.New("bad")
	for name, test := range map[string]struct {
		callback func(l *loop.Loop)
		want     error
	}{
		"stop":      {func(l *loop.Loop) { l.Stop() }, loop.ErrStopped},
		"interrupt": {func(*loop.Loop) { panic(loop.ErrKeyboardInterrupt) }, loop.ErrKeyboardInterrupt},
		"panic":     {func(*loop.Loop) { panic(errBad) }, nil},
		"inside":    {func(l *loop.Loop) { require.ErrorIs(t, l.Step(), loop.ErrRunning) }, nil},
		"another":   {func(*loop.Loop) { require.ErrorIs(t, realLoop(t).Step(), loop.ErrRunning) }, nil},
	} {
		for how, call := range map[string]func(l *loop.Loop) error{
			"Step":         func(l *loop.Loop) error { return l.Step() },
			"limited":      func(l *loop.Loop) error { return l.Step(loop.MaxEntries(10)) },
			"RunUntilIdle": func(l *loop.Loop) error { return l.RunUntilIdle() },
			"AdvanceTo":    func(l *loop.Loop) error { return l.AdvanceTo(1) },
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				var reported []error
				l := newLoop(t, loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
					reported = append(reported, c.Err)
				}))
				l.CallSoon(func() { test.callback(l) })
				ran := false
				l.CallSoon(func() { ran = true })
				require.Equal(t, test.want, call(l))
				if name == "panic" {
					require.ErrorIs(t, errors.Join(reported...), errBad)
				} else {
					require.Empty(t, reported)
				}
				require.Equal(t, test.want != loop.ErrKeyboardInterrupt, ran)
				require.NoError(t, l.RunUntilIdle(), "it goes on")
				require.True(t, ran)
			})
		}
	}
	l := loop.New()
	require.NoError(t, l.Close())
	require.Equal(t, loop.ErrClosed, l.Step())
	require.PanicsWithValue(t, "loop: a nil Limit; leave it out", func() { _ = realLoop(t).Step(nil) })
	require.PanicsWithValue(t, "loop: MaxEntries of less than one", func() { loop.MaxEntries(0) })
}

// A Goexit in a step ends the goroutine that called it, and closes the loop.
func TestStepGoexit(t *testing.T) {
	l := loop.New()
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		runtime.Goexit()
		return nil
	}))
	returned := false
	var host sync.WaitGroup
	host.Go(func() {
		for range 10 {
			_ = l.Step()
		}
		returned = true
	})
	host.Wait()
	require.False(t, returned)
	require.True(t, l.IsClosed())
}

// Debug mode looks at the entries of limited steps too.
func TestStepDebug(t *testing.T) {
	var out bytes.Buffer
	l := realLoop(t, loop.Debug(true), loop.SlowCallback(0), loop.Logger(slog.New(slog.NewTextHandler(&out, nil))))
	l.CallSoon(func() {})
	require.NoError(t, l.Step(loop.MaxEntries(1)))
	require.Contains(t, out.String(), "Executing")
	out.Reset()
	l.CallSoon(func() {})
	require.NoError(t, l.Step())
	require.Contains(t, out.String(), "Executing")
}

// Goroutines that post wake the application each time that it has to step, and no wake is
// lost: it waits for nothing else.
func TestStepLosesNoWake(t *testing.T) {
	const goroutines, posts = 8, 1_000_000 / 8
	l := realLoop(t)
	wake := make(chan struct{}, 1)
	l.OnWake(func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	ran := 0
	for range goroutines {
		go func() {
			for i := range posts {
				_, err := l.CallSoonThreadsafe(func() { ran++ })
				if err != nil {
					panic(err)
				}
				if i%100 == 0 {
					runtime.Gosched()
				}
			}
		}()
	}
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	waits := 0
	for ran < goroutines*posts {
		if !l.Idle() {
			require.NoError(t, l.Step(loop.MaxEntries(1000)))
			continue
		}
		waits++
		select {
		case <-wake:
		case <-patience.C:
			t.Fatalf("a wake is lost after %d of %d posts", ran, goroutines*posts)
		}
	}
	require.Positive(t, waits)
}
