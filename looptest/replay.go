package looptest

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
	"github.com/ouro-loop/ouro/trace"
)

// Replay runs main as it was run where [loop.RecordTo] has written record: with the same clock, what
// came from outside at the same places, every step in the same order; see [loop.ReplayFrom] for
// what that takes. It fails as [Run] does, also where a run in production goes on: if something is
// left behind, or was reported to the exception handler. Of a run that fails it shows the last steps.
// main is run a second time for that.
//
// It fails as well where main parts from its record, and where a record ends that was cut, with
// what has happened until then: a replay that passes is one to the end. Nothing is chosen: what a T
// may choose goes its usual way.
//
// [Loop] has the options that are to be as they were when the record was made. Of the other ones
// [Left] and [Report] are of use.
func Replay(tb testing.TB, record io.Reader, main Main, opts ...Option) {
	tb.Helper()
	if record == nil {
		panic("looptest: Replay of a nil record")
	}
	x := newExplorer(tb, main, opts)
	defer x.end()
	if x.bubble != nil || x.options.hostile {
		panic("looptest: Replay with Bubble or Hostile; a record has its own time and order")
	}
	if _, _, given := givenSchedule(); given {
		tb.Log("looptest: not run: a schedule was given, and a replay has none")
		return
	}
	data, err := io.ReadAll(record)
	if err != nil {
		tb.Fatalf("looptest: reading the record: %v", err)
	}
	x.record = data // not nil, also if it is empty
	x.replay()
}

const (
	hashed = 1 << 16 // events that the hash of a replay is about, the last ones
	told   = 2000    // steps of which all is recorded, the last ones: a record may be that of a week
)

func (x *explorer) replay() {
	x.tb.Helper()
	r := newReplay(x)
	r.recorder = trace.New(trace.Last(hashed))
	x.ran = 1
	x.execute(r)
	steps, hash := r.steps.step, r.recorder.Trace().Hash()
	result := Result{Hash: hash, Departures: -1}
	switch {
	case r.skipped:
		x.tb.Skip(r.text())
	case r.failed() && r.failure.kind == "outer":
		x.reportOuter(r)
		return
	case r.failed():
		result.Failure = r.failure.text
		x.tb.Errorf("\n%slooptest: so ends the replay, after %s\nhash:     %016x\n%s",
			r.text(), count(steps, "step", "steps"), hash, x.lastSteps(steps))
	default:
		x.tb.Logf("\n%slooptest: the replay passes, with %s, hash %016x", r.said.String(), count(steps, "step", "steps"), hash)
	}
	x.result(result)
}

// newReplay is a run by the record. It counts its steps.
func newReplay(x *explorer) *run {
	usual := search.NewReplay(schedule.Schedule{})
	usual.Begin()
	r := newRun(x, usual)
	r.debug = true
	r.steps.disturb = func(int) {}
	return r
}

// lastSteps are those of one more replay, which has as many.
func (x *explorer) lastSteps(steps int) string {
	from := max(1, steps-told)
	r := newReplay(x)
	r.steps.disturb = func(step int) {
		if step == from {
			r.recorder, r.tells = trace.New(trace.Full()), true
			r.loop.SetRecorder(r.recorder)
		}
	}
	x.execute(r)
	if r.recorder == nil {
		return "" // it has failed before the first
	}
	lines := linesOf(r.recorder.Trace())
	for i := range lines {
		lines[i].time = lines[i].time.Round(time.Microsecond)
	}
	var out strings.Builder
	out.WriteString("the last steps:\n")
	write(&out, "   ", lines[max(0, len(lines)-2*shown):])
	return strings.TrimSuffix(out.String(), "\n")
}

// parted is what there is to say where a program and its record part.
func parted(err error) failure {
	return failure{"parted", fmt.Sprintf("%v\n"+
		"If the program is the same, it asks for something that is in no record: see loop.ReplayFrom, and loop.Recorded.", err)}
}
