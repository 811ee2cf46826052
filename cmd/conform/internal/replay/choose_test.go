package replay_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/replay"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
	"github.com/ouro-loop/ouro/internal/sched"
)

// A program with the picks of a run does what that did, whoever runs its entries.
func TestPicks(t *testing.T) {
	departures := 0
	for n := range uint64(300) {
		p := generator.Program(33, n, generator.All)
		chosen := replay.RunChosen(p, sched.DefaultMaxHosted, atRandom{rand.New(rand.NewPCG(n, 0))}.Choose)
		p.Picks = chosen.Picks()
		for _, pick := range p.Picks {
			if pick > 0 {
				departures++
			}
		}
		again, err := program.Parse(program.AppendJSON(nil, p))
		require.NoError(t, err)
		for _, host := range []int{0, 1, sched.DefaultMaxHosted} {
			require.Equal(t, chosen, replay.RunHosted(again, host), "program %d, host %d", n, host)
		}
	}
	require.Greater(t, departures, 500)
}

func TestPicksThatAreNone(t *testing.T) {
	for n := range uint64(300) {
		p := generator.Program(34, n, generator.All)
		plain := replay.Run(p)
		p.Picks = []int{}
		if n%2 == 0 {
			p.Picks = []int{1 << 30, 1 << 30} // no such alternatives
		}
		got := replay.Run(p)
		var without traces.Trace
		for _, e := range got {
			if e.I != traces.Choice {
				without = append(without, e)
			}
		}
		require.Equal(t, plain, without, "program %d: nothing chosen is what is done without", n)
	}
}
