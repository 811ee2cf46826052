package looptest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/trace"
)

// inTurn relies on the order in which tasks begin, as it may.
func inTurn(t *looptest.T, co *coro.Co) error {
	var order []string
	begin := func(name string) {
		coro.CreateTask(co, coro.Do(func(*coro.Co) error { order = append(order, name); return nil }), coro.Name(name))
	}
	begin("ann")
	begin("bob")
	begin("carol")
	err := coro.Sleep(co, time.Second)
	require.Equal(t, []string{"ann", "bob", "carol"}, order)
	return err
}

// What no schedule of asyncio does, Hostile does, and says so first of all.
func TestHostile(t *testing.T) {
	r, _ := explore(t, inTurn)
	require.Empty(t, r.errors)
	r, result := explore(t, inTurn, looptest.Hostile(), looptest.SlowSteps(false))
	require.Len(t, r.errors, 1)
	require.Equal(t, "q0/3=1", result.Schedule)
	golden(t, "hostile", r.errors[0])
}

// It comes to every order of what is ready, and never says that this is all there is.
func TestHostileOrders(t *testing.T) {
	orders := map[string]int{}
	main := func(t *looptest.T, co *coro.Co) error {
		var order []int
		for i := range 4 {
			t.Loop().CallSoon(func() { order = append(order, i) })
		}
		err := coro.Sleep(co, time.Second)
		orders[fmt.Sprint(order)]++
		slices.Sort(order)
		require.Equal(t, []int{0, 1, 2, 3}, order)
		return err
	}
	r, result := explore(t, main, looptest.Hostile(), looptest.SlowSteps(false))
	require.Empty(t, r.errors)
	require.Len(t, orders, 24)
	require.Equal(t, looptest.Result{Runs: 24, Departures: -1}, result)
	require.Equal(t, []string{"looptest: 24 schedules pass, but for the usual one such as asyncio need not run: Hostile"}, r.logs)
}

// A failure that does not need it is one of asyncio's.
func TestHostileIsNotNeeded(t *testing.T) {
	r, result := explore(t, transfers(false), looptest.Hostile(), looptest.SlowSteps(false))
	require.Len(t, r.errors, 1)
	require.Regexp(t, `^d\d+=8ms$`, result.Schedule)
	require.NotContains(t, r.errors[0], "asyncio would not do this")
}

// Without Hostile a program makes no such choice, and the schedule is refused.
func TestHostileScheduleNeedsTheOption(t *testing.T) {
	t.Setenv("LOOPTEST_SCHEDULE", "q0/3=1")
	r, _ := explore(t, inTurn)
	require.Equal(t, []string{"looptest: the schedule q0/3=1 is of another test, or of another version of it: " +
		"choice 0 is a turn in the ready queue among 3 in the schedule, and a time that steps take among 2 in the program"}, r.errors)
	r, _ = explore(t, inTurn, looptest.Hostile(), looptest.SlowSteps(false))
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], "asyncio would not do this")
}

// What is recorded of programs stays true in any order: each entry is taken once, and is the one that
// was put there.
func TestHostileIsRecorded(t *testing.T) {
	outOfTurn := 0
	for seed := range uint64(trials()) {
		main := someProgram(seed)
		r, result := explore(t, func(t *looptest.T, co *coro.Co) error {
			recorder := trace.New(trace.Full())
			t.Loop().SetRecorder(recorder)
			t.Cleanup(func() { outOfTurn += requireEachOnce(t, recorder.Trace()) })
			return main(t, co)
		}, looptest.Hostile(), looptest.Runs(50), looptest.Left(func(loop.Leak) bool { return true }))
		require.Empty(t, r.errors)
		require.Equal(t, 50, result.Runs)
	}
	require.Greater(t, outOfTurn, 50)
}

// requireEachOnce returns how many entries were taken before one that was there before them.
func requireEachOnce(t require.TestingT, of *trace.Trace) (outOfTurn int) {
	pushed := map[uint64]trace.Event{}
	last := uint64(0)
	for _, e := range of.Events {
		switch {
		case e.Kind == trace.Push:
			pushed[e.Entry] = e
		case e.Kind == trace.Run && e.Entry > 0:
			push, ok := pushed[e.Entry]
			require.True(t, ok, "entry %d is taken, and was not put there", e.Entry)
			require.Equal(t, push.What, e.What)
			require.Equal(t, push.Object, uint64(e.Task))
			delete(pushed, e.Entry)
			if e.Entry < last {
				outOfTurn++
			}
			last = e.Entry
		}
	}
	require.Empty(t, pushed)
	return outOfTurn
}
