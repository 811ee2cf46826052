package loop_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// The order of everything on a loop follows from that of one iteration: what was
// ready before, then the timers that are due, and nothing that comes in meanwhile.
// The traces are those of CPython 3.14 under a virtual clock, with equal deadlines
// in the order of scheduling. Two dashes stand at the head of an iteration.
func TestIterationOrder(t *testing.T) {
	for _, test := range []struct {
		name     string
		schedule func(l *loop.Loop, j *journal)
		want     []string
	}{
		{"what is scheduled meanwhile waits for the next iteration", func(l *loop.Loop, j *journal) {
			l.CallSoon(func() { j.iterations(3) })
			l.CallSoon(func() {
				j.note("a")
				l.CallSoon(j.noting("c"))
				l.CallLater(0, j.noting("timer of a"))
			})
			l.CallSoon(func() {
				j.note("b")
				l.CallSoon(j.noting("d"))
			})
		}, []string{"0s --", "0s a", "0s b", "0s --", "0s c", "0s d", "0s timer of a", "0s --"}},
		{"timers that are due come after what is ready", func(l *loop.Loop, j *journal) {
			l.CallLater(-1, j.noting("later -1"))
			l.CallLater(0, j.noting("later 0"))
			l.CallSoon(j.noting("soon"))
			l.CallSoon(j.noting("soon 2"))
		}, []string{"0s soon", "0s soon 2", "0s later -1", "0s later 0"}},
		// CPython: test_base_events.BaseEventLoopTests.test_call_later_negative_delays
		{"negative delays are in order of deadline", func(l *loop.Loop, j *journal) {
			l.CallLater(-1, j.noting("a"))
			l.CallLater(-2, j.noting("b"))
		}, []string{"0s b", "0s a"}},
		// CPython: test_base_events.BaseEventLoopTests.test__run_once_schedule_handle
		{"what a timer schedules waits for the next iteration", func(l *loop.Loop, j *journal) {
			l.CallSoon(func() { j.iterations(3) })
			l.CallLater(-time.Second, func() {
				j.note("timer")
				l.CallSoon(j.noting("soon"))
				l.CallLater(-time.Hour, j.noting("long past"))
			})
			l.CallLater(0, j.noting("timer 2"))
		}, []string{"0s --", "0s timer", "0s timer 2", "0s --", "0s soon", "0s long past", "0s --"}},
		{"the clock jumps to the next deadline, and all that is due comes with it", func(l *loop.Loop, j *journal) {
			l.CallLater(2*time.Second, j.noting("late"))
			l.CallLater(time.Second, func() {
				j.note("first")
				l.CallSoon(j.noting("soon"))
				l.CallLater(0, j.noting("at once"))
				l.CallLater(time.Second, j.noting("later"))
			})
			l.CallLater(time.Second, j.noting("second"))
		}, []string{"1s first", "1s second", "1s soon", "1s at once", "2s late", "2s later"}},
		{"what comes from other goroutines keeps its place in the queue", func(l *loop.Loop, j *journal) {
			threadsafe := func(f func()) {
				_, err := l.CallSoonThreadsafe(f)
				require.NoError(t, err)
			}
			l.CallSoon(j.noting("a"))
			threadsafe(j.noting("b"))
			l.CallSoon(func() {
				j.note("c")
				threadsafe(j.noting("f"))
				l.CallLater(0, j.noting("h"))
				l.CallSoon(j.noting("g"))
			})
			threadsafe(j.noting("d"))
			threadsafe(j.noting("e"))
		}, []string{"0s a", "0s b", "0s c", "0s d", "0s e", "0s f", "0s g", "0s h"}},
		{"a future's callbacks are scheduled one by one", func(l *loop.Loop, j *journal) {
			f := loop.CreateFuture[int](l)
			for i := range 3 {
				f.AddDoneCallback(func() {
					j.note("callback %d", i)
					l.CallSoon(j.noting(fmt.Sprintf("of callback %d", i)))
				})
			}
			l.CallSoon(func() {
				require.NoError(t, f.SetResult(1))
				l.CallSoon(j.noting("after the result"))
			})
			l.CallSoon(j.noting("before"))
		}, []string{
			"0s before", "0s callback 0", "0s callback 1", "0s callback 2", "0s after the result",
			"0s of callback 0", "0s of callback 1", "0s of callback 2",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLoop(t)
			j := &journal{loop: l}
			test.schedule(l, j)
			drain(t, l)
			require.Equal(t, test.want, j.lines)
		})
	}
}

// Order of registration is a guarantee that locks build on, however long the queue
// gets and however it grows and shrinks.
func TestCallSoonIsFirstInFirstOut(t *testing.T) {
	l := newLoop(t)
	const n = 1000
	var got, want []int
	for i := range n {
		want = append(want, i)
		l.CallSoon(func() {
			got = append(got, i)
			if i%3 == 0 {
				l.CallSoon(func() { got = append(got, n+i/3) })
			}
		})
	}
	for i := range (n + 2) / 3 {
		want = append(want, n+i)
	}
	drain(t, l)
	require.Equal(t, want, got)
}

