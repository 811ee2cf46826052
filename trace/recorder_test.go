package trace_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// A ring keeps the last events, says how many came before, and has them as one that keeps
// all of them.
func TestLast(t *testing.T) {
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			all := recorded(t, trace.New(trace.Last(100_000)), p.main)
			require.Zero(t, all.Lost)
			for _, n := range []int{1, 16, 17, 64} {
				some := recorded(t, trace.New(trace.Last(n)), p.main)
				kept := len(some.Events)
				require.Equal(t, len(all.Events), kept+int(some.Lost))
				require.GreaterOrEqual(t, kept, min(n, len(all.Events)))
				require.LessOrEqual(t, kept, max(16, 2*n))
				require.Equal(t, all.Events[some.Lost:], some.Events)
				for i := range some.Events {
					if some.Detail(i).Text != "" { // the ring of texts is smaller
						require.Equal(t, all.Detail(i+int(some.Lost)), some.Detail(i))
					}
				}
			}
		})
	}
}

// Texts are kept as long as their events, as far as there is room for them.
func TestTexts(t *testing.T) {
	r := trace.New(trace.Last(16)) // and 4 texts
	for _, text := range strings.Split("abcdef", "") {
		r.Note(text)
	}
	texts := func() (texts []string) {
		tr := r.Trace()
		for i := range tr.Events {
			texts = append(texts, tr.Detail(i).Text)
		}
		return texts
	}
	require.Equal(t, []string{"", "", "c", "d", "e", "f"}, texts())
	before := r.Trace()

	l := loop.New(loop.VirtualTime(true), loop.Record(r))
	for range 7 {
		l.CallSoon(func() {})
	}
	require.NoError(t, l.Step())
	require.Equal(t, "f", before.Detail(5).Text, "a Trace is a copy")
	require.Equal(t, []string{"f", "", "", "", "", "", "", "", "", "", "", "", "", "", "", ""}, texts())
	l.CallSoon(func() {})
	require.NotContains(t, texts(), "f")
	require.NoError(t, l.Close())
}

// What tasks are called outlives the event of their creation if they live, and not the text
// with the name if they do not.
func TestNames(t *testing.T) {
	r := trace.New(trace.Last(32))
	l := loop.New(loop.VirtualTime(true), loop.Record(r))
	lives := coro.CreateTask(l, coro.Do1(nap, time.Hour), coro.Name("lives"))
	coro.CreateTask(l, coro.Do1(nap, 0), coro.Name("ended"))
	require.NoError(t, l.Step())
	tr := r.Trace()
	require.Equal(t, trace.Task{ID: 1, Name: "lives"}, tr.Task(1), "the function is not noted")
	require.Equal(t, trace.Task{ID: 2, Name: "ended"}, tr.Task(2))
	require.Zero(t, tr.Detail(0))

	require.NoError(t, l.Step())
	for range 8 {
		r.Note("more")
	}
	tr = r.Trace()
	require.Zero(t, tr.Lost)
	require.Equal(t, trace.Task{ID: 1, Name: "lives"}, tr.Task(1))
	require.Equal(t, trace.Task{ID: 2, Name: "task 2"}, tr.Task(2), "the text was overwritten")

	for range 32 {
		l.CallSoon(func() {})
	}
	lives.SetName("lives on")
	tr = r.Trace()
	require.Equal(t, "lives on", tr.Task(1).Name)
	require.Equal(t, trace.Task{ID: 7, Name: "task 7"}, tr.Task(7))
	lives.Cancel()
	require.NoError(t, l.RunUntilIdle())
	require.NoError(t, l.Close())
}

func TestNote(t *testing.T) {
	for _, r := range []*trace.Recorder{trace.New(), trace.New(trace.Full())} {
		r.Note("without a loop")
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			r.Note("in a task")
			return nil
		}, loop.VirtualTime(true), loop.Record(r)))
		r.Note("afterwards")
		tr := r.Trace()
		var notes []string
		for i, e := range tr.Events {
			if e.Kind == trace.Note && e.What == trace.Text {
				notes = append(notes, tr.Task(e.Task).Name+": "+tr.Detail(i).Text)
			}
		}
		require.Equal(t, []string{"task 0: without a loop", "Task-1: in a task", "task 0: afterwards"}, notes)
	}
}

func TestNewRefuses(t *testing.T) {
	require.PanicsWithValue(t, "trace: a nil Option; leave it out", func() { trace.New(nil) })
	require.PanicsWithValue(t, "trace: Last of less than one event", func() { trace.New(trace.Last(0)) })
	require.Panics(t, func() { trace.New(trace.Last(math.MaxInt)) }, "what keeps all is Full")
	for _, r := range []*trace.Recorder{nil, new(trace.Recorder)} {
		require.PanicsWithValue(t, "trace: a Recorder that was not made by New", func() { r.Note("") })
		require.PanicsWithValue(t, "trace: a Recorder that was not made by New", func() { r.Trace() })
	}
}

