package testkit

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
)

// A Trace is what happened, in order.
type Trace []string

// Add adds a line.
func (tr *Trace) Add(format string, args ...any) { *tr = append(*tr, fmt.Sprintf(format, args...)) }

// At adds a line with the loop's time before it.
func (tr *Trace) At(s coro.Spawner, format string, args ...any) {
	clock := (*sched.Scheduler)(s.Scheduler()).Loop().(interface{ Time() time.Duration })
	tr.Add("%v "+format, append([]any{clock.Time()}, args...)...)
}

// Handler is an exception handler that adds a line for each report.
func (tr *Trace) Handler() loop.Option {
	return loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		if c.Err == nil {
			tr.Add("%s", c.Message)
		} else {
			tr.Add("%s: %v", c.Message, c.Err)
		}
	})
}
