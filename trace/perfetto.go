package trace

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"
)

// Clock is what WritePerfetto takes for the time of an event.
type Clock uint8

const (
	// LoopTime is the loop's clock. It is read once an iteration, and a virtual one stands
	// still while anything runs: what happens at one time is a nanosecond apart, in its order.
	LoopTime Clock = iota

	// Steps has a microsecond pass with every event, whatever the clock was: what happened,
	// and why, in a picture where nothing is too small to be seen. It is what a run in
	// virtual time wants.
	Steps
)

// WritePerfetto writes the trace in Chrome's JSON format, for https://ui.perfetto.dev and
// chrome://tracing. The loop has a lane with its callbacks and waits, and each task one with
// its steps. Arrows lead from where an entry was put into the ready queue to where it runs.
// Cancellations, timers, outcomes and notes are instants; how many entries are ready is a
// counter.
func (t *Trace) WritePerfetto(w io.Writer, c Clock) error {
	spans, by := t.spans()
	p := perfetto{walk: t.walk(), ts: t.timestamps(c), runs: t.runs(), spans: spans, by: by, ready: t.readyAtFirst()}
	p.lanes()
	for i := range t.Events {
		p.next(i)
		p.event(i)
	}
	return p.write(w)
}

// chromeEvent is an event of the format.
type chromeEvent struct {
	Name  string         `json:"name"`
	Phase string         `json:"ph"`
	Time  json.Number    `json:"ts,omitempty"` // microseconds
	Long  json.Number    `json:"dur,omitempty"`
	PID   int            `json:"pid"`
	TID   uint64         `json:"tid"`
	Cat   string         `json:"cat,omitempty"`
	ID    uint64         `json:"id,omitempty"`
	Scope string         `json:"s,omitempty"`
	Bind  string         `json:"bp,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

// The lanes are threads: the loop's, and above it a task's.
const (
	processID = 1
	loopLane  = 1
)

func laneOf(task uint32) uint64 { return loopLane + uint64(task) }

// perfetto makes the events.
type perfetto struct {
	*walk
	ts    []int64 // of each event, in nanoseconds, and of what comes after the last
	runs  map[uint64]bool
	spans []span
	by    []int
	ready int64
	out   []chromeEvent
}

// timestamps are those of all events, each later than the one before, and of an end.
func (t *Trace) timestamps(c Clock) []int64 {
	ts := make([]int64, 0, len(t.Events)+1)
	last := int64(-1)
	for i, e := range t.Events {
		if c == Steps {
			last = int64(i) * int64(time.Microsecond)
		} else {
			last = max(last+1, int64(min(e.Time, math.MaxInt64/2)))
		}
		ts = append(ts, last)
	}
	if c == Steps {
		return append(ts, last+int64(time.Microsecond))
	}
	return append(ts, last+1)
}

// runs are the entries that have run.
func (t *Trace) runs() map[uint64]bool {
	runs := map[uint64]bool{}
	for _, e := range t.Events {
		if e.Kind == Run && e.What != Eager {
			runs[e.Entry] = true
		}
	}
	return runs
}

// readyAtFirst is how many entries are ready before the first event: an iteration begins
// with all that are.
func (t *Trace) readyAtFirst() (n int64) {
	for _, e := range t.Events {
		if e.Kind == Iterate {
			return max(0, e.Arg-n)
		}
		n += change(e)
	}
	return 0
}

// change is by how much e changes the number of entries that are ready.
func change(e Event) int64 {
	switch {
	case e.Kind == Push:
		return 1
	case e.Kind == Run && e.What != Eager:
		return -1
	}
	return 0
}

// lanes names the threads.
func (p *perfetto) lanes() {
	p.meta("process_name", 0, map[string]any{"name": "ouro"})
	p.meta("thread_name", loopLane, map[string]any{"name": "loop"})
	tasks := map[uint32]bool{}
	for id := range p.t.tasks {
		tasks[id] = true
	}
	for _, e := range p.t.Events {
		if e.Task != 0 {
			tasks[e.Task] = true
		}
		if of := about(e); of != 0 {
			tasks[of] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(tasks)) {
		p.meta("thread_name", laneOf(id), map[string]any{"name": p.t.Task(id).Name})
		p.meta("thread_sort_index", laneOf(id), map[string]any{"sort_index": id})
	}
}

func (p *perfetto) meta(name string, lane uint64, args map[string]any) {
	p.out = append(p.out, chromeEvent{Name: name, Phase: "M", PID: processID, TID: lane, Args: args})
}

// about is the task in whose lane e is shown if that is not the one that ran.
func about(e Event) uint32 {
	switch e.Kind {
	case Cancel, Done:
		return uint32(e.Object)
	}
	return 0
}

func (p *perfetto) event(i int) {
	e := p.t.Events[i]
	switch e.Kind {
	case Wait:
		p.slice(loopLane, "wait", i, i+1, nil)
	case Push:
		p.push(i)
	case Run:
		p.run(i)
	case Cancel:
		p.instant(i, "cancel", cmp.Or(about(e), e.Task))
	case Done:
		p.instant(i, e.What.String(), cmp.Or(about(e), e.Task))
	case Timer:
		p.instant(i, fmt.Sprintf("timer %d", e.Object), e.Task)
	case Untimer:
		p.instant(i, fmt.Sprintf("timer %d taken back", e.Object), e.Task)
	case Note:
		p.instant(i, p.note(i), e.Task)
	}
}

// run is a step or a callback, with the end of the arrow that leads to it.
func (p *perfetto) run(i int) {
	e := p.t.Events[i]
	s := p.spans[p.by[i]]
	args := map[string]any{"iteration": p.iteration}
	if e.What != Eager {
		args["entry"] = e.Entry
		p.count(i)
		if _, ok := p.pushes[e.Entry]; ok {
			p.flow("f", i, laneOf(e.Task))
		}
	}
	p.slice(laneOf(e.Task), p.entryOf(i), s.first, s.end, args)
}

// push is the beginning of an arrow. What is not done by a step or a callback is a slice of
// the loop's, as an arrow begins in one.
func (p *perfetto) push(i int) {
	e := p.t.Events[i]
	lane := uint64(loopLane)
	if by := p.by[i]; by >= 0 && !e.byLoop() {
		lane = laneOf(p.spans[by].task)
	} else {
		p.slice(loopLane, cmp.Or(p.why(i), "push"), i, i+1, nil)
	}
	p.count(i)
	if p.runs[e.Entry] {
		p.flow("s", i, lane)
	}
}

// slice is what takes from the event first to the event end.
func (p *perfetto) slice(lane uint64, name string, first, end int, args map[string]any) {
	p.add(first, chromeEvent{Name: name, Phase: "X", Long: micros(p.ts[end] - p.ts[first]), TID: lane, Args: args})
}

// flow is one end of an arrow, at the i-th event.
func (p *perfetto) flow(phase string, i int, lane uint64) {
	bind := ""
	if phase == "f" {
		bind = "e" // to the slice around it
	}
	p.add(i, chromeEvent{Name: "ready", Phase: phase, TID: lane, Cat: "ready", ID: p.t.Events[i].Entry, Bind: bind})
}

func (p *perfetto) instant(i int, name string, task uint32) {
	var args map[string]any
	if text := p.t.details[i].Text; text != "" && text != name {
		args = map[string]any{"text": text}
	}
	p.add(i, chromeEvent{Name: name, Phase: "i", TID: laneOf(task), Scope: "t", Args: args})
}

func (p *perfetto) note(i int) string {
	if e := p.t.Events[i]; e.What == AtLine {
		return fmt.Sprintf("line %d", e.Arg)
	}
	return cmp.Or(p.t.details[i].Text, p.t.Events[i].What.String())
}

func (p *perfetto) count(i int) {
	p.ready += change(p.t.Events[i])
	p.add(i, chromeEvent{Name: "ready entries", Phase: "C", Args: map[string]any{"entries": p.ready}})
}

func (p *perfetto) add(i int, e chromeEvent) {
	e.PID, e.Time = processID, micros(p.ts[i])
	p.out = append(p.out, e)
}

// micros is a time in microseconds, to the nanosecond.
func micros(ns int64) json.Number {
	return json.Number(fmt.Sprintf("%d.%03d", ns/1000, ns%1000))
}

// write writes an event a line.
func (p *perfetto) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	out.WriteString(`{"displayTimeUnit":"ns","traceEvents":[`)
	for i, e := range p.out {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(line)
	}
	out.WriteString("\n]}\n")
	return out.Flush()
}
