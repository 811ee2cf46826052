package fuzz_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/fuzz"
	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/oracle"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// walk stands for a run of a program: an entry for each of its statements, in the order of the text. outcome says
// what each came to.
func walk(p *program.Program, outcome func(*program.Stmt) string) traces.Trace {
	var t traces.Trace
	for i := range p.Coros {
		program.Walk(p.Coros[i].Body, func(st *program.Stmt) {
			t = append(t, traces.Entry{Task: "Task-1", I: st.I, Outcome: outcome(st)})
		})
	}
	return append(t, traces.Entry{Task: traces.NoTask, I: traces.Closed, Outcome: "closed"})
}

func fine(*program.Stmt) string { return "=null" }

func right(p *program.Program) traces.Trace { return walk(p, fine) }

// judges is an oracle made of a function.
type judges func(*program.Program) oracle.Answer

func (j judges) Judge(_ context.Context, programs [][]byte) ([]oracle.Answer, error) {
	var answers []oracle.Answer
	for _, line := range programs {
		p, err := program.Parse(line)
		if err != nil {
			return nil, err
		}
		answers = append(answers, j(p))
	}
	return answers, nil
}

func rightly(p *program.Program) oracle.Answer {
	return oracle.Answer{Line: traces.AppendJSON(nil, right(p))}
}

// count is the number of programs of a test: more than a batch.
const count = 450

func run(t *testing.T, f *fuzz.Fuzzer) fuzz.Summary {
	t.Helper()
	f.Count, f.Seed = count, 3
	sum, err := f.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, count, sum.Programs)
	return sum
}

func TestNoDifference(t *testing.T) {
	f := &fuzz.Fuzzer{Replay: right, Oracle: judges(rightly)}
	f.Found = func(*fuzz.Difference) error { return errors.New("none should be found") }
	sum := run(t, f)
	require.Zero(t, sum.Differences)
	require.Empty(t, sum.Missing())
	require.Greater(t, sum.Entries, uint64(count))
}

// A library with one fault: a shield inside a group comes to something else.
func faulty(p *program.Program) traces.Trace {
	inGroup := map[*program.Stmt]bool{}
	for i := range p.Coros {
		program.Walk(p.Coros[i].Body, func(st *program.Stmt) {
			if st.Op == program.OpGroup {
				program.Walk(st.Do, func(in *program.Stmt) { inGroup[in] = in.Op == program.OpShield })
			}
		})
	}
	return walk(p, func(st *program.Stmt) string {
		if inGroup[st] {
			return "=fault"
		}
		return "=null"
	})
}

func TestDifferenceIsFoundAndShrunk(t *testing.T) {
	var found []*fuzz.Difference
	f := &fuzz.Fuzzer{Replay: faulty, Oracle: judges(rightly), Profile: generator.Core}
	f.Found = func(d *fuzz.Difference) error {
		found = append(found, d)
		return nil
	}
	sum := run(t, f)
	require.NotEmpty(t, found)
	require.EqualValues(t, len(found), sum.Differences)
	first := found[0]
	require.Equal(t, string(program.AppendJSON(nil, generator.Program(3, first.Number, generator.Core))),
		string(program.AppendJSON(nil, first.Program)), "it can be made again from its number")

	small, err := f.Shrink(t.Context(), first)
	require.NoError(t, err)
	require.Equal(t, first.Number, small.Number)
	require.Len(t, small.Program.Coros, 1)
	body := small.Program.Coros[0].Body
	require.Len(t, body, 1)
	require.Equal(t, program.OpGroup, body[0].Op)
	require.Len(t, body[0].Do, 1)
	require.Equal(t, program.OpShield, body[0].Do[0].Op)
	require.Equal(t, "=null", small.CPython[1].Outcome)
	require.Equal(t, "=fault", small.Library[1].Outcome)
}

func TestWhatIsNoDifference(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer oracle.Answer
		check  func(*testing.T, fuzz.Summary)
	}{
		{"undefined", oracle.Answer{Line: traces.AppendJSON(nil, traces.Only(traces.Undefined))},
			func(t *testing.T, s fuzz.Summary) { require.EqualValues(t, count, s.Undefined) }},
		{"no answer", oracle.Answer{TimedOut: true},
			func(t *testing.T, s fuzz.Summary) { require.EqualValues(t, count, s.TimedOut) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sum := run(t, &fuzz.Fuzzer{
				Replay: right, Oracle: judges(func(*program.Program) oracle.Answer { return tt.answer }),
			})
			require.Zero(t, sum.Differences)
			tt.check(t, sum)
		})
	}
}

func TestFailures(t *testing.T) {
	failure := errors.New("enough")
	wrong := judges(func(*program.Program) oracle.Answer { return oracle.Answer{Line: []byte("nonsense")} })
	for _, tt := range []struct {
		name   string
		fuzzer fuzz.Fuzzer
		want   string
	}{
		{"the oracle fails", fuzz.Fuzzer{Replay: right, Oracle: failing{failure}}, "enough"},
		{"the oracle's answer is no trace", fuzz.Fuzzer{Replay: right, Oracle: wrong}, "not a trace"},
		{"whoever is told does not want to go on", fuzz.Fuzzer{Replay: faulty, Oracle: judges(rightly),
			Found: func(*fuzz.Difference) error { return failure }}, "enough"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.fuzzer.Count = count
			_, err := tt.fuzzer.Run(t.Context())
			require.ErrorContains(t, err, tt.want)
		})
	}
}

