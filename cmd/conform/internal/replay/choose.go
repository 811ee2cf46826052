package replay

import (
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
)

// RunChosen is RunHosted where choose settles what is open in asyncio. The trace tells of each choice.
func RunChosen(p *program.Program, maxHosted int, choose func(sched.Choice) int) traces.Trace {
	m := newMachine(p)
	m.choose = choose
	return m.run(maxHosted, loop.RunIn[program.Value])
}

// picked gives one of the picks after the other, as far as they go.
func picked(picks []int) func(sched.Choice) int {
	return func(c sched.Choice) (pick int) {
		if len(picks) > 0 {
			pick, picks = picks[0], picks[1:]
		}
		if pick >= c.N {
			return 0
		}
		return pick
	}
}

var openWords = [...]string{sched.Tie: "tie", sched.Slow: "slow", sched.InSet: "set"}

// Choose makes a machine a [sched.Chooser].
func (m *machine) Choose(c sched.Choice) int {
	if m.stopped {
		return 0
	}
	pick := m.choose(c)
	m.add(traces.NoTask, traces.Choice, traces.ChoiceOf(openWords[c.Kind], pick, c.N))
	return pick
}
