package replay

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A machine is one run of one program.
type machine struct {
	p       *program.Program
	l       *loop.Loop
	co      *coro.Co // main's: the scope of nothing in particular
	env     []any    // what each name is bound to: an awaitable, a handle, a timeout, a group, an object
	vars    []*coro.Var[program.Value]
	trace   traces.Trace
	stopped bool // the trace is full or the program has ended: nothing more is logged
	ending  string
}

// quietly is where loops log to.
var quietly = slog.New(slog.NewTextHandler(io.Discard, nil))

// Run runs a program and returns its trace.
func Run(p *program.Program) traces.Trace {
	m := &machine{
		p:    p,
		env:  make([]any, len(p.Names)),
		vars: make([]*coro.Var[program.Value], len(p.Names)),
	}
	r := loop.NewRunner(loop.VirtualTime(), loop.Interrupts(false), loop.Logger(quietly), loop.OnException(m.onException))
	m.l = r.Loop()
	v, err := loop.RunIn(r, m.main)
	switch {
	case isDeadlock(err):
		m.stop(traces.Deadlock)
	case m.ending == "" && err != nil:
		m.add(traces.NoTask, traces.End, "!"+errorText(err))
	case m.ending == "":
		m.add(traces.NoTask, traces.End, "="+text(v))
	}
	if m.ending != "" { // what is left is not run, it is torn down
		_ = r.Loop().Close()
	} else if err := r.Close(); err != nil {
		m.stop(traces.Deadlock)
	}
	if m.ending != "" {
		return append(m.trace, traces.Entry{Task: traces.NoTask, I: traces.End, Outcome: m.ending})
	}
	m.add(traces.NoTask, traces.Closed, "closed")
	return m.trace
}

func (m *machine) main(co *coro.Co) (program.Value, error) {
	m.co = co
	for _, o := range m.p.Objects {
		if o.Kind == program.ContextVar {
			m.vars[o.As] = coro.NewVar(m.p.Names[o.As], o.Default)
		} else {
			m.env[o.As] = m.newObject(o)
		}
	}
	return m.body(co, m.p.Main)
}

// stop ends the trace early.
func (m *machine) stop(why string) {
	if m.ending == "" {
		m.ending = why
	}
	m.stopped = true
}

func (m *machine) log(i int, outcome string) {
	task := traces.NoTask
	if t := coro.CurrentTask(m.l); t != nil {
		task = t.Name()
	}
	m.add(task, i, outcome)
}

func (m *machine) add(task string, i int, outcome string) {
	if m.stopped {
		return
	}
	m.trace = append(m.trace, traces.Entry{Time: m.now(), Task: task, I: i, Outcome: outcome})
	if len(m.trace) >= traces.Max && i >= 0 {
		m.stop(traces.Limit)
		m.l.Abort(errLimit)
	}
}

// errLimit ends the run when the trace is full.
var errLimit = fmt.Errorf("the trace is full")

func (m *machine) now() int64 { return int64(m.l.Time() / time.Millisecond) }

func (m *machine) onException(_ *loop.Loop, c future.ErrorContext) {
	if strings.Contains(c.Message, "never retrieved") || strings.Contains(c.Message, "destroyed") || m.stopped {
		return
	}
	what := "none"
	if c.Err != nil {
		what = errorText(c.Err)
	}
	// Not through add: the limit counts statements.
	m.trace = append(m.trace, traces.Entry{Time: m.now(), Task: traces.NoTask, I: traces.Handler, Outcome: "handler " + what})
}

func milliseconds(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

// limit is a time limit that may be null.
func limit(ms program.Maybe[int64]) time.Duration {
	if !ms.Set {
		return coro.Forever
	}
	return milliseconds(ms.V)
}

func itoa(n int) string { return strconv.Itoa(n) }
