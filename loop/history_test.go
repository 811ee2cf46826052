package loop_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// stubborn sleeps for ever, and for a minute more when it is canceled.
func stubborn(co *coro.Co) error {
	_ = coro.Sleep(co, coro.Forever)
	return coro.Sleep(co, time.Minute)
}

func canceledInManyWays(co *coro.Co) error {
	const ms = time.Millisecond
	quiet := func(name string) []coro.TaskOption { return []coro.TaskOption{coro.Name(name), coro.Quiet()} }
	asked := coro.CreateTask(co, coro.Do(stubborn), quiet("asked")...)
	inner := coro.CreateTask(co, coro.Do(stubborn), quiet("inner")...)
	outer := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		return coro.Await(co, coro.Gather(co, coro.Awaitable[coro.None](inner)))
	}), quiet("outer")...)
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		return coro.Timeout(co, 30*ms, func(*coro.TimeoutScope) error { return stubborn(co) })
	}), quiet("late")...)
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do(stubborn), coro.Name("member"))
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				return errors.Join(coro.Sleep(co, 40*ms), errors.New("it fails"))
			}), coro.Name("culprit"))
			return nil
		})
	}), quiet("grouped")...)
	calm := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		for coro.Sleep(co, 100*ms) != nil {
			co.Task().Uncancel()
		}
		return coro.Sleep(co, time.Hour)
	}), quiet("calm")...)
	l := loop.Of(co)
	l.CallLater(10*ms, func() { asked.Cancel() })
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		err := coro.Sleep(co, 20*ms)
		outer.Cancel()
		calm.Cancel()
		return err
	}), coro.Name("boss"))
	return coro.Sleep(co, 500*ms)
}

const psHistory = `
ID  TASK     STATE    FOR    WAITS FOR                       HELD BY  CANCELS                  AT
1   Task-1   running  0s     –                               –        –                        loop_test.TestInspectKnowsTheHistory.func1.1
2   asked    waiting  490ms  sleep, 59.51s left              –        1 by a callback          loop_test.stubborn
3   inner    waiting  480ms  sleep, 59.52s left              –        1 by boss via outer      loop_test.stubborn
4   outer    waiting  500ms  gather of 1 (0 done)            inner    1 by boss                loop_test.canceledInManyWays.func2
5   late     waiting  470ms  sleep, 59.53s left              –        1 by a timeout           loop_test.canceledInManyWays.func3
6   grouped  waiting  460ms  task group (1 of 2 unfinished)  member   1 by the end of culprit  loop_test.canceledInManyWays.func4
7   calm     waiting  380ms  sleep, 59m59.62s left           –        –                        loop_test.canceledInManyWays.func5
9   member   waiting  460ms  sleep, 59.54s left              –        1 by the end of culprit  loop_test.stubborn
`

// Since when a task waits, and who has canceled it, is known where there is a recorder.
func TestInspectKnowsTheHistory(t *testing.T) {
	for name, recorder := range map[string]*trace.Recorder{"the last events": trace.New(), "all": trace.New(trace.Full())} {
		t.Run(name, func(t *testing.T) {
			var s *loop.Snapshot
			require.NoError(t, loop.Main(func(co *coro.Co) error {
				err := canceledInManyWays(co)
				s = loop.Of(co).Snapshot()
				return err
			}, loop.VirtualTime(true), loop.Record(recorder), loop.OnException(func(*loop.Loop, future.ErrorContext) {})))
			ps, tree := texts(t, s)
			_, table, _ := strings.Cut(ps, "\n")
			require.Equal(t, strings.TrimLeft(psHistory, "\n"), table)
			require.Contains(t, tree, "outer  gather of 1 (0 done), for 500ms, canceled by boss  ")
			require.Equal(t, []loop.CancelInfo{{Time: 20 * time.Millisecond, How: "call", By: 8, ByName: "boss", Via: []uint32{4, 0}}},
				s.Task(3).CanceledBy)
		})
	}
}

