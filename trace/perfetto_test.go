package trace_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/trace"
)

// A chrome is Chrome's trace format, as far as it is used here.
type chrome struct {
	Unit   string `json:"displayTimeUnit"`
	Events []struct {
		Name  string         `json:"name"`
		Phase string         `json:"ph"`
		Time  json.Number    `json:"ts"`
		Long  json.Number    `json:"dur"`
		PID   *int           `json:"pid"`
		TID   *int           `json:"tid"`
		Cat   string         `json:"cat"`
		ID    *uint64        `json:"id"` // a number
		Scope string         `json:"s"`
		Bind  string         `json:"bp"`
		Args  map[string]any `json:"args"`
	} `json:"traceEvents"`
}

// A piece is a slice in a lane.
type piece struct {
	name     string
	from, to int64 // nanoseconds
}

// nanos are the nanoseconds of a number of microseconds.
func nanos(micros json.Number) int64 {
	f, _ := new(big.Float).SetPrec(128).SetString(string(micros))
	n, _ := f.Mul(f, big.NewFloat(1000)).Add(f, big.NewFloat(0.5)).Int64()
	return n
}

// checkPerfetto reads what tr is written as, and checks the rules of the format.
func checkPerfetto(t testing.TB, tr *trace.Trace, clock trace.Clock) (lanes map[string][]piece, arrows int) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, tr.WritePerfetto(&b, clock))
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	var c chrome
	require.NoError(t, d.Decode(&c))
	require.Equal(t, "ns", c.Unit)
	names := map[int]string{}
	pieces := map[int][]piece{}
	for _, e := range c.Events { // slices and names first: an arrow may come before what it is bound to
		require.NotNil(t, e.PID, "each event is of a process")
		require.NotNil(t, e.TID, "and of a thread")
		require.NotEmpty(t, e.Name)
		switch {
		case e.Name == "thread_name":
			require.Equal(t, "M", e.Phase)
			require.NotContains(t, names, *e.TID)
			names[*e.TID] = e.Args["name"].(string)
		case e.Phase == "X":
			require.Positive(t, nanos(e.Long), "a slice has a length")
			from := nanos(e.Time)
			pieces[*e.TID] = append(pieces[*e.TID], piece{e.Name, from, from + nanos(e.Long)})
		}
	}
	within := func(tid int, at int64) bool {
		for _, p := range pieces[tid] {
			if p.from <= at && at < p.to {
				return true
			}
		}
		return false
	}
	began := map[uint64]int64{}
	last := int64(-1)
	for _, e := range c.Events {
		if e.Phase == "M" {
			continue
		}
		at := nanos(e.Time)
		require.GreaterOrEqual(t, at, last, "events are in order of time")
		last = at
		switch e.Phase {
		case "X":
			require.Contains(t, names, *e.TID, "a lane has a name")
		case "s", "f":
			require.NotNil(t, e.ID, "an arrow has a number")
			require.Equal(t, "ready", e.Cat)
			require.True(t, within(*e.TID, at), "an arrow begins and ends in a slice")
			if e.Phase == "s" {
				began[*e.ID] = at
				continue
			}
			require.Contains(t, began, *e.ID, "an arrow begins before it ends")
			require.Less(t, began[*e.ID], at)
			require.Equal(t, "e", e.Bind)
			arrows++
		case "i":
			require.Equal(t, "t", e.Scope)
		case "C":
			require.GreaterOrEqual(t, e.Args["entries"], 0.0)
		default:
			require.Fail(t, "unknown phase "+e.Phase)
		}
	}
	lanes = map[string][]piece{}
	for tid, name := range names {
		checkNested(t, pieces[tid])
		lanes[name] = pieces[tid]
	}
	return lanes, arrows
}

// checkNested: two slices of a lane are apart, or one is inside of the other.
func checkNested(t testing.TB, pieces []piece) {
	t.Helper()
	var open []piece
	for _, p := range pieces {
		for len(open) > 0 && open[len(open)-1].to <= p.from {
			open = open[:len(open)-1]
		}
		if n := len(open); n > 0 {
			require.LessOrEqual(t, p.to, open[n-1].to, "%v overlaps %v", p, open[n-1])
		}
		open = append(open, p)
	}
}

func TestPerfetto(t *testing.T) {
	eachTrace(t, func(t *testing.T, tr *trace.Trace) {
		for _, clock := range []trace.Clock{trace.LoopTime, trace.Steps} {
			lanes, arrows := checkPerfetto(t, tr, clock)
			pushed, want := map[uint64]bool{}, 0
			for _, e := range tr.Events {
				if e.Kind == trace.Push {
					pushed[e.Entry] = true
				}
				if e.Kind == trace.Run && pushed[e.Entry] {
					want++
				}
			}
			require.Equal(t, want, arrows, "an arrow leads to whatever has run")
			require.Contains(t, lanes, "loop")
		}
	})
}

func TestPerfettoLanes(t *testing.T) {
	tr := untilEnd(recorded(t, trace.New(), programNamed("gather")))
	lanes, _ := checkPerfetto(t, tr, trace.Steps)
	shown := map[string][]string{}
	for lane, pieces := range lanes {
		for _, p := range pieces {
			shown[lane] = append(shown[lane], p.name)
		}
	}
	require.Equal(t, map[string][]string{
		"loop": {
			"push", "wait", "timer 2 is due", "internal callback", "internal callback",
			"wait", "timer 3 is due", "internal callback", "internal callback",
			"wait", "timer 1 is due", "internal callback", "internal callback", "internal callback", // sleep, gather, the end of Run
		},
		"Task-1": {"step of Task-1", "step of Task-1"},
		"Task-2": {"step of Task-2", "step of Task-2"},
		"Task-3": {"step of Task-3", "step of Task-3"},
		"Task-4": {"step of Task-4", "step of Task-4"},
	}, shown)
}
