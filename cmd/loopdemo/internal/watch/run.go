// Package watch runs a program and notes all that happens: the events of its loops, its
// lines, and what it prints. Only what is built from woven sources tells lines and prints,
// see package weave.
package watch

import (
	"math/rand/v2"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// Run is what happened in one run of a program.
type Run struct {
	Trace   *trace.Trace // of all its loops, one after the other
	Places  []Place      // of each event of the trace
	Numbers []float64    // the random numbers that it drew, from 0 up to 1
	Err     error        // what it failed with
}

// Place is where in the program an event has happened.
type Place struct {
	Line   int  // at which the task was, the callback, the thread, or what called the loop; 0 for none
	Thread bool // it was a thread, while the loop waited
}

// Program is a program as the demos are.
type Program = func(random *rand.Rand, opts ...loop.Option) error

// Watch runs a program with these options and with the random numbers of the seed. What it
// prints is in the Run, and nowhere else. Of all programs one can be watched at a time.
//
// What a thread tells is noted while the loop waits, for which the thread waits in turn. So
// its place among the events is the same in each run, if the loop has virtual time, or is in
// a testing/synctest bubble, or if all goroutines share one thread of the system, as in a
// browser.
func Watch(program Program, seed uint64, opts ...loop.Option) *Run {
	w := newWatcher()
	random := &source{from: rand.NewPCG(seed, 0)}
	lines.SetSink(w)
	defer lines.SetSink(nil)
	defer w.end()
	err := program(rand.New(random), append([]loop.Option{loop.Record(w.recorder)}, opts...)...)
	w.end()
	r := &Run{Trace: w.recorder.Trace(), Places: w.places, Numbers: random.drawn, Err: err}
	r.placeBegins()
	return r
}

// placeBegins gives the first step of each task the line that it begins with: before that
// the task was nowhere.
func (r *Run) placeBegins() {
	for i, e := range r.Trace.Events {
		if e.Kind == trace.Run && e.Task != 0 && r.Places[i].Line == 0 {
			r.Places[i].Line = r.firstLine(r.Trace.Events[i+1:], e.Task)
		}
	}
}

// firstLine is the first line that is told by task, before anything else runs.
func (r *Run) firstLine(events []trace.Event, task uint32) int {
	for _, e := range events {
		switch {
		case e.Kind == trace.Run, e.Kind == trace.Iterate, e.Kind == trace.Wait:
			return 0
		case e.What == trace.AtLine && e.Task == task:
			return int(e.Arg)
		}
	}
	return 0
}

// source is a source of random numbers that keeps what it has given.
type source struct {
	from  rand.Source
	drawn []float64
}

func (s *source) Uint64() uint64 {
	n := s.from.Uint64()
	s.drawn = append(s.drawn, float64(n<<11>>11)/(1<<53)) // what Rand.Float64 makes of it
	return n
}
