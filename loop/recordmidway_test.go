package loop_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// A recorder that comes in the middle of a run is told what there is: tasks and what they wait
// for, what is ready, timers. What happens then has its cause in that.
func TestRecordFromTheMiddle(t *testing.T) {
	l := newLoop(t)
	nap := func(co *coro.Co, d time.Duration) error { return coro.Sleep(co, d) }
	sleeper := coro.CreateTask(l, coro.Do1(nap, time.Second), coro.Name("sleeper"))
	waits := coro.CreateTask(l, coro.Do(func(co *coro.Co) error { return coro.Await(co, sleeper) }))
	require.NoError(t, l.RunUntilIdle())

	r := trace.New()
	l.CallSoon(func() {
		l.SetRecorder(r)
		l.CallSoon(doNothing)
	})
	l.CallSoon(doNothing)
	yields := coro.CreateTask(l, coro.Do1(nap, 0), coro.Name("yields"))
	l.CallLater(time.Hour, doNothing)
	require.NoError(t, l.AdvanceTo(time.Second))
	require.True(t, waits.Done() && yields.Done())
	require.Equal(t, []string{
		"spawn existed object=1",
		"await sleep task=1",
		"spawn existed object=2 arg=1",
		"await task task=2 object=1",
		"spawn existed object=3",
		"push call by before entry=1",
		"push step by before entry=2 object=3",
		"timer object=1 arg=1000000000",
		"timer object=2 arg=3600000000000",
		"push call by code entry=3",
		"iterate arg=2", // what is left of it
		"run call entry=1",
		"run step task=3 entry=2",
		"await yield task=3",
		"push step by code task=3 entry=4 object=3",
		"iterate arg=2",
		"run call entry=3",
		"run step task=3 entry=4",
		"done result task=3 object=3",
		"wait arg=1000000000",
		"push internal by timer entry=5 arg=1",
		"iterate arg=1",
		"run internal entry=5",
		"done result arg=1",
		"push step by done entry=6 object=1",
		"iterate arg=1",
		"run step task=1 entry=6",
		"done result task=1 object=1 arg=2",
		"push step by done task=1 entry=7 object=2",
		"iterate arg=1",
		"run step task=2 entry=7",
		"done result task=2 object=2",
	}, told(r.Trace()))
	tr := r.Trace()
	require.Equal(t, "sleeper", tr.Task(1).Name)
	require.Equal(t, "Task-1", tr.Task(2).Name)
	require.Equal(t, "yields", tr.Task(3).Name)
}

// Off is off, and on again goes on where it was.
func TestRecordOnAndOff(t *testing.T) {
	r := trace.New()
	l := newLoop(t, loop.Record(r))
	require.Same(t, r, l.Recorder())
	l.CallSoon(doNothing)
	require.NoError(t, l.Step())
	l.SetRecorder(nil)
	require.Nil(t, l.Recorder())
	before := told(r.Trace())
	l.CallSoon(doNothing)
	l.CallSoon(doNothing)
	require.NoError(t, l.Step())
	require.Equal(t, before, told(r.Trace()))

	l.CallSoon(doNothing)
	l.SetRecorder(r)
	l.CallSoon(doNothing)
	require.NoError(t, l.Step())
	require.Equal(t, append(before,
		"push call by before entry=2",
		"push call by code entry=3",
		"iterate arg=2",
		"run call entry=2",
		"run call entry=3",
	), told(r.Trace()))
}

// A recorder is for one loop at a time; what is refused changes nothing.
func TestRecordRefuses(t *testing.T) {
	r, other := trace.New(), trace.New()
	l := newLoop(t, loop.Record(r))
	l2 := loop.New(loop.Record(other))
	const with = "loop: a trace.Recorder that is with another loop; each has one of its own"
	require.PanicsWithValue(t, with, func() { l2.SetRecorder(r) })
	require.PanicsWithValue(t, with, func() { loop.New(loop.Record(r)) })
	require.PanicsWithValue(t, "loop: a trace.Recorder that was not made by trace.New", func() { l2.SetRecorder(new(trace.Recorder)) })
	require.Same(t, other, l2.Recorder())
	l.SetRecorder(r) // once more
	require.Same(t, r, l.Recorder())

	require.NoError(t, l2.Close())
	require.Nil(t, l2.Recorder())
	require.Equal(t, []string{"note closed"}, told(other.Trace()))
	l2.SetRecorder(other) // does nothing
	require.Nil(t, l2.Recorder())
	l.SetRecorder(other) // which it is free for
	require.Same(t, other, l.Recorder())

	for _, l := range []*loop.Loop{nil, {}} {
		const made = "loop: a Loop that was not made by New, NewRunner or Run; the zero Loop and nil are none"
		require.PanicsWithValue(t, made, func() { l.SetRecorder(r) })
		require.PanicsWithValue(t, made, func() { l.Recorder() })
	}
}

func TestRecordWrongGoroutine(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		l, done := loop.Of(co), make(chan any)
		go func() {
			defer func() { done <- recover() }()
			l.SetRecorder(trace.New())
		}()
		require.Equal(t, loop.ErrWrongGoroutine, <-done)
	}, loop.Debug(true))
}

// takesOff is an error whose text takes the recorder off the loop.
type takesOff struct{ l *loop.Loop }

func (e takesOff) Error() string {
	e.l.SetRecorder(nil)
	return "taken off"
}

// What is recorded calls the program's code, which may do anything.
func TestRecordTakenOffMeanwhile(t *testing.T) {
	l := testkit.NewLoop(t, loop.Record(trace.New(trace.Full())))
	task := coro.CreateTask(l, coro.Do(func(co *coro.Co) error { return takesOff{l} }))
	waits := coro.CreateTask(l, coro.Do(func(co *coro.Co) error { return coro.Await(co, task) }))
	require.NoError(t, l.RunUntilIdle())
	require.True(t, errors.Is(waits.Err(), takesOff{l}))
	require.Nil(t, l.Recorder())
}
