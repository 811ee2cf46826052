package fuzz

import (
	"fmt"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// patience is how long the library may take for one program.
const patience = 20 * time.Second

// Outcomes of the only entry of a trace that the library did not finish.
const (
	Panicked = "panic: "
	Hung     = "the library hangs"
)

// A Guard runs programs on the library and turns a panic and a hang into traces that no CPython leaves, so that they
// are found, shrunk and shown like any other difference. They run on one goroutine, whose stack has grown to what they
// need after the first; after a hang it is left behind and replaced. It is not safe for concurrent use.
type Guard struct {
	replay  Replay
	asked   chan *program.Program // nil when there is no goroutine
	ended   chan traces.Trace
	patient *time.Timer
}

// NewGuard makes a guard of replay. Close ends its goroutine.
func NewGuard(replay Replay) *Guard {
	return &Guard{replay: replay, patient: time.NewTimer(patience)}
}

// Run runs one program.
func (g *Guard) Run(p *program.Program) traces.Trace {
	if g.asked == nil {
		g.asked, g.ended = make(chan *program.Program), make(chan traces.Trace, 1)
		go serve(g.replay, g.asked, g.ended)
	}
	g.patient.Reset(patience)
	g.asked <- p
	select {
	case trace := <-g.ended:
		if end := trace.Ended(); strings.HasPrefix(end, Panicked) {
			g.Close() // it may have been the end of the goroutine too
		}
		return trace
	case <-g.patient.C:
		g.Close()
		return traces.Only(Hung)
	}
}

// Close ends the goroutine, once it is done with what it has.
func (g *Guard) Close() {
	if g.asked != nil {
		close(g.asked)
		g.asked = nil
	}
}

func serve(replay Replay, asked <-chan *program.Program, ended chan<- traces.Trace) {
	for p := range asked {
		guarded(replay, p, ended)
	}
}

func guarded(replay Replay, p *program.Program, ended chan<- traces.Trace) {
	trace := traces.Only(Panicked + "the replay ended its goroutine")
	defer func() {
		if cause := recover(); cause != nil {
			trace = traces.Only(fmt.Sprint(Panicked, cause))
		}
		ended <- trace
	}()
	trace = replay(p)
}
