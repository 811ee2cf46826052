package trace_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/trace"
)

func jsonOf(t testing.TB, tr *trace.Trace) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, tr.WriteJSON(&b))
	return b.String()
}

func TestJSON(t *testing.T) {
	eachTrace(t, func(t *testing.T, tr *trace.Trace) {
		text := jsonOf(t, tr)
		require.Equal(t, len(tr.Events)+1, strings.Count(text, "\n"))
		got, err := trace.ReadJSON(strings.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, tr, got)
		require.Equal(t, text, jsonOf(t, got))
	})
}

func TestJSONLines(t *testing.T) {
	text := jsonOf(t, recorded(t, trace.New(), programNamed("nothing")))
	lines := strings.SplitAfter(text, "\n")
	require.Equal(t, `{"ouro_trace":1,"lost":0,"tasks":[{"id":1,"name":"Task-1"},{"id":2,"name":"Task-2"},{"id":3,"name":"Task-3"}]}
{"kind":"spawn","object":1,"arg":1,"time":0}
{"kind":"push","what":"step","entry":1,"object":1,"time":0}
{"kind":"iterate","arg":1,"time":0}
{"kind":"run","what":"step","task":1,"entry":1,"time":0}
{"kind":"done","what":"result","task":1,"object":1,"time":0}
{"kind":"push","what":"internal","cause":"done","task":1,"entry":2,"time":0}
`, strings.Join(lines[:7], ""))
	require.Equal(t, []string{`{"kind":"note","what":"closed","time":0}` + "\n", ""}, lines[len(lines)-2:])
}

func TestReadJSONRefuses(t *testing.T) {
	const header = `{"ouro_trace":1,"lost":0,"tasks":[]}` + "\n"
	const event = `{"kind":"note","what":"text","time":0}` + "\n"
	for _, test := range []struct{ name, text, err string }{
		{"nothing", "", "trace: line 1: empty: it should be what WriteJSON has written"},
		{"a text", "hello\n", "trace: line 1: not a trace: it should begin with a line as WriteJSON writes it"},
		{"other JSON", "[1]\n", "trace: line 1: not a trace: it should begin with a line as WriteJSON writes it"},
		{"no header", event, "trace: line 1: not a trace: it should begin with a line as WriteJSON writes it"},
		{"a later version", `{"ouro_trace":2,"new":1}` + "\n", "trace: line 1: a trace of version 2, and this reads 1: use the version of the module that has written it"},
		{"an unknown field in the header", `{"ouro_trace":1,"new":1}` + "\n", `trace: line 1: json: unknown field "new"`},
		{"a task twice", `{"ouro_trace":1,"tasks":[{"id":1},{"id":1}]}` + "\n", "trace: line 1: the task id 1 is zero, or there twice"},
		{"a task without a number", `{"ouro_trace":1,"tasks":[{"name":"a"}]}` + "\n", "trace: line 1: the task id 0 is zero, or there twice"},
		{"an unknown kind", header + event + `{"kind":"dance","time":0}` + "\n", `trace: line 3: unknown kind "dance"`},
		{"no kind", header + "{}\n", `trace: line 2: an event without a "kind"`},
		{"an empty kind", header + `{"kind":""}` + "\n", `trace: line 2: an event without a "kind"`},
		{"null", header + "null\n", `trace: line 2: an event without a "kind"`},
		{"an unknown field", header + `{"kind":"run","color":"red"}` + "\n", `trace: line 2: json: unknown field "color"`},
		{"a number too large", header + `{"kind":"run","task":4294967296}` + "\n", `trace: line 2: "task" cannot be a number 4294967296`},
		{"a text for a number", header + `{"kind":"run","task":"a"}` + "\n", `trace: line 2: "task" cannot be a string`},
		{"an empty line", header + "\n" + event, "trace: line 2: empty"},
		{"two on a line", header + `{"kind":"run"} {"kind":"run"}` + "\n", "trace: line 2: more than one value"},
		{"cut off", header + event + event[:20], "trace: line 3: cut off: it has no end"},
		{"cut off in the header", header[:10], "trace: line 1: cut off: it has no end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tr, err := trace.ReadJSON(strings.NewReader(test.text))
			require.EqualError(t, err, test.err)
			require.Nil(t, tr)
		})
	}
}

// FuzzReadJSON: what is read is written and read again as the same, and can be shown.
func FuzzReadJSON(f *testing.F) {
	for _, p := range programs {
		f.Add([]byte(jsonOf(f, recorded(f, trace.New(), p.main))))
	}
	f.Add([]byte(`{"ouro_trace":1,"lost":3,"tasks":[]}` + "\n" +
		`{"kind":"hold","time":-1,"state":{"kind":"queue","items":[],"waiters":[{"tasks":null}]}}` + "\n" +
		`{"kind":"run","what":"eager","task":4,"time":9223372036854775807,"tasks":[]}` + "\n" +
		`{"kind":"push","cause":"done","entry":18446744073709551615,"arg":-9223372036854775808,"time":0}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tr, err := trace.ReadJSON(bytes.NewReader(text))
		if err != nil {
			require.Regexp(t, `^trace: line \d+: .`, err.Error())
			return
		}
		again, err := trace.ReadJSON(strings.NewReader(jsonOf(t, tr)))
		require.NoError(t, err)
		require.Equal(t, tr, again)
		require.Equal(t, tr.Hash(), again.Hash())
		checkText(t, tr)
		for _, clock := range []trace.Clock{trace.LoopTime, trace.Steps} {
			checkPerfetto(t, tr, clock)
		}
	})
}
