package program_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// around wraps statements into a program with a second coroutine, c1, and a few objects.
func around(statements string) []byte {
	return []byte(`{"v":1,"main":"c0","objects":[{"kind":"lock","as":"lock"},{"kind":"var","as":"var","default":0}],` +
		`"coros":{"c0":[` + statements + `],"c1":[]}}`)
}

func TestParseStatement(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		want program.Stmt
	}{
		{"sleep", `{"i":1,"op":"sleep","ms":5}`, program.Stmt{I: 1, Op: program.OpSleep, MS: program.Just(int64(5))}},
		{"negative time", `{"i":1,"op":"sleep","ms":-5}`,
			program.Stmt{I: 1, Op: program.OpSleep, MS: program.Just(int64(-5))}},
		{"fields in any order", `{"ms":5,"op":"sleep","i":1}`,
			program.Stmt{I: 1, Op: program.OpSleep, MS: program.Just(int64(5))}},
		{"notes", `{"i":1,"op":"now","why":{"who":["knows",1.5e3,null,true]}}`, program.Stmt{I: 1, Op: program.OpNow}},
		{"no optional fields", `{"i":1,"op":"spawn","as":"t","coro":"c1"}`,
			program.Stmt{I: 1, Op: program.OpSpawn, As: 3, Coro: 1}},
		{"null where there may be none", `{"i":1,"op":"spawn","as":"t","coro":"c1","name":null,"eager":null}`,
			program.Stmt{I: 1, Op: program.OpSpawn, As: 3, Coro: 1}},
		{"all optional fields", `{"i":1,"op":"spawn","as":"t","coro":"c1","name":"x","eager":true}`,
			program.Stmt{I: 1, Op: program.OpSpawn, As: 3, Coro: 1, Name: program.Just("x"), Eager: true}},
		{"operands", `{"i":1,"op":"gather","as":"g","of":["a",{"coro":"c1"},"a"],"settle":true}`,
			program.Stmt{I: 1, Op: program.OpGather, As: 3, Of: []program.Operand{{Name: 4}, {Coro: 1}, {Name: 4}}, Settle: true}},
		{"error", `{"i":1,"op":"raise","err":["DbError","x"]}`,
			program.Stmt{I: 1, Op: program.OpRaise, Err: program.Err{Kind: "DbError", Msg: "x"}}},
		{"values", `{"i":1,"op":"return","v":[1,"a",null,true,false,[]]}`,
			program.Stmt{I: 1, Op: program.OpReturn, V: []any{int64(1), "a", nil, true, false, []any{}}}},
		{"escapes", `{"i":1,"op":"log","text":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 é"}`,
			program.Stmt{I: 1, Op: program.OpLog, Text: "\"\\/\b\f\n\r\té😀 é"}},
		{"when", `{"i":1,"op":"wait","of":["a"],"when":"error","ms":null}`,
			program.Stmt{I: 1, Op: program.OpWait, Of: []program.Operand{{Name: 3}}, When: program.WhenError}},
		{"nested", `{"i":1,"op":"try","do":[{"i":2,"op":"now"}],"except":[{"kinds":["A","B"],"do":[],"reraise":true}]}`,
			program.Stmt{I: 1, Op: program.OpTry, Do: []program.Stmt{{I: 2, Op: program.OpNow}},
				Except: []program.Handler{{Kinds: []string{"A", "B"}, Do: []program.Stmt{}, Reraise: true}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := program.Parse(around(tt.text))
			require.NoError(t, err)
			require.Equal(t, []program.Stmt{tt.want}, p.Coros[0].Body)
		})
	}
}

