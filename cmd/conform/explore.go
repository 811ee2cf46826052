package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/conform/internal/fuzz"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/replay"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
	"github.com/ouro-loop/ouro/internal/sched"
)

// explored is what the explore command adds to a run of the fuzz command.
type explored struct {
	schedules uint64 // of each program; 0 for what pins settle
	host      *int
}

func newExplore(replay fuzz.Replay, host *int) *cobra.Command {
	f := &fuzzing{replay: replay, explored: explored{host: host}}
	cmd := &cobra.Command{
		Use:   "explore",
		Short: "Compare random programs under random choices of what CPython leaves open",
		Long: "Runs random programs on this library, where what CPython leaves open is settled at random: which of the timers\n" +
			"with one deadline comes next, whether some come too late, whether time goes on, in which order sets are walked. Then\n" +
			"CPython's own event loop runs each of them under the same choices. What each side was asked is part of its trace.\n\n" +
			"The first difference is made as small as it can be and shown, as that of fuzz is. The exit status is 1 if there was one.",
		Example: "  conform explore --count 20000 --schedules 3 --seed 7 --python python3.13",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.out, f.err = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return f.run(cmd.Context())
		},
	}
	f.choice.addTo(cmd, 10_000)
	f.reference.addTo(cmd)
	flags := cmd.Flags()
	flags.Uint64Var(&f.schedules, "schedules", 3, "how many schedules of each program")
	flags.DurationVar(&f.every, "progress", 5*time.Second, "how often to tell how far it is")
	return cmd
}

func (e *explored) String() string {
	if e.schedules == 0 {
		return ""
	}
	return fmt.Sprintf(", %d schedules of each program", e.schedules)
}

// again is the command that gives a difference again, but for what is the same for all commands.
func (e *explored) again() string {
	if e.schedules == 0 {
		return "conform generate"
	}
	return fmt.Sprintf("conform explore --schedules %d", e.schedules)
}

// explore has the fuzzer run several schedules of each program, until done is called.
func (e *explored) explore(f *fuzz.Fuzzer) (done func()) {
	var c *chance
	guard := fuzz.NewGuard(func(p *program.Program) traces.Trace { return replay.RunChosen(p, *e.host, c.choose) })
	f.Schedules, f.Skip, f.Count = e.schedules, f.Skip*e.schedules, f.Count*e.schedules
	f.Pick = func(p *program.Program, number uint64) ([]int, error) {
		c = &chance{random: rand.New(rand.NewPCG(f.Seed, number)), picks: []int{}}
		if guard.Run(p).Ended() == fuzz.Hung {
			return nil, fmt.Errorf("the library hangs: %s --seed %d --skip %d --count 1", e.again(), f.Seed, number/e.schedules)
		}
		return c.picks, nil
	}
	return guard.Close
}

// chance picks alternatives at random, and keeps what it has picked.
type chance struct {
	random *rand.Rand
	slow   int // how often time has gone on
	picks  []int
}

// How likely it is that what has an alternative unlike the others comes to that.
const (
	oneInLate = 8
	oneInSlow = 16
	maxSlow   = 3 // times a run
)

func (c *chance) choose(of sched.Choice) int {
	pick := c.pick(of)
	c.picks = append(c.picks, pick)
	return pick
}

func (c *chance) pick(of sched.Choice) int {
	switch of.Kind {
	case sched.Slow:
		if c.slow == maxSlow || c.random.IntN(oneInSlow) > 0 {
			return 0
		}
		c.slow++
		return 1
	case sched.Tie:
		if timers := len(of.Timers); timers < of.N && c.random.IntN(oneInLate) > 0 {
			return c.random.IntN(timers)
		} else if timers < of.N {
			return timers
		}
	}
	return c.random.IntN(of.N)
}
