package replay

import (
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// A machine is one run of one program.
type machine struct {
	p       *program.Program
	l       *loop.Loop
	co      *coro.Co // main's: the scope of nothing in particular
	env     []any    // what each name is bound to: an awaitable, a handle, a timeout, a group, an object
	vars    []*coro.Var[program.Value]
	names   map[coro.AnyTask]string
	trace   traces.Trace
	stopped bool                   // the trace is full or the program has ended: nothing more is logged
	choose  func(sched.Choice) int // settles what is open, if it is not nil
}

// quietly is where loops log to.
var quietly = slog.New(slog.NewTextHandler(io.Discard, nil))

// Run runs a program and returns its trace.
func Run(p *program.Program) traces.Trace { return RunHosted(p, sched.DefaultMaxHosted) }

// RunHosted is Run with another bound on the entries of an iteration that a suspending
// task runs itself, see internal/sched. It has to make no difference to the trace.
func RunHosted(p *program.Program, maxHosted int) traces.Trace {
	return newMachine(p).run(maxHosted, loop.RunIn[program.Value])
}

// RunRecorded is Run with a recorder, which makes no difference to the trace. Begin is given
// the loop before it runs.
func RunRecorded(p *program.Program, maxHosted int, r *trace.Recorder, begin func(*loop.Loop)) traces.Trace {
	return newMachine(p).run(maxHosted, func(runner *loop.Runner, main coro.Func[program.Value]) (program.Value, error) {
		runner.Loop().SetRecorder(r)
		begin(runner.Loop())
		return loop.RunIn(runner, main)
	})
}

func newMachine(p *program.Program) *machine {
	m := &machine{
		p:     p,
		names: make(map[coro.AnyTask]string),
		trace: make(traces.Trace, 0, 64),
		env:   make([]any, len(p.Names)),
		vars:  make([]*coro.Var[program.Value], len(p.Names)),
	}
	if p.Picks != nil {
		m.choose = picked(p.Picks)
	}
	return m
}

func (m *machine) run(maxHosted int, runIn func(*loop.Runner, coro.Func[program.Value]) (program.Value, error)) traces.Trace {
	r := loop.NewRunner(loop.VirtualTime(true), loop.Interrupts(false), loop.Logger(quietly), loop.OnException(m.onException))
	m.l = r.Loop()
	s := (*sched.Scheduler)(m.l.Scheduler())
	s.SetMaxHosted(maxHosted)
	if m.choose != nil {
		s.Chooser = m
	}
	v, err := runIn(r, m.main)
	early := "" // why the trace ends early
	switch {
	case isDeadlock(err):
		m.stopped, early = true, traces.Deadlock
	case err == errLimit:
		early = traces.Limit
	case err != nil:
		m.add(traces.NoTask, traces.End, "!"+errorText(err))
	default:
		m.add(traces.NoTask, traces.End, "="+text(v))
	}
	if err := r.Close(); isDeadlock(err) {
		early = traces.Deadlock
	}
	if early != "" {
		return append(m.trace, traces.Entry{Task: traces.NoTask, I: traces.End, Outcome: early})
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
	growStack()
	return m.body(co, m.p.Main)
}

// log adds the entry of a statement. The error is errLimit if that fills the trace.
func (m *machine) log(i int, outcome string) error {
	if m.stopped {
		return nil
	}
	m.add(m.taskName(), i, outcome)
	if len(m.trace) >= traces.Max {
		m.stopped = true
		return errLimit
	}
	return nil
}

// taskName is the name of the current task. Names are kept: making one anew for each
// entry of the trace is a good part of the time.
func (m *machine) taskName() string {
	t := coro.CurrentTask(m.l)
	if t == nil {
		return traces.NoTask
	}
	name, ok := m.names[t]
	if !ok {
		name = t.Name()
		m.names[t] = name
	}
	return name
}

func (m *machine) add(task string, i int, outcome string) {
	m.trace = append(m.trace, traces.Entry{Time: m.now(), Task: task, I: i, Outcome: outcome})
}

// errLimit is raised where the trace is full, and by every statement after that. No
// statement catches it, but it is an error like others to tasks and groups.
var errLimit = errors.New("the trace is full")

func (m *machine) now() int64 { return int64(m.l.Time() / time.Millisecond) }

func (m *machine) onException(_ *loop.Loop, c future.ErrorContext) {
	if isDeadlock(c.Err) {
		return // CPython would wait for ever, and say nothing
	}
	if strings.Contains(c.Message, "never retrieved") || strings.Contains(c.Message, "destroyed") || m.stopped {
		return
	}
	if strings.Contains(c.Message, "closing of asynchronous generator") && className(c.Err) == "BaseExceptionGroup" {
		return // which CPython says nothing of: it looks for an Exception
	}
	what := "none"
	if c.Err != nil {
		what = errorText(c.Err)
	}
	m.add(traces.NoTask, traces.Handler, "handler "+what)
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