func TestParseProgram(t *testing.T) {
	p, err := program.Parse([]byte(` {"coros":{"b":[{"i":1,"op":"call","coro":"a"}],"a":[]},"note":1,
		"objects":[{"kind":"sem","as":"s","n":2},{"kind":"prio","as":"q","max":3}],"main":"a"} `))
	require.NoError(t, err)
	require.Equal(t, &program.Program{
		Main:    1,
		Objects: []program.Object{{Kind: program.Semaphore, As: 1, N: 2}, {Kind: program.PriorityQueue, As: 2, N: 3}},
		Coros: []program.Coro{
			{Name: "b", Body: []program.Stmt{{I: 1, Op: program.OpCall, Coro: 1}}},
			{Name: "a", Body: []program.Stmt{}},
		},
		Names: []string{"", "s", "q"},
	}, p, "coroutines are numbered in the order of the text, wherever they are first named")
}

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat(`{"i":1,"op":"repeat","n":1,"do":[`, 600) + strings.Repeat(`]}`, 600)
	for _, tt := range []struct {
		name string
		text string // a statement, or a whole program if it begins with a blank
		want string
	}{
		{"nothing", ` `, "an object wanted, not the end"},
		{"not JSON", ` x`, `column 2: an object wanted, not 'x'`},
		{"cut off", ` {"v":1,"main":"c0"`, "',' or '}' wanted, not the end"},
		{"more than one", ` {"v":1,"main":"c","coros":{"c":[]}} {}`, "the end wanted, not an object"},
		{"not UTF-8", " {\"main\":\"\xff\"}", "not UTF-8"},
		{"version", ` {"v":2,"main":"c","coros":{"c":[]}}`, "version 2"},
		{"no main", ` {"coros":{"c":[]}}`, "main and coros"},
		{"no coroutines", ` {"main":"c"}`, "main and coros"},
		{"unknown main", ` {"main":"d","coros":{"c":[]}}`, `main: unknown coroutine "d"`},
		{"coroutine twice", ` {"main":"c","coros":{"c":[],"c":[]}}`, `coroutine "c" defined twice`},
		{"coros twice", ` {"main":"c","coros":{"c":[]},"coros":{"d":[]}}`, "coros given twice"},
		{"unknown object", ` {"main":"c","objects":[{"kind":"mutex","as":"m"}],"coros":{"c":[]}}`,
			`object 1: column 40: unknown kind "mutex"`},
		{"object without a size", ` {"main":"c","objects":[{"kind":"queue","as":"q"}],"coros":{"c":[]}}`,
			`missing field "max"`},
		{"negative semaphore", ` {"main":"c","objects":[{"kind":"sem","as":"s","n":-1}],"coros":{"c":[]}}`, "too small"},
		{"barrier of none", ` {"main":"c","objects":[{"kind":"barrier","as":"b","n":0}],"coros":{"c":[]}}`, "too small"},
		{"picks of no number", ` {"main":"c","coros":{"c":[]},"picks":["tie"]}`, "a whole number wanted"},
		{"a pick below 0", ` {"main":"c","coros":{"c":[]},"picks":[-1]}`, "a pick of -1"},
		{"trailing comma", ` {"main":"c","coros":{"c":[],}}`, "nothing after ','"},

		{"no statement", `5`, "an object wanted, not a number"},
		{"unknown statement", `{"i":7,"op":"jump"}`, `statement 7: field "op": column`},
		{"unknown statement's name", `{"i":7,"op":"jump"}`, `unknown statement "jump"`},
		{"no number", `{"op":"now"}`, `missing field "i"`},
		{"no op", `{"i":7}`, `statement 7: missing field "op"`},
		{"missing field", `{"i":7,"op":"spawn","as":"t"}`, `statement 7 (spawn): missing field "coro"`},
		{"field twice", `{"i":7,"op":"now","i":8}`, `statement 7 (now): field "i": given twice`},
		{"wrong type", `{"i":7,"op":"sleep","ms":"5"}`, `field "ms": column 138: a whole number wanted, not a string`},
		{"wrong type before the op", `{"i":7,"as":5,"op":"fut"}`, `statement 7: field "as": column 125: a string wanted`},
		{"fraction", `{"i":7,"op":"sleep","ms":1.5}`, "a whole number wanted, not a fraction"},
		{"exponent", `{"i":7,"op":"sleep","ms":1e3}`, "a whole number wanted, not a fraction"},
		{"leading zero", `{"i":7,"op":"sleep","ms":01}`, "must not begin with 0"},
		{"lonely minus", `{"i":7,"op":"sleep","ms":-}`, "digits wanted"},
		{"large number", `{"i":7,"op":"return","v":9999999999999999999}`, "number too large"},
		{"long time", `{"i":7,"op":"sleep","ms":1000000001}`, "too long"},
		{"no time", `{"i":7,"op":"sleep","ms":null}`, "ms must not be null"},
		{"unknown coroutine", `{"i":7,"op":"call","coro":"c9"}`, `statement 7 (call): unknown coroutine "c9"`},
		{"unknown coroutine as operand", `{"i":7,"op":"gather","as":"g","of":[{"coro":"c9"}]}`, `unknown coroutine "c9"`},
		{"unknown variable", `{"i":7,"op":"var_get","var":"x"}`, `unknown context variable "x"`},
		{"a lock is no variable", `{"i":7,"op":"var_get","var":"lock"}`, `unknown context variable "lock"`},
		{"empty name", `{"i":7,"op":"fut","as":""}`, "must not be empty"},
		{"fresh coroutine to await", `{"i":7,"op":"await","on":{"coro":"c1"}}`, "a name wanted, not a fresh coroutine"},
		{"fresh coroutine to wait for", `{"i":7,"op":"wait","of":[{"coro":"c1"}],"when":"all"}`, "a name wanted"},
		{"operand without a coroutine", `{"i":7,"op":"shield","as":"s","on":{}}`, "a name or a coroutine wanted"},
		{"unknown kind of error", `{"i":7,"op":"raise","err":["OSError","x"]}`, "AppError DbError NetError"},
		{"error without a message", `{"i":7,"op":"raise","err":["AppError"]}`, "an error is [kind, message]"},
		{"unknown moment", `{"i":7,"op":"wait","of":["a"],"when":"last"}`, `"last" is none of [all first error]`},
		{"await in a callback", `{"i":7,"op":"call_soon","as":"h","do":[{"i":8,"op":"sleep","ms":0}]}`,
			"statement 7 (call_soon): statement 8: no sleep in a callback"},
		{"return in a callback", `{"i":7,"op":"call_later","ms":1,"as":"h","do":[{"i":8,"op":"return","v":0}]}`,
			"no return in a callback"},
		{"a generator as a task", ` {"main":"c","coros":{"c":[{"i":1,"op":"spawn","as":"t","coro":"g"}],"g":[{"i":2,"op":"yield","v":1}]}}`,
			`statement 1 (spawn): "g" is an async generator function`},
		{"a generator as an operand", ` {"main":"c","coros":{"c":[{"i":1,"op":"gather","as":"f","of":[{"coro":"g"}]}],"g":[{"i":2,"op":"yield","v":1}]}}`,
			`statement 1 (gather): "g" is an async generator function`},
		{"a generator as main", ` {"main":"c","coros":{"c":[{"i":1,"op":"yield","v":1}]}}`, `main: "c" is an async generator function`},
		{"yield in a callback", `{"i":7,"op":"call_soon","as":"h","do":[{"i":8,"op":"yield","v":0}]}`, "no yield in a callback"},
		{"too deep a yield", ` {"main":"c","coros":{"c":[],"g":[` + strings.Repeat(`{"i":1,"op":"repeat","n":1,"do":[`, 5) +
			`{"i":2,"op":"yield","v":1}` + strings.Repeat(`]}`, 5) + `]}}`, `coroutine "g": a yield inside of more than 4 statements`},
		{"handler without kinds", `{"i":7,"op":"try","do":[],"except":[{"do":[]}]}`, "a handler needs kinds and do"},
		{"object as value", `{"i":7,"op":"return","v":{}}`, "a value wanted, not an object"},
		{"control character", "{\"i\":7,\"op\":\"log\",\"text\":\"\x01\"}", "control character"},
		{"unknown escape", `{"i":7,"op":"log","text":"\x"}`, "unknown escape"},
		{"half a pair", `{"i":7,"op":"log","text":"\ud83d"}`, "half a surrogate pair"},
		{"other half of a pair", `{"i":7,"op":"log","text":"\ude00"}`, "half a surrogate pair"},
		{"endless string", ` {"main":"c`, "string without an end"},
		{"endless escape", ` {"main":"c\`, "string without an end"},
		{"short escape", ` {"main":"\u12`, "four hexadecimal digits"},
		{"no hexadecimal digits", ` {"main":"\u12g4"`, "four hexadecimal digits"},
		{"almost true", `{"i":7,"op":"gather","as":"g","of":[],"settle":tru}`, "true wanted"},
		{"nested too deep", deep, "nested too deep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := around(tt.text)
			if strings.HasPrefix(tt.text, " ") {
				text = []byte(tt.text)
			}
			_, err := program.Parse(text)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// What a parser kept of one program must not show in the next, nor change the one before.
func TestParseIsFreshEachTime(t *testing.T) {
	var programs []*program.Program
	var lines [][]byte
	for n := range uint64(200) {
		lines = append(lines, program.AppendJSON(nil, generator.Program(3, n, generator.All)))
		_, err := program.Parse([]byte(`{"main":"c0","coros":{"c0":[{"i":1,"op":"try","do":[{"i":2,"op":"nonsense"}]}]}}`))
		require.Error(t, err)
		p, err := program.Parse(lines[n])
		require.NoError(t, err)
		programs = append(programs, p)
	}
	for n, p := range programs {
		require.Equal(t, string(lines[n]), string(program.AppendJSON(nil, p)))
	}
}

func FuzzParse(f *testing.F) {
	for n := range uint64(20) {
		f.Add(program.AppendJSON(nil, generator.Program(1, n, generator.All)))
	}
	f.Add(around(`{"i":1,"op":"log","text":"\ud83d\ude00"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		p, err := program.Parse(line)
		if err != nil {
			return
		}
		again, err := program.Parse(program.AppendJSON(nil, p))
		require.NoError(t, err)
		require.Equal(t, string(program.AppendJSON(nil, p)), string(program.AppendJSON(nil, again)))
		_ = p.Check()
		_ = p.Listing()
	})
}
