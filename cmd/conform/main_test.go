package main

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/oracle"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// conform runs the command with run in place of the library, and returns what it wrote.
func conform(t *testing.T, run library, stdin string, args ...string) (out, errs string, err error) {
	t.Helper()
	var stdout, stderr strings.Builder
	cmd := newRoot(run)
	cmd.SetIn(strings.NewReader(stdin))
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

// lastStatement stands for the library: its traces tell the number of main's last statement.
func lastStatement(p *program.Program, _ int) traces.Trace {
	body := p.Coros[p.Main].Body
	if len(body) == 0 {
		panic("nothing to do")
	}
	return traces.Trace{{Task: "Task-1", I: body[len(body)-1].I, Outcome: "=null"}}
}

const (
	one   = `{"v":1,"main":"c","coros":{"c":[{"i":1,"op":"now"}]}}` + "\n"
	two   = `{"v":1,"main":"c","coros":{"c":[{"i":1,"op":"now"},{"i":2,"op":"now"}]}}` + "\n"
	empty = `{"v":1,"main":"c","coros":{"c":[]}}` + "\n"
)

func TestReplay(t *testing.T) {
	const traceOne, traceTwo = `[[0,"Task-1",1,"=null"]]` + "\n", `[[0,"Task-1",2,"=null"]]` + "\n"
	for _, tt := range []struct {
		name, stdin, out, errs string
	}{
		{"nothing", "", "", ""},
		{"programs", one + two, traceOne + traceTwo, ""},
		{"no newline at the end", strings.TrimSpace(one), traceOne, ""},
		{"empty lines", "\n" + one + "  \r\n" + two, traceOne + traceTwo, ""},
		{"lines that are no programs", one + "nonsense\n" + two + "{\"v\":3}\n" + one, traceOne + traceTwo + traceOne,
			"line 2: column 1: an object wanted, not 'n'\nline 4: column 7: version 3 of the format is unknown\n"},
		{"empty lines count", "\n\nnonsense\n", "", "line 3: column 1: an object wanted, not 'n'\n"},
		{"a panic", one + empty + two, traceOne + traceTwo, "line 2: panic: nothing to do\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, errs, err := conform(t, lastStatement, tt.stdin, "replay")
			require.Equal(t, tt.out, out)
			require.Equal(t, tt.errs, errs)
			if tt.errs == "" {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, errBadLines)
			}
		})
	}
}

// A failure of the other side of the pipe, or of the oracle, is not the line's.
func TestReplayEndsWhenNobodyReads(t *testing.T) {
	cmd := newRoot(lastStatement)
	cmd.SetIn(strings.NewReader(strings.Repeat(one, 10_000)))
	cmd.SetOut(broken{})
	var stderr strings.Builder
	cmd.SetErr(&stderr)
	cmd.SetArgs([]string{"replay"})
	require.ErrorIs(t, cmd.ExecuteContext(t.Context()), io.ErrClosedPipe)
	require.Empty(t, stderr.String())
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestReplayOfALongLine(t *testing.T) {
	long := `{"v":1,"main":"c","note":"` + strings.Repeat("x", 1<<20) + `","coros":{"c":[{"i":1,"op":"now"}]}}`
	out, _, err := conform(t, lastStatement, long, "replay")
	require.NoError(t, err)
	require.Equal(t, `[[0,"Task-1",1,"=null"]]`+"\n", out)
}

func TestGenerate(t *testing.T) {
	ten, _, err := conform(t, nil, "", "generate", "--seed", "5", "--count", "10")
	require.NoError(t, err)
	require.Equal(t, 10, strings.Count(ten, "\n"))
	last, _, err := conform(t, nil, "", "generate", "--seed", "5", "--skip", "7", "--count", "3", "--profile", "all")
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(ten, last), "any program can be made again alone")
	other, _, err := conform(t, nil, "", "generate", "--seed", "5", "--count", "10", "--profile", "core")
	require.NoError(t, err)
	require.NotEqual(t, ten, other)
}

func TestShow(t *testing.T) {
	out, _, err := conform(t, nil, one, "show")
	require.NoError(t, err)
	require.Contains(t, out, "async def c():\n    loop.time() ")
}

