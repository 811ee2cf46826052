package program_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// parse reads statements as the body of the only coroutine.
func parse(t *testing.T, line string) *program.Program {
	t.Helper()
	p, err := program.Parse([]byte(line))
	require.NoError(t, err)
	return p
}

func TestWrittenAndReadAgain(t *testing.T) {
	for _, profile := range []generator.Profile{generator.All, generator.Core, generator.Sync} {
		for n := range uint64(300) {
			p := generator.Program(7, n, profile)
			p.Picks = [][]int{nil, {}, {0, 2, 1}}[n%3]
			line := string(program.AppendJSON(nil, p))
			require.Equal(t, line, string(program.AppendJSON(nil, parse(t, line))))
		}
	}
}

func TestAppendString(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"plain", `abc`, `"abc"`},
		{"quotes", `"\/`, `"\"\\/"`},
		{"short escapes", "\n\r\t\b\f", `"\n\r\t\b\f"`},
		{"control", "\x00\x1f\x7f", `"\u0000\u001f\u007f"`},
		{"beyond ASCII", "é€😀", `"\u00e9\u20ac\ud83d\ude00"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, string(program.AppendString(nil, tt.text)), "as Python's json module has it")
		})
	}
}

func TestOps(t *testing.T) {
	ops := program.Ops()
	require.Len(t, ops, 67)
	words := map[string]bool{}
	for _, op := range ops {
		require.NotEmpty(t, op.String())
		words[op.String()] = true
	}
	require.Len(t, words, len(ops), "every statement has a word of its own")
	require.True(t, program.OpSleep.Suspends())
	require.False(t, program.OpNow.Suspends())
	require.True(t, program.OpAsyncFor.Suspends())
	require.Equal(t, "unknown statement", program.Op(0).String())
	require.Equal(t, "unknown statement", program.Op(200).String())
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct{ name, line, want string }{
		{"well made", `{"main":"c","coros":{"c":[{"i":1,"op":"now"},{"i":2,"op":"now"}]}}`, ""},
		{"number twice", `{"main":"c","coros":{"c":[{"i":1,"op":"now"}],"d":[{"i":1,"op":"now"}]}}`,
			"statement 1: the number is taken"},
		{"number twice, nested",
			`{"main":"c","coros":{"c":[{"i":1,"op":"try","do":[],"finally":[{"i":1,"op":"now"}]}]}}`, "the number is taken"},
		{"number below 0", `{"main":"c","coros":{"c":[{"i":-1,"op":"now"}]}}`, "no statement"},
		{"name of an unnamed task",
			`{"main":"c","coros":{"c":[{"i":1,"op":"spawn","as":"t","coro":"c","name":"Task-7"}]}}`, "looks like one without"},
		{"object twice", `{"main":"c","objects":[{"kind":"lock","as":"l"},{"kind":"event","as":"l"}],"coros":{"c":[]}}`,
			"object l is made twice"},
		{"variable beside an object",
			`{"main":"c","objects":[{"kind":"lock","as":"l"},{"kind":"var","as":"l","default":0}],"coros":{"c":[]}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := parse(t, tt.line).Check()
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestClone(t *testing.T) {
	for n := range uint64(50) {
		p := generator.Program(2, n, generator.All)
		p.Picks = []int{1, 2}
		before := string(program.AppendJSON(nil, p))
		c := p.Clone()
		require.Equal(t, before, string(program.AppendJSON(nil, c)))
		c.Picks[0] = 7
		for i := range c.Coros {
			program.Walk(c.Coros[i].Body, func(st *program.Stmt) {
				st.Do, st.I = nil, 0
				for j := range st.Of {
					st.Of[j] = program.Operand{}
				}
				for j := range st.Except {
					st.Except[j].Kinds[0], st.Except[j].Do = "", nil
				}
			})
		}
		require.Equal(t, before, string(program.AppendJSON(nil, p)), "nothing is shared")
	}
}

func TestPrune(t *testing.T) {
	p := parse(t, `{"main":"b","objects":[{"kind":"lock","as":"used"},{"kind":"lock","as":"unused"}],"coros":{
		"a":[{"i":1,"op":"release","on":"unused"}],
		"b":[{"i":2,"op":"gather","as":"g","of":["x",{"coro":"d"}]}],
		"c":[{"i":3,"op":"call","coro":"a"}],
		"d":[{"i":4,"op":"with","on":"used","do":[{"i":5,"op":"shield","as":"s","on":{"coro":"e"}}]}],
		"e":[{"i":6,"op":"spawn","as":"t","coro":"b"}]}}`)
	p.Prune()
	require.Equal(t, `{"v":1,"main":"b","objects":[{"kind":"lock","as":"used"}],"coros":{`+
		`"b":[{"i":2,"op":"gather","as":"g","of":["x",{"coro":"d"}],"settle":false}],`+
		`"d":[{"i":4,"op":"with","on":"used","do":[{"i":5,"op":"shield","on":{"coro":"e"},"as":"s"}]}],`+
		`"e":[{"i":6,"op":"spawn","as":"t","coro":"b","name":null}]}}`, string(program.AppendJSON(nil, p)))
}
