package main

import (
	"math/rand/v2"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// recording is a run of a program of which everything is kept, and also what it prints.
type recording struct {
	demo    demos.Demo
	seed    uint64
	options []loop.Option

	// onWait, if it is set, is called when the loop is about to wait, on its goroutine.
	onWait func(r *trace.Recorder)
}

// record runs the program. What it prints goes into the trace, each line as a Note of the kind
// Print, and nowhere else. There is a trace of a program that fails, too.
func (r *recording) record() (*trace.Trace, error) {
	recorder := trace.New(trace.Full())
	told := (*events.Recorder)(recorder)
	c, err := captureStdout(func(task uint32, line string) { told.Note(events.Print, task, 0, line) })
	if err != nil {
		return nil, err
	}
	defer c.end()
	told.BeforeEvent = c.take
	if r.onWait != nil {
		told.OnEvent = func() {
			if told.Last().Kind == events.Wait {
				r.onWait(recorder)
			}
		}
	}
	random := rand.New(rand.NewPCG(r.seed, 0))
	failed := r.demo.Run(random, append([]loop.Option{loop.Record(recorder)}, r.options...)...)
	c.end()
	if failed != nil {
		failed = &demoError{name: r.demo.Name, err: failed}
	}
	return recorder.Trace(), failed
}
