package fuzz

import (
	"fmt"
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

// Guarded runs a program on the library and turns a panic and a hang into traces that no CPython leaves, so that they
// are found, shrunk and shown like any other difference. A replay that hangs keeps its goroutine.
func Guarded(replay Replay, p *program.Program) traces.Trace {
	ended := make(chan traces.Trace, 1)
	go func() {
		trace := traces.Only(Panicked + "the replay ended its goroutine")
		defer func() {
			if cause := recover(); cause != nil {
				trace = traces.Only(fmt.Sprint(Panicked, cause))
			}
			ended <- trace
		}()
		trace = replay(p)
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case trace := <-ended:
		return trace
	case <-timer.C:
		return traces.Only(Hung)
	}
}
