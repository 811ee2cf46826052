package loop_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// What the hot paths allocate does not depend on the machine, so it is a test.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, test := range []struct {
		name string
		most float64
		run  func(co *coro.Co) error
	}{
		{"sleep(0)", 0, func(co *coro.Co) error { return coro.Sleep(co, 0) }},
		{"create a task and await it", 1, func(co *coro.Co) error {
			_, err := coro.CreateTask(co, noop).Await(co)
			return err
		}},
		{"call_soon", 0, func(co *coro.Co) error {
			loop.Of(co).CallSoon(doNothing)
			return coro.Sleep(co, 0)
		}},
		{"await a new future that a callback sets", 2, func(co *coro.Co) error { // the future and the closure
			f := loop.CreateFuture[int](loop.Of(co))
			loop.Of(co).CallSoon(func() { _ = f.SetResult(1) })
			_, err := f.Await(co)
			return err
		}},
		{"call_soon_threadsafe", 0, func(co *coro.Co) error {
			_, err := loop.Of(co).CallSoonThreadsafe(doNothing)
			if err != nil {
				return err
			}
			return coro.Sleep(co, 0)
		}},
		{"run_in_executor", 1, func(co *coro.Co) error { // all in one
			f, err := loop.RunInExecutor(loop.Of(co), nil, answer)
			if err != nil {
				return err
			}
			_, err = f.Await(co)
			return err
		}},
		{"to_thread", 2, func(co *coro.Co) error { // that, and the function's context
			_, err := answerInThread.Await(co)
			return err
		}},
		{"sleep", 0, func(co *coro.Co) error { return coro.Sleep(co, 1) }},
		{"call_at and cancel", 1, func(co *coro.Co) error {
			loop.Of(co).CallAt(loop.Of(co).Time()+time.Hour, doNothing).Cancel()
			return nil
		}},
		{"timeout", 1, func(co *coro.Co) error {
			return coro.Timeout(co, time.Hour, func(*coro.TimeoutScope) error { return nil })
		}},
		{"task group of 10", 11, func(co *coro.Co) error { // the tasks and the group
			return coro.Group(co, func(g *coro.TaskGroup) error {
				for range 10 {
					coro.CreateTask(g, noop)
				}
				return nil
			})
		}},
		{"gather of 10", 6, func(co *coro.Co) error { // its parts, and one for all tasks
			_, err := coro.Gather(co, tenNoops...).Await(co)
			return err
		}},
		{"as_completed of 10", 11, func(co *coro.Co) error { // the same
			for next := range coro.AsCompleted(co, coro.Forever, tenNoops...) {
				if _, err := next.Await(co); err != nil {
					return err
				}
			}
			return nil
		}},
		{"shield", 3, func(co *coro.Co) error { // the task, the future and what connects them
			_, err := coro.Shield(co, coro.Bind0(noop)).Await(co)
			return err
		}},
	} {
		for _, r := range []*trace.Recorder{nil, trace.New(trace.Last(64))} { // which adds none
			t.Run(fmt.Sprint(test.name, ", recorded: ", r != nil), func(t *testing.T) {
				_, err := loop.Run(func(co *coro.Co) (int, error) {
					got := testing.AllocsPerRun(1000, func() { require.NoError(t, test.run(co)) })
					require.LessOrEqual(t, got, test.most)
					return 0, nil
				}, loop.VirtualTime(true), loop.Record(r))
				require.NoError(t, err)
				if r != nil {
					require.Greater(t, r.Trace().Lost, uint64(1000))
				}
			})
		}
	}
}

func doNothing() {}

var tenNoops = slices.Repeat([]coro.Awaitable[int]{coro.Bind0(noop)}, 10)

var answerInThread = loop.ToThread(contextless(answer))
