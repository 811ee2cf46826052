package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/model"
	"github.com/ouro-loop/ouro/trace"
)

// An entry that runs out of turn, as a test may have it, leaves the queue as well.
func TestOutOfTurn(t *testing.T) {
	var s model.State
	push := func(n uint64) trace.Event { return trace.Event{Kind: trace.Push, What: trace.Call, Entry: n} }
	run := func(n uint64) trace.Event { return trace.Event{Kind: trace.Run, What: trace.Call, Entry: n} }
	numbers := func() (ready []uint64) {
		for _, e := range s.Ready {
			ready = append(ready, e.Number)
		}
		return ready
	}
	pushes := map[uint64]int{}
	var queues [][]uint64
	for i, e := range []trace.Event{push(1), push(2), push(3), {Kind: trace.Iterate, Arg: 3}, run(3), push(4), run(1), run(2), {Kind: trace.Iterate, Arg: 1}, run(4)} {
		s.Apply(i, e)
		switch e.Kind {
		case trace.Push:
			pushes[e.Entry] = i
		case trace.Run:
			require.Equal(t, model.Entry{Number: e.Entry, What: trace.Call, Push: pushes[e.Entry], Run: i, Timer: -1}, s.Running[0])
			queues = append(queues, numbers())
		}
	}
	require.Equal(t, [][]uint64{{1, 2}, {2, 4}, {4}, nil}, queues)
	require.Zero(t, s.Left)

	s.Apply(0, run(9)) // which was pushed before the trace begins
	require.Equal(t, -1, s.Running[0].Push)
}

// When a loop is closed another one may be recorded, which begins anew. The tasks are numbered
// on.
func TestAnotherLoop(t *testing.T) {
	var s model.State
	for i, e := range []trace.Event{
		{Kind: trace.Spawn, Object: 1}, {Kind: trace.Timer, Object: 1, Arg: 5}, {Kind: trace.Push, Entry: 1, What: trace.Call},
		{Kind: trace.Iterate, Arg: 1}, {Kind: trace.Note, What: trace.Closed},
	} {
		s.Apply(i, e)
	}
	require.Equal(t, model.State{Iteration: 1, Left: 1, Tasks: s.Tasks, Order: []uint32{1}, Closed: true}, s)
	s.Apply(5, trace.Event{Kind: trace.Spawn, Object: 2, Time: 7})
	require.Equal(t, model.State{Time: 7, Tasks: s.Tasks, Order: []uint32{1, 2}}, s)
	require.Len(t, s.Tasks, 2)
}
