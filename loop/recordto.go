package loop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/record"
)

// RecordTo writes to w what enters the loop from outside, so that [ReplayFrom] can run the same
// program again, step by step, at another time and place: readings of the clock, what other
// goroutines post and when, the outcomes of functions that [ToThread], [Go] and [RunInExecutor] run, which
// descriptors are ready, signals, the end of the [Context], the [Seed], and what [Recorded] is
// given. It is for a loop with a real clock, or one of the program's own, and one that is not driven
// by [Loop.Step] or [RunGuest].
//
// w is written to on the loop's goroutine, a block at a time: every 4,096 callbacks and steps, and
// before a wait if the last block is a second old. It should not block for long. The rest comes
// when the loop is closed; w itself is not. When w returns an error, the exception handler is told,
// and no more is recorded.
//
// A [Loop.Time] that is read on another goroutine is a data race then. Asynchronous generators that
// are abandoned are closed by the end of the run, and not when they are garbage.
func RecordTo(w io.Writer) Option {
	if w == nil {
		panic("loop: RecordTo of nil; leave the option out")
	}
	return func(o *options) { o.recordTo = w }
}

// ReplayFrom runs the loop with what a [RecordTo] has written to r, of which all is read at once.
// The program has to be the same, with the same options. It does not wait: the clock is that of
// the record. A function of an executor whose outcome is in the record is not called. One whose outcome could
// not be kept is, and so are the program's own goroutines, whose functions and values the loop takes
// when it is their turn in the record: by the line that posts them, and one after the other for
// each line. Signals, descriptors and the end of the [Context] come from the record alone.
//
// Every run ends with an error where the replay does: a *[PartedError] where the program does
// something else than it did, ErrRecordEnds where a record that was cut ends, and ErrNoRecord, at once,
// for what is no record, or a corrupt one.
//
// [Record] and debug mode may be on in a replay, or off, as is needed: what they show is the same.
func ReplayFrom(r io.Reader) Option {
	if r == nil {
		panic("loop: ReplayFrom of nil; leave the option out")
	}
	return func(o *options) { o.replayFrom = r }
}

// Recorded returns what f returns, and keeps it where the loop is recorded: in a replay f is not
// called. It is for everything that a program asks the outside world for in the middle of a
// step: a file, a random number, the time of day. f must not use the loop.
//
// Values that can be kept are those of basic types, of types with a MarshalBinary and
// UnmarshalBinary, and what JSON gives back as it was: structs with exported fields, slices, maps.
// An error comes back with its text; errors.Is answers for the errors of packages io, fs, context
// and executor as it did. A value that cannot be kept ends a replay.
//
// asyncio has no counterpart; Temporal calls it a side effect.
func Recorded[T any](co *coro.Co, f func() (T, error)) (T, error) {
	if f == nil {
		panic("loop: Recorded of a nil function")
	}
	t := Of(co).tape
	switch {
	case t == nil || t.over && t.in == nil:
		return f()
	case t.in == nil:
		v, err := f()
		t.note(record.Event{Kind: record.Value, Data: record.Encode(v, err)})
		return v, err
	}
	var zero T
	e := t.expect(record.Value, "asks for a value, with Recorded")
	if e == nil {
		return zero, t.err
	}
	v, err, failed := record.Decode[T](e.Data)
	if failed != nil {
		t.partAt(*e, fmt.Sprintf("asks for a %T, with Recorded: %v", zero, failed))
		return zero, t.err
	}
	return v, err
}

var (
	// ErrNoRecord is wrapped by the error of a run whose [ReplayFrom] was given something else
	// than a record that this version of the module can replay. It says why.
	ErrNoRecord = errors.New("loop: this cannot be replayed")

	// ErrRecordEnds is wrapped by the error of a replay that has come to the end of a record
	// that was cut: the program that wrote it has not closed its loop.
	ErrRecordEnds = errors.New("loop: the record ends here, as it was cut")

	errRecordedSteps = errors.New("loop: a loop that is recorded or replayed cannot be stepped; run it")
)

// A PartedError ends a replay where the program does something else than it did when it was
// recorded.
type PartedError struct {
	Record  string // what comes next in the record
	Program string // what the program does instead
	Site    string // where it does that, file:line, "" if it is not known
	After   string // the last checkpoint at which all was the same
	Changed string // what is known to differ: the program's revision, the version of Go
}

func (e *PartedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "loop: the program parts from its record: it %s", e.Program)
	if e.Site != "" {
		fmt.Fprintf(&b, " (%s)", e.Site)
	}
	fmt.Fprintf(&b, ", where the record has %s; all was the same %s", e.Record, e.After)
	if e.Changed != "" {
		fmt.Fprintf(&b, "; changed since: %s", e.Changed)
	}
	return b.String()
}

// checkTapes makes what a replay needs of the options, and panics where they do not fit.
func (o *options) checkTapes() {
	switch {
	case o.recordTo != nil && o.replayFrom != nil:
		panic("loop: both RecordTo and ReplayFrom; a record stays the same when it is replayed")
	case (o.recordTo != nil || o.replayFrom != nil) && o.virtual:
		panic("loop: RecordTo or ReplayFrom with VirtualTime, which repeats itself without a record")
	case o.replayFrom != nil:
		o.ctx, o.endContext = context.WithCancelCause(context.WithoutCancel(o.ctx))
	}
}

// described are the options that change what a loop does.
func (o *options) described() string {
	return fmt.Sprintf("EagerTasks(%v) Hermetic(%v)", o.eager, o.hermetic)
}
