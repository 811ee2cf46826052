package replay_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/corpus"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/replay"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
	"github.com/ouro-loop/ouro/internal/sched"
)

// readCorpus reads what was recorded on CPython 3.15. To record it anew:
//
//	npm install pyodide@315.0.0-alpha.2 && go run ./cmd/conform record --pyodide --out cmd/conform/testdata/corpus.gz
func readCorpus(t testing.TB) (origin string, entries []corpus.Entry) {
	t.Helper()
	f, err := os.Open("../../testdata/corpus.gz")
	require.NoError(t, err)
	defer f.Close()
	origin, entries, err = corpus.Read(f)
	require.NoError(t, err)
	return origin, entries
}

// TestCorpus: the programs leave the same traces here as on CPython 3.15.
func TestCorpus(t *testing.T) {
	origin, entries := readCorpus(t)
	require.Contains(t, origin, "CPython 3.15")
	require.GreaterOrEqual(t, len(entries), 3000)
	ways := map[string]func(p *program.Program) traces.Trace{} // which make no difference
	for _, hosted := range []int{0, 1, sched.DefaultMaxHosted, 64} {
		ways[fmt.Sprintf("hosted=%d", hosted)] = func(p *program.Program) traces.Trace { return replay.RunHosted(p, hosted) }
	}
	for _, entries := range []int{1, 3, 1_000_000} {
		ways[fmt.Sprintf("stepped=%d", entries)] = func(p *program.Program) traces.Trace { return replay.RunStepped(p, entries) }
	}
	for name, run := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, e := range entries {
				p, err := program.Parse(e.Program)
				require.NoError(t, err)
				want, err := traces.Parse(e.Trace)
				require.NoError(t, err)
				if got := run(p); !traces.Agree(want, got) {
					t.Errorf("program %d of %s differs at entry %d:\n%s\n%s", i, origin, traces.FirstDifference(want, got),
						p.Listing(), e.Program)
				}
			}
		})
	}
}

// TestCorpusShowsEverything: what the corpus claims to show, it shows.
func TestCorpusShowsEverything(t *testing.T) {
	_, entries := readCorpus(t)
	shown := map[string]bool{}
	for _, e := range entries {
		p, err := program.Parse(e.Program)
		require.NoError(t, err)
		trace, err := traces.Parse(e.Trace)
		require.NoError(t, err)
		for feature := range corpus.Features(p, trace) {
			shown[feature] = true
		}
	}
	var compounds, callbacks []program.Op
	for _, op := range program.Ops() {
		switch {
		case op == program.OpRaise, op == program.OpRaiseCancelled:
		default:
			require.True(t, shown[op.String()+" ends"], "no %v ends", op)
		}
		if op.Compound() {
			compounds = append(compounds, op)
		}
		if op.Callback() {
			callbacks = append(callbacks, op)
		}
	}
	for _, outer := range compounds {
		for _, inner := range append(callbacks, compounds...) {
			require.True(t, shown[fmt.Sprintf("%v in %v", inner, outer)], "no %v in %v", inner, outer)
		}
	}
	for _, outer := range callbacks {
		for _, inner := range callbacks {
			require.True(t, shown[fmt.Sprintf("%v in %v", inner, outer)], "no %v in %v", inner, outer)
		}
	}
	for _, class := range append(program.Kinds(), "CancelledError", "TimeoutError", "InvalidStateError", "RuntimeError",
		"ValueError", "ExceptionGroup", "StopAsyncIteration", "GeneratorExit", "QueueEmpty", "QueueFull", "QueueShutDown", "BrokenBarrierError") {
		require.True(t, shown["error "+class], "no %s", class)
	}
}
