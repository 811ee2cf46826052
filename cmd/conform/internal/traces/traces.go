// Package traces holds what a conformance program leaves behind: the trace, one entry for each statement that ended
// and for what the loop reported, and the comparison of two traces.
package traces

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// Entry is one line of a trace.
type Entry struct {
	Time    int64  // virtual milliseconds
	Task    string // the current task's name, NoTask in a callback
	I       int    // the statement's number, or one of the numbers below
	Outcome string // =VALUE, !ERROR and a few others
}

// Numbers of the entries that belong to no statement.
const (
	Handler = -1 // the loop's exception handler was called
	End     = -2 // main ended, or the trace did
	Closed  = -3 // the runner is closed
	Choice  = -4 // one of the alternatives that CPython has was picked, in a program with picks
)

// NoTask stands for the task where there is none.
const NoTask = "-"

// Outcomes of an End entry that say why a trace ended early.
const (
	Deadlock  = "deadlock"  // nothing is ready, no timer is set, and the runner waits
	Limit     = "limit"     // the trace is full
	Undefined = "undefined" // the stack overflowed; any trace is right
)

// Max is the number of entries at which a trace is full.
const Max = 3000

// Trace is everything that a program logged, in order.
type Trace []Entry

// Only returns the trace that holds nothing but an early end.
func Only(why string) Trace { return Trace{{0, NoTask, End, why}} }

// Ended returns why the trace ended early, or "".
func (t Trace) Ended() string {
	if len(t) == 0 {
		return ""
	}
	last := t[len(t)-1]
	if last.I != End {
		return ""
	}
	return last.Outcome
}

// AppendJSON appends the trace's line of text without a newline, byte for byte as Python's json module writes it
// without spaces.
func AppendJSON(b []byte, t Trace) []byte {
	b = append(b, '[')
	for i := range t {
		if i > 0 {
			b = append(b, ',')
		}
		e := &t[i]
		b = append(b, '[')
		b = strconv.AppendInt(b, e.Time, 10)
		b = append(b, ',')
		b = program.AppendString(b, e.Task)
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(e.I), 10)
		b = append(b, ',')
		b = program.AppendString(b, e.Outcome)
		b = append(b, ']')
	}
	return append(b, ']')
}

// Parse reads a trace from its line of text.
func Parse(line []byte) (Trace, error) {
	var t Trace
	if err := json.Unmarshal(line, &t); err != nil {
		return nil, fmt.Errorf("not a trace: %w", err)
	}
	return t, nil
}

// UnmarshalJSON reads [time, task, i, outcome].
func (e *Entry) UnmarshalJSON(data []byte) error {
	var outcome *string
	fields := []any{&e.Time, &e.Task, &e.I, &outcome}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	if len(fields) != 4 || outcome == nil {
		return fmt.Errorf("an entry has four fields, not %s", data)
	}
	e.Outcome = *outcome
	return nil
}

// Agree reports whether a trace is right by a reference, which is CPython's: entry by entry, or because the reference
// is undefined.
func Agree(reference, t Trace) bool {
	return reference.Ended() == Undefined || slices.Equal(reference, t)
}

// FirstDifference returns the index of the first entry in which two traces differ: the length of the shorter one if
// it is the beginning of the other, and -1 if they are equal.
func FirstDifference(a, b Trace) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) == len(b) {
		return -1
	}
	return min(len(a), len(b))
}