// What has changed is the doing of what ran before, not of what begins.
func TestHoldIsOfWhoDidIt(t *testing.T) {
	r := trace.New(trace.Full())
	var e locks.Event
	tr := recorded(t, r, func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return e.Wait(co) }), coro.Name("waits"))
		loop.Of(co).CallLater(time.Second, e.Set)
		if err := coro.Sleep(co, 2*time.Second); err != nil {
			return err
		}
		loop.Of(co).CallSoon(e.Clear)
		return coro.Sleep(co, 0)
	})
	var holds []string
	for i, e := range tr.Events {
		if e.Kind == trace.Hold {
			s := tr.Detail(i).State
			holds = append(holds, strings.Join([]string{e.Time.String(), tr.Task(e.Task).Name, map[int]string{0: "clear", 1: "set"}[s.Value]}, " "))
		}
	}
	require.Equal(t, []string{
		"0s waits clear", "1s task 0 set",
		"1s waits set", // it is not in line any more
		"2s task 0 clear",
	}, holds)
}

// A thing is shared by a program that has not thought much.
type thing struct {
	l     *loop.Loop
	calls int
}

func (x *thing) State() trace.State {
	x.calls++
	if x.calls%2 == 0 {
		panic("in the middle")
	}
	if x.calls < 4 {
		x.l.CallSoon(func() {})
	}
	return trace.State{Kind: "thing", Value: x.calls}
}

// What is looked at can panic, and do what is recorded, and nothing breaks.
func TestThing(t *testing.T) {
	tr := recorded(t, trace.New(trace.Full()), func(co *coro.Co) error {
		co.Share(&thing{l: loop.Of(co)})
		return coro.Sleep(co, time.Second)
	})
	var states []int
	for i, e := range tr.Events {
		if e.Kind == trace.Hold {
			states = append(states, tr.Detail(i).State.Value)
		}
	}
	require.Greater(t, len(states), 2)
	require.Equal(t, []int{1, 3}, states[:2])
}

// A talker's Describe does what is recorded.
type talker struct {
	core future.Core
	r    *trace.Recorder
	l    *loop.Loop
}

func (d *talker) Describe() string {
	d.r.Note("asked")
	d.l.CallSoon(func() {})
	return "a talker"
}

func (d *talker) Holders() []coro.AnyTask {
	d.r.Note("asked who")
	return nil
}

// What a Describe does has its own place in the trace, and takes nobody else's details.
func TestDescribeIsRecorded(t *testing.T) {
	r := trace.New(trace.Full())
	tr := recorded(t, r, func(co *coro.Co) error {
		d := &talker{r: r, l: loop.Of(co)}
		d.core.Init(d.l, d)
		d.l.CallSoon(func() { d.core.Cancel(nil) })
		return expected(co.Suspend(&d.core), future.ErrCanceled)
	})
	notes := 0
	for i, e := range tr.Events {
		d := tr.Detail(i)
		switch {
		case e.Kind == trace.Note && e.What == trace.Text:
			require.Contains(t, []string{"asked", "asked who"}, d.Text)
			notes++
		case e.Kind == trace.Await:
			require.Equal(t, "a talker", d.Text)
			require.NotEmpty(t, d.Site)
		case e.Object == 0 && (e.Kind == trace.Cancel || e.Kind == trace.Done):
			require.Equal(t, "a talker", d.Of)
		case e.Kind == trace.Push && e.What == trace.Call:
			require.Equal(t, trace.ByCode, e.Cause)
		}
	}
	require.Equal(t, 4, notes, "of an Await twice, of a Cancel, and of a Done")
}

// What is pushed after a future's callbacks is not their doing.
func TestCauseAfterDone(t *testing.T) {
	for _, r := range []*trace.Recorder{trace.New(), trace.New(trace.Full())} {
		tr := recorded(t, r, func(co *coro.Co) error {
			l := loop.Of(co)
			f := loop.CreateFuture[int](l)
			f.AddDoneCallback(func() {})
			require.NoError(t, f.SetResult(1))
			l.CallSoon(func() {})
			return coro.Sleep(co, 0)
		})
		var causes []trace.Cause
		for i, e := range tr.Events {
			if e.Kind == trace.Push && tr.Events[i].Task != 0 {
				causes = append(causes, e.Cause)
			}
		}
		require.Equal(t, []trace.Cause{trace.ByDone, trace.ByCode, trace.ByCode}, causes[:3], "callback, call, yield")
	}
}
