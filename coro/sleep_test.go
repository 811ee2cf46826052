package coro_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// CPython: test_tasks.BaseTaskTests.test_sleep
func TestSleep(t *testing.T) {
	var tr testkit.Trace
	run(t, func(co *coro.Co) error {
		for range 2 {
			if err := coro.Sleep(co, 50*ms); err != nil {
				return err
			}
			tr.Add("%v", loop.Of(co).Time())
		}
		return nil
	})
	require.Equal(t, testkit.Trace{"50ms", "100ms"}, tr)
}

// A sleep of zero or less is one turn for everything that is ready.
//
// CPython: test_tasks.SleepTests.test_sleep_zero
func TestSleepZero(t *testing.T) {
	for _, d := range []time.Duration{0, -1, math.MinInt64} {
		t.Run(d.String(), func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				var tr testkit.Trace
				loop.Of(co).CallSoon(func() { tr.Add("callback") })
				require.Empty(t, tr)
				err := coro.Sleep(co, d)
				tr.Add("slept")
				require.Equal(t, testkit.Trace{"callback", "slept"}, tr)
				require.Equal(t, 1, countTicks(t, co, func() { _ = coro.Sleep(co, d) }))
				require.Zero(t, loop.Of(co).Time())
				return err
			})
		})
	}
}

// CPython: test_tasks.BaseTaskTests.test_sleep_cancel
func TestCancelSleepRemovesTimer(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, testkit.Sleeping(10*time.Second))
	testkit.Briefly(t, l)
	task.Cancel()
	testkit.Briefly(t, l)
	require.True(t, task.Canceled())
	requireNoTimers(t, l)
}

// A sleep is not woken twice by a timer that is due when the cancellation comes, and a
// cancellation that comes when the time is over wins.
func TestCancelSleepWhenTimeIsOver(t *testing.T) {
	for _, test := range []struct {
		name   string
		before bool // the cancellation's timer was set before the sleep's
	}{{"before", true}, {"after", false}} {
		t.Run(test.name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			var tr testkit.Trace
			var task *coro.Task[coro.None]
			cancel := func() { tr.Add("%v", task.Cancel()) }
			if test.before {
				l.CallAt(time.Second, cancel)
			}
			task = coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
				tr.Add("%v", coro.Sleep(co, time.Second))
				tr.Add("%v", coro.Sleep(co, time.Second))
				return nil
			}))
			testkit.Briefly(t, l)
			if !test.before {
				l.CallAt(time.Second, cancel)
			}
			_, err := loop.RunUntilComplete(l, task)
			require.NoError(t, err)
			require.Equal(t, testkit.Trace{"true", "canceled", "<nil>"}, tr)
			require.Equal(t, 2*time.Second, l.Time())
		})
	}
}

// Sleeps with the same end are over in the order in which they began.
func TestSleepsWithTheSameEnd(t *testing.T) {
	var tr testkit.Trace
	run(t, func(co *coro.Co) error {
		sleep := func(name string, first, second time.Duration) coro.Func[coro.None] {
			return coro.Do(func(co *coro.Co) error {
				if err := coro.Sleep(co, first); err != nil {
					return err
				}
				err := coro.Sleep(co, second)
				tr.Add("%v %s", loop.Of(co).Time(), name)
				return err
			})
		}
		_, err := coro.Gather(co, sleep("a", 2*time.Second, time.Second), sleep("b", time.Second, 2*time.Second),
			sleep("c", 0, 3*time.Second), sleep("d", time.Second, time.Second)).Await(co)
		return err
	})
	require.Equal(t, testkit.Trace{"2s d", "3s c", "3s b", "3s a"}, tr)
}

// A sleep that goes beyond the end of time does not wrap around.
func TestSleepForever(t *testing.T) {
	l := testkit.NewLoop(t)
	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		return coro.Sleep(co, coro.Forever)
	}))
	l.CallLater(time.Hour, func() { task.Cancel() })
	_, err := loop.RunUntilComplete(l, task)
	testkit.RequireCanceled(t, err)
	require.Equal(t, time.Hour, l.Time())
}

// A sleep that is canceled when its time has come, but not yet its turn, does not end the next one of the task.
func TestSleepCanceledWhenDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			start := loop.Of(co).Time()
			task := testkit.Spawn(co, func(co *coro.Co) error {
				testkit.RequireCanceled(t, coro.Sleep(co, time.Second))
				return coro.Sleep(co, time.Hour)
			})
			testkit.Pass(t, co, 1)
			loop.Of(co).CallSoon(func() {
				task.Cancel()
				<-time.After(2 * time.Second) // the task comes before the timer in the ready queue
			})
			_, err := task.Await(co)
			require.Equal(t, time.Hour+2*time.Second, loop.Of(co).Time()-start)
			return err
		}))
	})
}