// What happened before the events that are kept is not known, and nothing is made up for it.
func TestInspectKnowsWhatIsKept(t *testing.T) {
	var s *loop.Snapshot
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		waits := coro.CreateTask(co, coro.Do(stubborn), coro.Quiet(), coro.Name("waits"))
		ready := coro.CreateTask(co, coro.Do(stubborn), coro.Quiet(), coro.Name("ready"))
		err := coro.Sleep(co, time.Second)
		waits.Cancel()
		for range 10 {
			err = errors.Join(err, coro.Sleep(co, 0))
		}
		ready.Cancel()
		s = loop.Of(co).Snapshot()
		return err
	}, loop.VirtualTime(true), loop.Record(trace.New(trace.Last(16)))))
	require.True(t, s.Recorded)
	require.Nil(t, s.Task(2).Since)
	require.Equal(t, 1, s.Task(2).Canceling)
	require.Empty(t, s.Task(2).CanceledBy)
	require.Equal(t, loop.TaskReady, s.Task(3).State)
	require.Equal(t, time.Second, *s.Task(3).Since)
	require.Equal(t, []loop.CancelInfo{{Time: time.Second, How: "call", By: 1, ByName: "Task-1"}}, s.Task(3).CanceledBy)
	ps, _ := texts(t, s)
	require.Contains(t, ps, "waiting  –    sleep, 1m0s left")
	require.Contains(t, ps, "1 by Task-1")

	text, err := json.Marshal(s.Task(3))
	require.NoError(t, err)
	require.Contains(t, string(text), `"since":1000000000,`)
	require.Contains(t, string(text), `"canceled_by":[{"time":1000000000,"how":"call","by":1,"by_name":"Task-1"}]`)
}

// Of two requests a block with a time limit has taken its own back.
func TestInspectKnowsWhatWasTakenBack(t *testing.T) {
	var s *loop.Snapshot
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			_ = coro.Sleep(co, time.Second)
			_ = coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return coro.Sleep(co, time.Hour) })
			return coro.Sleep(co, time.Second)
		}))
		l.CallLater(500*time.Millisecond, func() { task.Cancel() })
		err := coro.Sleep(co, 2*time.Second)
		s = l.Snapshot()
		return err
	}, loop.VirtualTime(true), loop.Record(trace.New())))
	require.Equal(t, 1, s.Task(2).Canceling)
	require.Equal(t, []loop.CancelInfo{{Time: 500 * time.Millisecond, How: "callback"}}, s.Task(2).CanceledBy)
}

// What was there before the recorder may have waited for long.
func TestInspectDoesNotKnowWhatWasBefore(t *testing.T) {
	var s *loop.Snapshot
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		coro.CreateTask(co, coro.Do(stubborn), coro.Quiet())
		err := coro.Sleep(co, time.Second)
		begins := coro.CreateTask(co, coro.Do(stubborn), coro.Quiet())
		l.SetRecorder(trace.New())
		s = l.Snapshot()
		require.Nil(t, s.Task(2).Since)
		require.Nil(t, s.Task(3).Since)
		err = errors.Join(err, coro.Sleep(co, time.Second))
		begins.Cancel()
		err = errors.Join(err, coro.Sleep(co, time.Second))
		s = l.Snapshot()
		return err
	}, loop.VirtualTime(true)))
	require.Nil(t, s.Task(2).Since)
	require.Equal(t, 2*time.Second, *s.Task(3).Since)
}

// A long way is cut: there may be as many ways as tasks on them.
func TestInspectCutsALongWay(t *testing.T) {
	const n = 500
	var s *loop.Snapshot
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		last := coro.CreateTask(co, coro.Do(stubborn), coro.Quiet())
		for range n {
			before := last
			last = coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Await(co, before) }), coro.Quiet())
		}
		err := coro.Sleep(co, time.Second)
		last.Cancel()
		err = errors.Join(err, coro.Sleep(co, 0))
		s = loop.Of(co).Snapshot()
		return err
	}, loop.VirtualTime(true), loop.Record(trace.New(trace.Last(10*n)))))
	by := s.Task(2).CanceledBy[0]
	require.Len(t, by.Via, 100)
	require.Equal(t, n-100, by.MoreVia)
	require.Equal(t, uint32(n+2), by.Via[0], "the one that was asked")
	ps, _ := texts(t, s)
	require.True(t, strings.Contains(ps, "1 by Task-1 via Task-502, Task-501, Task-500, Task-499, Task-498, and 495 more  "))
}