// CPython leaves the order of equal deadlines open; its heap makes 0 2 6 14 13 ...
// of these. Here they are in the order of scheduling.
func TestEqualDeadlinesAreFirstInFirstOut(t *testing.T) {
	l := newLoop(t)
	var got, want []int
	for i := range 100 {
		want = append(want, i)
		l.CallAt(time.Second, func() { got = append(got, i) })
	}
	for i := range 16 {
		want = append(want, 100+i)
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			err := coro.Sleep(co, 2*time.Second)
			got = append(got, 100+i)
			return err
		}))
	}
	drain(t, l)
	require.Equal(t, want, got)
}

// A canceled timer leaves at once. CPython keeps it until it is the first one, or
// until it is one of more than half of more than a hundred.
func TestCanceledTimersLeaveAtOnce(t *testing.T) {
	// CPython: test_base_events.BaseEventLoopTests.test__run_once
	t.Run("and are not waited for", func(t *testing.T) {
		l := newLoop(t)
		j := &journal{loop: l}
		l.CallLater(5*time.Second, j.noting("canceled")).Cancel()
		l.CallLater(10*time.Second, j.noting("timer"))
		require.Equal(t, 1, l.TimerCount())
		drain(t, l)
		require.Equal(t, []string{"10s timer"}, j.lines)
	})
	// CPython: test_base_events.BaseEventLoopTests.test__run_once_cancelled_event_cleanup
	t.Run("however many there are, and wherever they stand", func(t *testing.T) {
		l := newLoop(t)
		fail := func() { t.Error("a canceled callback is called") }
		calls := 0
		live := 0
		for _, n := range []struct{ kept, canceled int }{{1, 2}, {0, 2}, {49, 51}, {0, 1000}, {50, 51}} {
			for range n.kept {
				l.CallLater(3000*time.Second, func() { calls++ })
			}
			live += n.kept
			var handles []loop.TimerHandle
			for i := range n.canceled {
				handles = append(handles, l.CallLater(time.Duration(100+i%7*1000)*time.Second, fail))
			}
			require.Equal(t, live+n.canceled, l.TimerCount())
			for i, h := range handles {
				h.Cancel()
				h.Cancel() // which counts once
				require.True(t, h.Canceled())
				require.Equal(t, live+n.canceled-i-1, l.TimerCount())
			}
			testkit.Iterate(t, l)
			require.Equal(t, live, l.TimerCount())
		}
		drain(t, l)
		require.Equal(t, live, calls)
		require.Equal(t, 3000*time.Second, l.Time(), "no canceled deadline was waited for")
	})
	t.Run("with the sleep that was canceled", func(t *testing.T) {
		_, err := loop.Run(func(co *coro.Co) (int, error) {
			task := coro.CreateTask(co, testkit.Sleeping(time.Hour))
			require.NoError(t, coro.Sleep(co, 0))
			require.Equal(t, 1, loop.Of(co).TimerCount())
			task.Cancel()
			_, err := task.Await(co)
			require.ErrorIs(t, err, future.ErrCanceled)
			require.Zero(t, loop.Of(co).TimerCount())
			return 0, nil
		}, loop.VirtualTime(true))
		require.NoError(t, err)
	})
	t.Run("but one that is due already is only not called", func(t *testing.T) {
		l := newLoop(t)
		j := &journal{loop: l}
		var second loop.TimerHandle
		l.CallAt(time.Second, func() {
			require.Zero(t, l.TimerCount())
			second.Cancel()
			j.note("first")
		})
		second = l.CallAt(time.Second, j.noting("second"))
		l.CallAt(time.Second, j.noting("third"))
		drain(t, l)
		require.Equal(t, []string{"1s first", "1s third"}, j.lines)
	})
}

// The system calls that CPython waits in take a day at the most; nobody can see it.
func TestLongWaits(t *testing.T) {
	run := func(t *testing.T, opts ...loop.Option) {
		l := loop.New(opts...)
		j := &journal{loop: l}
		l.CallLater(30*time.Hour, j.noting("a day and a quarter"))
		l.CallLater(49*time.Hour, func() {
			j.note("two days")
			l.Stop()
		})
		l.CallLater(coro.Forever, j.noting("never"))
		require.NoError(t, l.RunForever())
		require.NoError(t, l.Close())
		require.Equal(t, []string{"30h0m0s a day and a quarter", "49h0m0s two days"}, j.lines)
	}
	t.Run("virtual time", func(t *testing.T) { run(t, loop.VirtualTime(true)) })
	t.Run("real time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { run(t) })
	})
}
