package oracle_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/oracle"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// python returns an oracle on a CPython, if there is one.
func python(t *testing.T) *oracle.Oracle {
	t.Helper()
	path, err := oracle.Find(t.Context())
	if err != nil {
		t.Skip("no CPython 3.13 or later: ", err)
	}
	o, err := oracle.CPython(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	return o
}

// pyodide returns an oracle on the CPython of the npm package, if it is installed.
func pyodide(t *testing.T) *oracle.Oracle {
	t.Helper()
	if os.Getenv("NODE_PATH") == "" {
		t.Skip("no pyodide: NODE_PATH must name the node_modules directory that has it")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no node: ", err)
	}
	o, err := oracle.Pyodide()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	return o
}

// trace returns what the oracle makes of one program.
func trace(t *testing.T, o *oracle.Oracle, line string) traces.Trace {
	t.Helper()
	p, err := program.Parse([]byte(line))
	require.NoError(t, err)
	answers, err := o.Judge(t.Context(), [][]byte{program.AppendJSON(nil, p)})
	require.NoError(t, err)
	got, err := traces.Parse(answers[0].Line)
	require.NoError(t, err)
	return got
}

func text(t traces.Trace) string {
	var b strings.Builder
	for _, e := range t {
		fmt.Fprintf(&b, "%d %s %d %s\n", e.Time, e.Task, e.I, e.Outcome)
	}
	return b.String()
}

// What the oracle pins and adds to CPython, one program each.
func TestTraces(t *testing.T) {
	o := python(t)
	for _, tt := range []struct{ name, program, want string }{
		{"callbacks come before timers that are due", `{"main":"c","coros":{"c":[
			{"i":1,"op":"call_later","ms":0,"as":"h","do":[{"i":2,"op":"log","text":"later"}]},
			{"i":3,"op":"call_soon","as":"h","do":[{"i":4,"op":"log","text":"soon"}]},
			{"i":5,"op":"sleep","ms":1}]}}`, `
0 Task-1 1 =null
0 Task-1 3 =null
0 - 4 =soon
0 - 2 =later
1 Task-1 5 =null
1 - -2 =null
1 - -3 closed
`},
		{"equal deadlines fire in order", `{"main":"c","coros":{"c":[
			{"i":1,"op":"repeat","n":5,"do":[{"i":2,"op":"spawn","as":"t","coro":"d"}]},{"i":3,"op":"sleep","ms":2}],
			"d":[{"i":4,"op":"sleep","ms":1}]}}`, `
0 Task-1 2 =null
0 Task-1 2 =null
0 Task-1 2 =null
0 Task-1 2 =null
0 Task-1 2 =null
0 Task-1 1 =null
1 Task-2 4 =null
1 Task-3 4 =null
1 Task-4 4 =null
1 Task-5 4 =null
1 Task-6 4 =null
2 Task-1 3 =null
2 - -2 =null
2 - -3 closed
`},
		{"tasks are listed in order of creation, eager ones too", `{"main":"c","coros":{"c":[
			{"i":1,"op":"spawn","as":"t","coro":"d","name":"alpha"},
			{"i":2,"op":"spawn","as":"u","coro":"d","eager":true},{"i":3,"op":"all_tasks"}],
			"d":[{"i":4,"op":"all_tasks"},{"i":5,"op":"sleep","ms":1}]}}`, `
0 Task-1 1 =null
0 Task-2 4 =[Task-1,alpha,Task-2]
0 Task-1 2 =null
0 Task-1 3 =[Task-1,alpha,Task-2]
0 alpha 4 =[alpha,Task-2]
0 - -2 =null
0 alpha 5 !CancelledError
0 Task-2 5 !CancelledError
0 - -3 closed
`},
		{"awaitables of as_completed start in order", `{"main":"c","coros":{"c":[
			{"i":1,"op":"as_completed","of":[{"coro":"d"},{"coro":"e"},{"coro":"d"}],"stop":false}],
			"d":[{"i":2,"op":"return","v":1}],"e":[{"i":3,"op":"raise","err":["AppError","x"]}]}}`, `
0 Task-2 2 =return 1
0 Task-3 3 !AppError:x
0 Task-4 2 =return 1
0 Task-1 1 #0 =1
0 Task-1 1 #1 !AppError:x
0 Task-1 1 #2 =1
0 Task-1 1 =null
0 - -2 =null
0 - -3 closed
`},
		{"a late error behind a shield is reported, as 3.14 has it", `{"main":"c","coros":{"c":[
			{"i":1,"op":"spawn","as":"t","coro":"d"},{"i":2,"op":"shield","as":"s","on":"t"},
			{"i":3,"op":"cancel","on":"s","msg":null},{"i":4,"op":"sleep","ms":2}],
			"d":[{"i":5,"op":"sleep","ms":1},{"i":6,"op":"raise","err":["NetError","late"]}]}}`, `
0 Task-1 1 =null
0 Task-1 2 =null
0 Task-1 3 =true
1 Task-2 5 =null
1 Task-2 6 !NetError:late
1 - -1 handler NetError:late
2 Task-1 4 =null
2 - -2 =null
2 - -3 closed
`},
		{"a group is canceled, as 3.15 has it", `{"main":"c","coros":{"c":[
			{"i":1,"op":"group","as":"g","do":[{"i":2,"op":"tg_spawn","on":"g","as":"t","coro":"d"},
				{"i":3,"op":"call_later","ms":1,"as":"h","do":[{"i":4,"op":"tg_cancel","on":"g"},{"i":5,"op":"tg_cancel","on":"g"}]},
				{"i":6,"op":"sleep","ms":5}]},
			{"i":7,"op":"tg_cancel","on":"g"},{"i":8,"op":"tg_cancel","on":"t"}],
			"d":[{"i":9,"op":"sleep","ms":5}]}}`, `
0 Task-1 2 =null
0 Task-1 3 =null
1 - 4 =null
1 - 5 =null
1 Task-2 9 !CancelledError
1 Task-1 6 !CancelledError
1 Task-1 1 =null
1 Task-1 7 =null
1 Task-1 8 =unbound
1 - -2 =null
1 - -3 closed
`},
		{"a canceled group is canceled from outside, as 3.15.0 has it", `{"main":"c","coros":{"c":[{"i":1,"op":"self","as":"me"},
			{"i":2,"op":"call_later","ms":2,"as":"h","do":[{"i":3,"op":"cancel","on":"me","msg":"out"}]},
			{"i":4,"op":"group","as":"g","do":[{"i":5,"op":"tg_spawn","on":"g","as":"t","coro":"d"},
				{"i":6,"op":"sleep","ms":1},{"i":7,"op":"tg_cancel","on":"g"}]}],
			"d":[{"i":8,"op":"try","do":[{"i":9,"op":"sleep","ms":9}],"except":[{"kinds":["CancelledError"],"do":[
				{"i":10,"op":"sleep","ms":2}]}]}]}}`, `
0 Task-1 1 =null
0 Task-1 2 =null
0 Task-1 5 =null
1 Task-1 6 =null
1 Task-1 7 =null
1 Task-2 9 !CancelledError
2 - 3 =true
3 Task-2 10 =null
3 Task-2 8 =null
3 Task-1 4 !CancelledError:out
3 - -2 !CancelledError:out
3 - -3 closed
`},
		{"a group is canceled by a task that it does not have yet, as 3.15.0 has it", `{"main":"c","coros":{"c":[
			{"i":1,"op":"group","as":"g","do":[{"i":2,"op":"tg_spawn","on":"g","as":"t","coro":"d","eager":true},
				{"i":3,"op":"tg_spawn","on":"g","as":"u","coro":"d"}]}],
			"d":[{"i":4,"op":"all_tasks"},{"i":5,"op":"tg_cancel","on":"g"},{"i":6,"op":"sleep","ms":9}]}}`, `
0 Task-2 4 =[Task-1,Task-2]
0 Task-2 5 =null
0 Task-1 2 =null
0 Task-1 3 !RuntimeError
0 Task-2 6 !CancelledError
0 Task-1 1 !ExceptionGroup[RuntimeError]
0 - -2 !ExceptionGroup[RuntimeError]
0 - -3 closed
`},
		{"an error in a callback is reported", `{"main":"c","coros":{"c":[
			{"i":1,"op":"call_soon","as":"h","do":[{"i":2,"op":"raise","err":["DbError","x"]},{"i":3,"op":"now"}]},
			{"i":4,"op":"sleep","ms":0}]}}`, `
0 Task-1 1 =null
0 - 2 !DbError:x
0 - -1 handler DbError:x
0 Task-1 4 =null
0 - -2 =null
0 - -3 closed
`},
		{"main ends with an error", `{"main":"c","coros":{"c":[{"i":1,"op":"group","as":"g","do":[
			{"i":2,"op":"tg_spawn","on":"g","as":"t","coro":"d"},{"i":3,"op":"tg_spawn","on":"g","as":"t","coro":"d"}]}],
			"d":[{"i":4,"op":"raise","err":["AppError","x"]}]}}`, `
0 Task-1 2 =null
0 Task-1 3 =null
0 Task-2 4 !AppError:x
0 Task-3 4 !AppError:x
0 Task-1 1 !ExceptionGroup[AppError:x,AppError:x]
0 - -2 !ExceptionGroup[AppError:x,AppError:x]
0 - -3 closed
`},
		{"what is left when main has ended", `{"main":"c","coros":{"c":[{"i":1,"op":"spawn","as":"t","coro":"d"},
			{"i":2,"op":"sleep","ms":0}],
			"d":[{"i":3,"op":"try","do":[{"i":4,"op":"sleep","ms":9}],"except":[{"kinds":["CancelledError"],"do":[
				{"i":5,"op":"spawn","as":"u","coro":"e","name":null},{"i":6,"op":"raise","err":["AppError","x"]}]}]}],
			"e":[{"i":7,"op":"repeat","n":9,"do":[{"i":8,"op":"all_tasks"},{"i":9,"op":"sleep","ms":0}]}]}}`, `
0 Task-1 1 =null
0 Task-1 2 =null
0 - -2 =null
0 Task-2 4 !CancelledError
0 Task-2 5 =null
0 Task-2 6 !AppError:x
0 Task-2 3 !AppError:x
0 Task-3 8 =[Task-3]
0 Task-3 9 =null
0 Task-3 8 =[Task-3]
0 - -1 handler AppError:x
0 Task-3 9 =null
0 Task-3 8 =[Task-3,Task-4]
0 Task-3 9 =null
0 Task-3 8 =[Task-3]
0 Task-3 9 =null
0 Task-3 8 =[Task-3,Task-5]
0 Task-3 9 =null
0 Task-3 8 =[Task-3]
0 - -3 closed
`},
		{"generators that are left are closed in order; one that has ended is not, nor one that nobody holds", `{"v":1,"main":"c","coros":{"c":[{"i":1,"op":"agen","as":"a","coro":"g"},{"i":2,"op":"agen","as":"b","coro":"g"},{"i":3,"op":"agen","as":"d","coro":"e"},{"i":4,"op":"anext","on":"b"},{"i":5,"op":"anext","on":"a"},{"i":6,"op":"async_for","on":"d","n":9,"do":[]},{"i":7,"op":"agen","as":"b","coro":"g"}],"g":[{"i":8,"op":"try","do":[{"i":9,"op":"yield","v":1}],"finally":[{"i":10,"op":"sleep","ms":1},{"i":11,"op":"raise","err":["AppError","x"]}]}],"e":[{"i":12,"op":"yield","v":2}]}}`, `
0 Task-1 1 =null
0 Task-1 2 =null
0 Task-1 3 =null
0 Task-1 4 =1
0 Task-1 5 =1
0 Task-1 6 #0 =2
0 Task-1 12 =null
0 Task-1 6 =null
0 Task-1 7 =null
0 - -2 =null
0 Task-3 9 !GeneratorExit
0 Task-4 9 !GeneratorExit
1 Task-3 10 =null
1 Task-3 11 !AppError:x
1 Task-3 8 !AppError:x
1 Task-4 10 =null
1 Task-4 11 !AppError:x
1 Task-4 8 !AppError:x
1 - -1 handler AppError:x
1 - -1 handler AppError:x
1 - -3 closed
`},
		{"statements around a yield are as elsewhere", `{"v":1,"main":"c","coros":{"c":[{"i":1,"op":"agen","as":"a","coro":"g"},{"i":2,"op":"async_for","on":"a","n":9,"do":[{"i":3,"op":"log","text":"drawn"}]},{"i":4,"op":"athrow","on":"a","err":["AppError","x"]},{"i":5,"op":"aclose","on":"a"},{"i":6,"op":"anext","on":"x"},{"i":7,"op":"async_for","on":"x","n":1,"do":[]}],"g":[{"i":8,"op":"repeat","n":2,"do":[{"i":9,"op":"try","do":[{"i":10,"op":"yield","v":1},{"i":11,"op":"raise","err":["DbError","y"]}],"except":[{"kinds":["DbError"],"do":[{"i":12,"op":"timeout","ms":5,"as":"to","do":[{"i":13,"op":"yield","v":[2,"a"]},{"i":14,"op":"return","v":3},{"i":15,"op":"log","text":"never"}]}],"reraise":true}],"finally":[{"i":16,"op":"return","v":4}]}]}]}}`, `
0 Task-1 1 =null
0 Task-1 2 #0 =1
0 Task-1 3 =drawn
0 Task-1 10 =null
0 Task-1 11 !DbError:y
0 Task-1 2 #1 =[2,a]
0 Task-1 3 =drawn
0 Task-1 13 =null
0 Task-1 14 =return 3
0 Task-1 12 =return 3
0 Task-1 16 =return 4
0 Task-1 9 =return 3
0 Task-1 8 =return 3
0 Task-1 2 =null
0 Task-1 4 =null
0 Task-1 5 =null
0 Task-1 6 =unbound
0 Task-1 7 =null
0 - -2 =null
0 - -3 closed
`},
		{"names without a meaning", `{"main":"c","objects":[{"kind":"lock","as":"lock"}],"coros":{"c":[
			{"i":1,"op":"await","on":"x"},{"i":2,"op":"call_soon","as":"h","do":[{"i":3,"op":"self","as":"me"},
				{"i":4,"op":"cancel","on":"me","msg":null}]},
			{"i":5,"op":"uncancel","on":"h"},{"i":6,"op":"wait","of":["x","y"],"when":"all"},
			{"i":7,"op":"gather","as":"g","of":["x"],"settle":false},{"i":8,"op":"await","on":"g"},
			{"i":9,"op":"release","on":"x"}]}}`, `
0 Task-1 1 =unbound
0 Task-1 2 =null
0 Task-1 5 =unbound
0 Task-1 6 =unbound
0 Task-1 7 =null
0 Task-1 8 =[]
0 Task-1 9 !AttributeError
0 - 3 =null
0 - 4 =unbound
0 - -2 !AttributeError
0 - -3 closed
`},
		{"deadlock", `{"main":"c","coros":{"c":[{"i":1,"op":"fut","as":"f"},{"i":2,"op":"await","on":"f"}]}}`, `
0 Task-1 1 =null
0 - -2 deadlock
`},
		{"deadlock while the runner closes", `{"main":"c","coros":{"c":[{"i":1,"op":"spawn","as":"t","coro":"d","eager":true},
			{"i":2,"op":"sleep","ms":3}],
			"d":[{"i":3,"op":"fut","as":"f"},{"i":4,"op":"try","do":[{"i":5,"op":"await","on":"f"}],
				"except":[{"kinds":["CancelledError"],"do":[{"i":6,"op":"fut","as":"f"},{"i":7,"op":"await","on":"f"}]}]}]}}`, `
0 Task-2 3 =null
0 Task-1 1 =null
3 Task-1 2 =null
3 - -2 =null
3 Task-2 5 !CancelledError
3 Task-2 6 =null
0 - -2 deadlock
`},
		{"tasks that await each other", `{"main":"c","coros":{"c":[{"i":1,"op":"spawn","as":"t","coro":"d"},
			{"i":2,"op":"spawn","as":"u","coro":"e"},{"i":3,"op":"sleep","ms":1},{"i":4,"op":"cancel","on":"t","msg":null}],
			"d":[{"i":5,"op":"await","on":"u"}],"e":[{"i":6,"op":"await","on":"t"}]}}`, `
0 - -2 undefined
`},
		{"a coroutine that calls itself", `{"main":"c","coros":{"c":[{"i":1,"op":"call","coro":"c"}]}}`, `
0 - -2 undefined
`},
		{"tasks without an end, and nothing logged", `{"main":"c","coros":{"c":[{"i":1,"op":"as_completed","of":[{"coro":"c"}]}]}}`, `
0 - -2 undefined
`},
		{"a huge number of times nothing", `{"main":"c","coros":{"c":[{"i":1,"op":"repeat","n":900000000000000000,"do":[]}]}}`, `
0 Task-1 1 =null
0 - -2 =null
0 - -3 closed
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, strings.TrimPrefix(tt.want, "\n"), text(trace(t, o, tt.program)))
		})
	}
}

func TestFullTrace(t *testing.T) {
	got := trace(t, python(t), `{"main":"c","coros":{"c":[{"i":1,"op":"repeat","n":5000,"do":[{"i":2,"op":"now"}]}]}}`)
	require.Len(t, got, traces.Max+1)
	require.Equal(t, traces.Limit, got.Ended())
}

// share returns how many of a hundred traces end in that way.
func share(of []traces.Trace, end string) float64 {
	n := 0
	for _, t := range of {
		if t.Ended() == end {
			n++
		}
	}
	return 100 * float64(n) / float64(len(of))
}

// judged runs programs of the generator.
func judged(t *testing.T, o *oracle.Oracle, seed, count uint64, profile generator.Profile) []traces.Trace {
	t.Helper()
	var lines [][]byte
	for n := range count {
		lines = append(lines, program.AppendJSON(nil, generator.Program(seed, n, profile)))
	}
	answers, err := o.Judge(t.Context(), lines)
	require.NoError(t, err)
	var all []traces.Trace
	for _, a := range answers {
		trace, err := traces.Parse(a.Line)
		require.NoError(t, err)
		all = append(all, trace)
	}
	return all
}

// The generator's promises about how programs end can only be checked by running them.
func TestGeneratedProgramsEnd(t *testing.T) {
	o := python(t)
	for _, profile := range []generator.Profile{generator.All, generator.Core, generator.Sync} {
		t.Run(profile.String(), func(t *testing.T) {
			all := judged(t, o, 1, 500, profile)
			require.Less(t, share(all, traces.Deadlock), 11.0)
			require.Less(t, share(all, traces.Limit), 1.0)
			require.Less(t, share(all, traces.Undefined), 1.0)
		})
	}
}

// Whichever CPython is made to follow 3.15, the traces are the same.
func TestPyodideAgrees(t *testing.T) {
	reference, other := pyodide(t), python(t)
	version, err := reference.Version(t.Context())
	require.NoError(t, err)
	require.Regexp(t, `^CPython 3\.1\d`, version)
	for _, profile := range []generator.Profile{generator.All, generator.Core, generator.Sync} {
		want, got := judged(t, reference, 2, 150, profile), judged(t, other, 2, 150, profile)
		for n := range want {
			require.True(t, traces.Agree(want[n], got[n]), "program %d of seed 2, profile %s", n, profile)
		}
	}
}
