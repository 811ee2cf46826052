package traces_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// sample is a short trace.
func sample() traces.Trace {
	return traces.Trace{
		{Time: 0, Task: "Task-1", I: 1, Outcome: "=null"},
		{Time: 5, Task: traces.NoTask, I: traces.Handler, Outcome: "handler AppError:é"},
		{Time: 5, Task: traces.NoTask, I: traces.End, Outcome: "!CancelledError"},
		{Time: 5, Task: traces.NoTask, I: traces.Closed, Outcome: "closed"},
	}
}

func TestWrittenAndReadAgain(t *testing.T) {
	line := traces.AppendJSON(nil, sample())
	require.Equal(t, `[[0,"Task-1",1,"=null"],[5,"-",-1,"handler AppError:\u00e9"],[5,"-",-2,"!CancelledError"],`+
		`[5,"-",-3,"closed"]]`, string(line), "as Python's json module has it")
	again, err := traces.Parse(line)
	require.NoError(t, err)
	require.Equal(t, sample(), again)
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{``, `{}`, `[1]`, `[[1,"-",2]]`, `[[1,"-",2,"=",3]]`, `[["a","-",2,"="]]`, `[[1,"-",2,null]]`} {
		t.Run(text, func(t *testing.T) {
			_, err := traces.Parse([]byte(text))
			require.ErrorContains(t, err, "not a trace")
		})
	}
}

func TestEnded(t *testing.T) {
	require.Empty(t, traces.Trace(nil).Ended())
	require.Empty(t, sample().Ended(), "main's own end is not the trace's")
	require.Equal(t, traces.Deadlock, append(sample(), traces.Only(traces.Deadlock)...).Ended())
}

func TestPicks(t *testing.T) {
	trace := sample()
	require.Equal(t, []int{}, trace.Picks())
	for _, pick := range []int{0, 12} {
		trace = append(trace, traces.Entry{Task: traces.NoTask, I: traces.Choice, Outcome: traces.ChoiceOf("set", pick, 13)})
	}
	require.Equal(t, []int{0, 12}, trace.Picks())
	require.Equal(t, "   0 ms  -         open  set 12/13", trace[len(trace)-1].String())
}

func TestCompare(t *testing.T) {
	other := sample()
	other[2].Outcome = "=null"
	for _, tt := range []struct {
		name  string
		a, b  traces.Trace
		first int
		agree bool
	}{
		{"equal", sample(), sample(), -1, true},
		{"empty", nil, nil, -1, true},
		{"an entry", sample(), other, 2, false},
		{"shorter", sample(), sample()[:3], 3, false},
		{"longer", sample()[:3], sample(), 3, false},
		{"the reference is undefined", traces.Only(traces.Undefined), sample(), 0, true},
		{"the other is undefined", sample(), traces.Only(traces.Undefined), 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.first, traces.FirstDifference(tt.a, tt.b))
			require.Equal(t, tt.agree, traces.Agree(tt.a, tt.b))
		})
	}
}

func TestSideBySide(t *testing.T) {
	long := traces.Trace{}
	for i := range 20 {
		long = append(long, traces.Entry{Time: int64(i), Task: "Task-1", I: i + 1, Outcome: "=null"})
	}
	other := append(traces.Trace{}, long[:18]...)
	other[9].Outcome = "=5"
	for _, tt := range []struct {
		name  string
		left  traces.Trace
		right traces.Trace
		want  string
	}{
		{"around the difference", long, other, `
         CPython 3.14                   | this library
      …  8 equal entries
      8     8 ms  Task-1      #9  =null |    8 ms  Task-1      #9  =null
>     9     9 ms  Task-1     #10  =null |    9 ms  Task-1     #10  =5
     10    10 ms  Task-1     #11  =null |   10 ms  Task-1     #11  =null
      …  9 more rows
`},
		{"one ends first", sample(), sample()[:3], `
         CPython 3.14                             | this library
      …  2 equal entries
      2     5 ms  -         main  !CancelledError |    5 ms  -         main  !CancelledError
>     3     5 ms  -        runner  closed         |
`},
		{"equal", sample(), sample(), "\nthe traces are equal\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			require.NoError(t, traces.WriteSideBySide(&b,
				traces.Side{Who: "CPython 3.14", Trace: tt.left}, traces.Side{Who: "this library", Trace: tt.right}, 1))
			require.Equal(t, strings.TrimPrefix(tt.want, "\n"), b.String())
		})
	}
}
