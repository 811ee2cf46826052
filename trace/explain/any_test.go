package explain_test

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
	"github.com/ouro-loop/ouro/trace/explain"
)

var anyTexts = []string{
	"", "the alarm of a sleep", "the alarm of a timeout", "the alarm of a wait", "gather's callback", "run's callback",
	"main.f()", "gather of 2", "room in queue", `an item of queue "x"`, "lock", "semaphore (1 free)", "événement", "\x1b[31m\xff\n",
	"Deadlock: loop: deadlock: x", "sleep",
}

var anyStates = []*trace.State{
	nil, {Kind: "queue"}, {Kind: "queue", Items: []string{"a"}, Unfinished: 1, Size: 1}, {Kind: "queue", Down: true},
	{Kind: "lock"}, {Kind: "lock", Name: "db", Holders: []uint32{1}}, {Kind: "event", Value: 1}, {Kind: "barrier", Value: 1, Size: 2},
	{Kind: "semaphore", Value: 1, Waiters: []trace.Line{{Tasks: []uint32{1, 2}}}}, {Kind: "else", Value: 3},
}

// anyTrace makes a trace of bytes: ten an event.
func anyTrace(b []byte) *trace.Trace {
	var recorded []trace.Event
	details := map[int]trace.Detail{}
	for ; len(b) >= 10; b = b[10:] {
		e := trace.Event{
			Kind: trace.Kind(b[0] % 14), What: trace.What(b[1] % 28), Cause: trace.Cause(b[2] % 6),
			Task: uint32(b[3] % 5), Entry: uint64(b[4] % 16), Object: uint64(b[5] % 5), Arg: int64(int8(b[6])), Time: time.Duration(int8(b[7])),
		}
		if b[6] == 0xff {
			e.Arg = 1<<63 - 1
		}
		details[len(recorded)] = trace.Detail{
			Text: anyTexts[int(b[8])%len(anyTexts)], Of: anyTexts[int(b[8]/16)%len(anyTexts)],
			State: anyStates[int(b[9])%len(anyStates)], Tasks: []uint32{uint32(b[9] % 4), 1},
		}
		recorded = append(recorded, e)
	}
	return trace.Make(recorded, []trace.Task{{ID: 1, Name: "Task-1", Function: "main.f"}, {ID: 2, Name: "x\ny"}}, details)
}

// tellAll writes all that can be written of a trace.
func tellAll(t *testing.T, tr *trace.Trace) {
	t.Helper()
	s := storyOf(tr)
	_ = s.WriteTimeline(io.Discard, 20)
	_ = s.WriteSVG(io.Discard)
	for _, s := range []*explain.Story{s, explain.Of(tr, explain.Options{NoPictures: true})} {
		require.NoError(t, s.WriteText(io.Discard, 30, explain.Color()))
		require.NoError(t, s.WriteTicks(io.Discard, 0, 1))
		_, err := json.Marshal(s)
		require.NoError(t, err)
		for _, step := range s.Steps {
			require.NotEmpty(t, step.Says)
			require.NotEmpty(t, step.Brief)
			spoken := append(append([]explain.Part{}, step.Says...), step.Picture.Running.Nobody...)
			for _, waiting := range step.Picture.Waiting {
				spoken = append(spoken, waiting.Says...)
			}
			for _, part := range spoken {
				require.True(t, part.Task == nil || *part.Task >= 0 && *part.Task < len(s.Tasks), "%v", step)
			}
		}
	}
}

// Whatever is in a trace, its story is told.
func TestAnyTrace(t *testing.T) {
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 0))
		b := make([]byte, 10*random.IntN(60))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		tellAll(t, anyTrace(b))
	}
}

func FuzzOf(f *testing.F) {
	f.Add([]byte("0123456789abcdefghij"))
	f.Fuzz(func(t *testing.T, b []byte) { tellAll(t, anyTrace(b)) })
}

// A trace can begin anywhere, and end anywhere.
func TestPartOfTrace(t *testing.T) {
	for _, main := range []func(co *coro.Co) error{usesQueues, groups, cancelsAlong, isEager, timesOut} {
		whole := recorded(t, main)
		for begin := range whole.Events {
			details := map[int]trace.Detail{}
			for i := range whole.Events[begin:] {
				details[i] = whole.Detail(begin + i)
			}
			tellAll(t, trace.Make(whole.Events[begin:], nil, details))
			tellAll(t, trace.Make(whole.Events[:begin], nil, details))
		}
	}
}

// What a recorder of the last events has kept.
func TestLastEvents(t *testing.T) {
	r := trace.New(trace.Last(16))
	require.NoError(t, loop.Main(usesQueues, loop.VirtualTime(true), loop.Record(r)))
	tr := r.Trace()
	require.Positive(t, tr.Lost)
	tellAll(t, tr)
	require.Contains(t, textOf(t, storyOf(tr), 0), "The loop is closed")
}

// A recording that begins in the middle of a run, of a loop that is never closed.
func TestRecordedMidway(t *testing.T) {
	r := trace.New(trace.Full())
	l := loop.New(loop.VirtualTime(true))
	defer l.Close()
	coro.CreateTask(l, coro.Do(nap), coro.Name("sleeper"))
	require.NoError(t, l.Step())
	coro.CreateTask(l, coro.Do(nap), coro.Name("new"))
	l.SetRecorder(r)
	require.NoError(t, l.RunUntilIdle())
	tellAll(t, r.Trace())
	checkGolden(t, "midway", textOf(t, storyOf(r.Trace()), 80))
}

// A long run takes seconds: what is told of an event does not depend on how many there were.
func TestLongRun(t *testing.T) {
	r := trace.New(trace.Full())
	err := loop.Main(func(co *coro.Co) error {
		for range 1000 {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for range 10 {
					if err := coro.Sleep(co, 0); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		return coro.Sleep(co, time.Second)
	}, loop.VirtualTime(true), loop.Record(r))
	require.NoError(t, err)
	tr := r.Trace()
	begin := time.Now()
	s := explain.Of(tr, explain.Options{NoPictures: true})
	t.Log(len(tr.Events), "events,", len(s.Steps), "steps:", time.Since(begin))
	require.Greater(t, len(s.Steps), 20_000)
}