type failing struct{ err error }

func (f failing) Judge(context.Context, [][]byte) ([]oracle.Answer, error) { return nil, f.err }

// A difference that is not there when it is looked at again is told as what it is.
func TestShrinkOfWhatComesAndGoes(t *testing.T) {
	runs := 0
	f := &fuzz.Fuzzer{Oracle: judges(rightly), Replay: func(p *program.Program) traces.Trace {
		if runs++; runs == 1 {
			return nil
		}
		return right(p)
	}}
	_, err := f.Shrink(t.Context(), &fuzz.Difference{Program: generator.Program(1, 1, generator.All)})
	require.ErrorContains(t, err, "not deterministic")
}

func TestSkipAndProgress(t *testing.T) {
	var numbers []uint64
	told := 0
	f := &fuzz.Fuzzer{
		Replay: func(*program.Program) traces.Trace { return nil }, Oracle: judges(rightly),
		Skip: 1000, Count: count,
		Found: func(d *fuzz.Difference) error {
			numbers = append(numbers, d.Number)
			return nil
		},
		Progress: func(s fuzz.Summary) {
			told++
			require.Contains(t, s.Brief(), "differences")
		},
	}
	_, err := f.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, numbers, count, "a trace without entries is never right")
	require.EqualValues(t, 1000, numbers[0])
	require.EqualValues(t, 1000+count-1, numbers[count-1])
	require.Equal(t, 3, told, "after every batch, if the time between is none")
}

func TestSchedules(t *testing.T) {
	var numbers []uint64
	pick := func(p *program.Program, number uint64) ([]int, error) {
		require.Nil(t, p.Picks)
		require.Equal(t, string(program.AppendJSON(nil, generator.Program(0, number/3, generator.All))), string(program.AppendJSON(nil, p)))
		numbers = append(numbers, number)
		return []int{int(number)}, nil
	}
	f := &fuzz.Fuzzer{Pick: pick, Schedules: 3, Skip: 6, Count: 9, Replay: func(p *program.Program) traces.Trace {
		choice := traces.Entry{Task: traces.NoTask, I: traces.Choice, Outcome: traces.ChoiceOf("tie", p.Picks[0]%2, 2)}
		return append(traces.Trace{choice}, right(p)...)
	}}
	f.Oracle = judges(func(p *program.Program) oracle.Answer {
		return oracle.Answer{Line: traces.AppendJSON(nil, f.Replay(p))}
	})
	sum, err := f.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []uint64{6, 7, 8, 9, 10, 11, 12, 13, 14}, numbers)
	require.Zero(t, sum.Differences)
	require.EqualValues(t, 9, sum.Choices)
	require.EqualValues(t, 4, sum.Departures)
	require.Contains(t, sum.String(), "choices             9\n  not the default   4\n")

	failure := errors.New("no picks")
	f.Pick = func(*program.Program, uint64) ([]int, error) { return nil, failure }
	_, err = f.Run(t.Context())
	require.ErrorIs(t, err, failure)
}

func TestGuarded(t *testing.T) {
	p := generator.Program(1, 1, generator.All)
	for _, tt := range []struct {
		name   string
		replay fuzz.Replay
		want   traces.Trace
	}{
		{"fine", right, right(p)},
		{"panics", func(*program.Program) traces.Trace { panic("oops") }, traces.Only("panic: oops")},
		{"leaves its goroutine", func(*program.Program) traces.Trace {
			runtime.Goexit()
			return nil
		}, traces.Only("panic: the replay ended its goroutine")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			guard := fuzz.NewGuard(tt.replay)
			defer guard.Close()
			require.Equal(t, tt.want, guard.Run(p))
			require.Equal(t, tt.want, guard.Run(p), "it goes on")
		})
	}
}

func TestSummary(t *testing.T) {
	sum := fuzz.Summary{
		Programs: 1234567, Entries: 50_000_000, Differences: 2, Deadlocks: 99, Undefined: 1, TimedOut: 3,
		Elapsed: 90 * time.Second,
	}
	for _, op := range program.Ops() {
		sum.Ended[op] = 1
	}
	sum.Ended[program.OpJoin], sum.Ended[program.OpGet] = 0, 0
	want := `
programs            1,234,567
trace entries       50,000,000
differences         2
statements covered  65 of 67
  never ended       get, join
ended in deadlock   99
filled the trace    0
undefined           1
no answer in time   3
took                1m30s
`
	require.Equal(t, strings.TrimPrefix(want, "\n"), sum.String())
	require.Equal(t, "1,234,567 programs, 50,000,000 entries, 2 differences, 13717 programs/s", sum.Brief())
}