func TestMisuse(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown command", []string{"prove"}, "unknown command"},
		{"unknown profile", []string{"generate", "--profile", "some"}, `no profile "some"`},
		{"unknown profile to fuzz", []string{"fuzz", "--profile", "some"}, `no profile "some"`},
		{"two references", []string{"fuzz", "--python", "x", "--pyodide"}, "python pyodide"},
		{"negative count", []string{"generate", "--count", "-1"}, "invalid argument"},
		{"something more", []string{"replay", "programs.jsonl"}, "programs.jsonl"},
		{"no such Python for the oracle", []string{"oracle", "--python", "/nowhere/python"}, "/nowhere/python"},
		{"no such Python", []string{"fuzz", "--python", "/nowhere/python"}, "/nowhere/python"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := conform(t, lastStatement, one, tt.args...)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// python returns the flags for a CPython, if there is one.
func python(t *testing.T) []string {
	t.Helper()
	path, err := oracle.Find(t.Context())
	if err != nil {
		t.Skip("no CPython 3.13 or later: ", err)
	}
	return []string{"--python", path}
}

func TestOracle(t *testing.T) {
	out, errs, err := conform(t, nil, one+"nonsense\n"+two, append(python(t), "oracle")...)
	require.ErrorIs(t, err, errBadLines)
	require.Equal(t, "line 2: column 1: an object wanted, not 'n'\n", errs)
	require.Equal(t, `[[0,"Task-1",1,"=0"],[0,"-",-2,"=null"],[0,"-",-3,"closed"]]
[[0,"Task-1",1,"=0"],[0,"Task-1",2,"=0"],[0,"-",-2,"=null"],[0,"-",-3,"closed"]]
`, out)
}

// second returns a second CPython in place of the library, whose traces change alters.
func second(t *testing.T, change func(*program.Program, traces.Trace)) library {
	t.Helper()
	o, err := oracle.CPython(python(t)[1])
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	return func(p *program.Program, _ int) traces.Trace {
		answers, err := o.Judge(t.Context(), [][]byte{program.AppendJSON(nil, p)})
		if err != nil {
			panic(err)
		}
		trace, err := traces.Parse(answers[0].Line)
		if err != nil {
			panic(err)
		}
		change(p, trace)
		return trace
	}
}

func TestFuzzWithoutADifference(t *testing.T) {
	same := second(t, func(*program.Program, traces.Trace) {})
	out, errs, err := conform(t, same, "", append(python(t), "fuzz", "--count", "400", "--progress", "0")...)
	require.NoError(t, err)
	require.Contains(t, out, "CPython 3.1")
	require.Contains(t, out, "seed 1, profile all\nprograms            400\n")
	require.Contains(t, out, "differences         0\nstatements covered  67 of 67\n")
	require.Contains(t, errs, "200 programs, ")
}

// A library that gives the wrong count of cancellations to a task that has been cancelled more than once.
func TestFuzzWithADifference(t *testing.T) {
	wrong := second(t, func(p *program.Program, trace traces.Trace) {
		for i := range p.Coros {
			program.Walk(p.Coros[i].Body, func(st *program.Stmt) {
				for e := range trace {
					if st.Op == program.OpCancelling && trace[e].I == st.I && trace[e].Outcome == "=2" {
						trace[e].Outcome = "=1"
					}
				}
			})
		}
	})
	out, _, err := conform(t, wrong, "", append(python(t), "fuzz", "--count", "400", "--profile", "core")...)
	require.ErrorIs(t, err, errDiffers)
	require.Contains(t, out, "difference: conform generate --seed 1 --skip ")
	require.Regexp(t, `(?m)^asyncio.run\(`, out, "the program is shown as Python")
	require.Regexp(t, `(?m)^> .* =2 +\| .* =1$`, out, "and the traces side by side")
	require.Regexp(t, `differences         [1-9]`, out)

	line := regexp.MustCompile(`(?m)^\{"v":1.*$`).FindString(out)
	small, err := program.Parse([]byte(line))
	require.NoError(t, err)
	statements := 0
	for i := range small.Coros {
		program.Walk(small.Coros[i].Body, func(*program.Stmt) { statements++ })
	}
	require.LessOrEqual(t, statements, 8, "cancelling needs two cancels and somebody to ask:\n%s", small.Listing())
}
