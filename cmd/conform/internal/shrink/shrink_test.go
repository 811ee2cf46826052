package shrink_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/shrink"
)

// where is a judge for whom the sides differ on programs of which holds is true.
func where(holds func(*program.Program) bool) shrink.Judge {
	return func(_ context.Context, programs []*program.Program) ([]bool, error) {
		differ := make([]bool, len(programs))
		for i, p := range programs {
			differ[i] = holds(p)
		}
		return differ, nil
	}
}

// count returns how many statements of the program are such.
func count(p *program.Program, such func(*program.Stmt) bool) int {
	n := 0
	for i := range p.Coros {
		program.Walk(p.Coros[i].Body, func(st *program.Stmt) {
			if such(st) {
				n++
			}
		})
	}
	return n
}

func is(op program.Op) func(*program.Stmt) bool {
	return func(st *program.Stmt) bool { return st.Op == op }
}

// within reports whether a statement of the one kind holds, at any depth, one of the other.
func within(p *program.Program, outer, inner program.Op) bool {
	return count(p, func(st *program.Stmt) bool {
		found := false
		for _, block := range st.Blocks() {
			program.Walk(*block, func(in *program.Stmt) { found = found || in.Op == inner })
		}
		return st.Op == outer && found
	}) > 0
}

func TestProgram(t *testing.T) {
	for _, tt := range []struct {
		name  string
		holds func(*program.Program) bool
		want  string // the program that is left, or one of those that may be
	}{
		{"one statement", func(p *program.Program) bool { return count(p, is(program.OpAllTasks)) > 0 },
			`{"v":1,"main":"c","objects":[],"coros":{"c":[{"i":1,"op":"all_tasks"}]}}`},
		{"two that may be far apart", func(p *program.Program) bool { return count(p, is(program.OpNow)) > 1 },
			`{"v":1,"main":"c","objects":[],"coros":{"c":[{"i":1,"op":"now"},{"i":2,"op":"now"}]}}`},
		{"one within another", func(p *program.Program) bool { return within(p, program.OpTimeout, program.OpSleep) },
			`{"v":1,"main":"c","objects":[],"coros":{"c":[{"i":1,"op":"timeout","as":"to","ms":null,"do":[` +
				`{"i":2,"op":"sleep","ms":0}]}]}}`},
		{"a number that matters",
			func(p *program.Program) bool {
				return count(p, func(st *program.Stmt) bool { return st.Op == program.OpSleep && st.MS.V > 2 }) > 0
			},
			`{"v":1,"main":"c","objects":[],"coros":{"c":[{"i":1,"op":"sleep","ms":3}]}}`},
		{"a flag that matters",
			func(p *program.Program) bool {
				return count(p, func(st *program.Stmt) bool { return st.Eager && st.Name.Set }) > 0
			},
			`{"v":1,"main":"c","objects":[],"coros":{"c":[{"i":1,"op":"spawn","as":"t","coro":"d","name":"alpha",` +
				`"eager":true}],"d":[]}}`},
		{"an object", func(p *program.Program) bool {
			return len(p.Objects) > 0 && p.Objects[0].Kind == program.Barrier && count(p, is(program.OpBarWait)) > 0
		}, `{"v":1,"main":"c","objects":[{"kind":"barrier","as":"bar","n":1}],"coros":{"c":[{"i":1,"op":"bar_wait","on":"bar"}]}}`},
		{"a cleanup", func(p *program.Program) bool {
			return count(p, func(st *program.Stmt) bool {
				return len(st.Finally) > 0 && st.Finally[0].Op == program.OpSleep
			}) > 0
		}, `{"v":1,"main":"c","objects":[],"coros":{"c":[{"i":1,"op":"try","do":[],"finally":[{"i":2,"op":"sleep","ms":0}]}]}}`},
		{"two that can only go together", func(p *program.Program) bool {
			cancels, uncancels := count(p, is(program.OpCancel)), count(p, is(program.OpUncancel))
			return cancels == uncancels && count(p, is(program.OpGather)) > 0
		}, `{"v":1,"main":"c","objects":[],"coros":{"c":[{"i":1,"op":"gather","as":"g","of":[],"settle":false}]}}`},
		{"a handler", func(p *program.Program) bool {
			return count(p, func(st *program.Stmt) bool {
				return len(st.Except) > 0 && st.Except[0].Kinds[0] == "BaseException"
			}) > 0
		}, `{"v":1,"main":"c","objects":[],"coros":{"c":[{"i":1,"op":"try","do":[],"except":[` +
			`{"kinds":["BaseException"],"do":[]}]}]}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, err := program.Parse([]byte(tt.want))
			require.NoError(t, err)
			shrunk := 0
			for n := uint64(0); shrunk < 5; n++ {
				p := generator.Program(4, n, generator.All)
				if !tt.holds(p) {
					continue
				}
				shrunk++
				before := string(program.AppendJSON(nil, p))
				got, err := shrink.Program(t.Context(), p, where(tt.holds))
				require.NoError(t, err)
				require.True(t, tt.holds(got))
				require.Equal(t, before, string(program.AppendJSON(nil, p)), "the program itself stays as it is")
				require.Equal(t, shape(want), shape(got), "of program %d: %s", n, program.AppendJSON(nil, got))
			}
		})
	}
}

// shape is what of a program does not depend on where it came from: everything but its names.
func shape(p *program.Program) string {
	p = p.Clone()
	for i := range p.Names {
		p.Names[i] = "x"
	}
	for i := range p.Coros {
		p.Coros[i].Name = "c"
		program.Walk(p.Coros[i].Body, func(st *program.Stmt) {
			if st.Name.Set {
				st.Name.V = "alpha"
			}
		})
	}
	return string(program.AppendJSON(nil, p))
}

// The numbers of the statements are in the trace, so that a difference may hang on them. Then they stay.
func TestNumbersThatMatter(t *testing.T) {
	p, err := program.Parse([]byte(`{"main":"c","coros":{"c":[{"i":1,"op":"now"},{"i":7,"op":"now"},{"i":8,"op":"now"}]}}`))
	require.NoError(t, err)
	got, err := shrink.Program(t.Context(), p, where(func(p *program.Program) bool {
		return count(p, func(st *program.Stmt) bool { return st.I == 7 }) > 0
	}))
	require.NoError(t, err)
	require.Equal(t, `{"v":1,"main":"c","objects":[],"coros":{"c":[{"i":7,"op":"now"}]}}`,
		string(program.AppendJSON(nil, got)))
}

// Picks go as well, and those before one that matters become the default.
func TestPicks(t *testing.T) {
	for _, tt := range []struct {
		name  string
		holds func(*program.Program) bool
		want  string
	}{
		{"none matters", func(p *program.Program) bool { return true }, `[]`},
		{"the third alternative of something", func(p *program.Program) bool { return slices.Contains(p.Picks, 2) }, `[2]`},
		{"one at its place", func(p *program.Program) bool { return len(p.Picks) > 3 && p.Picks[3] > 0 }, `[0,0,0,1]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := generator.Program(9, 1, generator.All)
			p.Picks = []int{0, 5, 0, 2, 1, 0, 0, 3}
			got, err := shrink.Program(t.Context(), p, where(tt.holds))
			require.NoError(t, err)
			require.Equal(t, `{"v":1,"main":"x","objects":[],"coros":{"x":[]},"picks":`+tt.want+`}`,
				strings.ReplaceAll(string(program.AppendJSON(nil, got)), `"`+got.Coros[0].Name+`"`, `"x"`))
		})
	}
}

// Whatever is tried is a program that can be run.
func TestEveryCandidateIsAProgram(t *testing.T) {
	tried := 0
	for n := range uint64(30) {
		p := generator.Program(6, n, generator.All)
		_, err := shrink.Program(t.Context(), p, func(_ context.Context, programs []*program.Program) ([]bool, error) {
			differ := make([]bool, len(programs))
			for i, c := range programs {
				line := program.AppendJSON(nil, c)
				_, err := program.Parse(line)
				require.NoError(t, err, "%s", line)
				tried++
				differ[i] = tried%3 == 0 // any way down will do
			}
			return differ, nil
		})
		require.NoError(t, err)
	}
	require.Greater(t, tried, 500)
}

func TestFailingJudge(t *testing.T) {
	failure := errors.New("no oracle")
	_, err := shrink.Program(t.Context(), generator.Program(1, 1, generator.All),
		func(context.Context, []*program.Program) ([]bool, error) { return nil, failure })
	require.ErrorIs(t, err, failure)
}
