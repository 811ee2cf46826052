package replay

import (
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
)

// RunStepped is Run by an application with a main loop of its own, which has up to so many
// entries run at a time. It has to make no difference to the trace.
func RunStepped(p *program.Program, entries int) traces.Trace {
	return newMachine(p).run(sched.DefaultMaxHosted, func(r *loop.Runner, main coro.Func[program.Value]) (program.Value, error) {
		l := r.Loop()
		t := coro.CreateTask(l, main, coro.Quiet())
		t.AddDoneCallback(l.Stop)
		for {
			err := l.Step(loop.MaxEntries(entries))
			if err == nil && l.Idle() {
				if l.NextDeadline() == coro.Forever {
					return nil, new(loop.DeadlockError)
				}
				err = l.AdvanceTo(l.NextDeadline())
			}
			switch err {
			case nil:
			case loop.ErrStopped:
				return t.Result()
			default:
				return nil, err
			}
		}
	})
}
