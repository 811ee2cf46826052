package main

import (
	"io"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
	"github.com/ouro-loop/ouro/trace/explain"
)

// ticks writes a run tick by tick, while it goes on: all that there is each time the loop is
// about to wait, as nothing happens then.
type ticks struct {
	w       io.Writer
	width   int
	options []explain.TextOption

	written int // steps
	err     error
}

// run runs a program.
func (t *ticks) run(d demos.Demo, seed uint64, opts []loop.Option) error {
	t.written = 0
	r := &recording{demo: d, seed: seed, options: opts}
	r.onWait = func(r *trace.Recorder) { t.write(r.Trace()) }
	done, err := r.record()
	if done != nil {
		t.write(done)
	}
	if t.err != nil {
		return &outputError{t.err}
	}
	return err
}

func (t *ticks) write(so *trace.Trace) {
	story := explain.Of(so, explain.Options{NoPictures: true})
	if t.err == nil {
		t.err = story.WriteTicks(t.w, t.written, t.width, t.options...)
	}
	t.written = len(story.Steps)
}
