package oracle_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/oracle"
)

// What CPython does where picks settle what it leaves open.
func TestPicks(t *testing.T) {
	o := python(t)
	for _, tt := range []struct{ name, program, want string }{
		{"equal deadlines in another order, and the last comes too late", `{"main":"c","picks":[0,1,0,1],"coros":{"c":[
			{"i":1,"op":"repeat","n":3,"do":[{"i":2,"op":"spawn","as":"t","coro":"d"}]},{"i":3,"op":"sleep","ms":2}],
			"d":[{"i":4,"op":"sleep","ms":1}]}}`, `
0 Task-1 2 =null
0 Task-1 2 =null
0 Task-1 2 =null
0 Task-1 1 =null
0 - -4 slow 0/2
1 - -4 tie 1/3
1 - -4 tie 0/2
1 - -4 tie 1/2
1 - -4 tie 0/2
1 - -4 slow 0/2
1 Task-3 4 =null
1 Task-2 4 =null
1 - -4 slow 0/2
1 Task-4 4 =null
2 Task-1 3 =null
2 - -2 =null
2 - -3 closed
`},
		{"a step that takes until the next deadline", `{"main":"c","picks":[1],"coros":{"c":[
			{"i":1,"op":"call_later","ms":3,"as":"h","do":[{"i":2,"op":"now"}]},{"i":3,"op":"sleep","ms":0},{"i":4,"op":"now"}]}}`, `
0 Task-1 1 =null
0 - -4 slow 1/2
3 Task-1 3 =null
3 Task-1 4 =3
3 - 2 =3
3 - -2 =null
3 - -3 closed
`},
		{"a group cancels its tasks in another order; those that have ended are none of them", `{"main":"c","picks":[2],"coros":{"c":[
			{"i":1,"op":"group","as":"g","do":[{"i":2,"op":"repeat","n":3,"do":[{"i":3,"op":"tg_spawn","on":"g","as":"t","coro":"d"}]},
				{"i":4,"op":"tg_spawn","on":"g","as":"t","coro":"e","eager":true},{"i":5,"op":"sleep","ms":0},{"i":6,"op":"tg_cancel","on":"g"}]}],
			"d":[{"i":7,"op":"ev_wait","on":"ev"}],"e":[]},"objects":[{"kind":"event","as":"ev"}]}`, `
0 Task-1 3 =null
0 Task-1 3 =null
0 Task-1 3 =null
0 Task-1 2 =null
0 Task-1 4 =null
0 Task-1 5 =null
0 - -4 set 2/3
0 - -4 set 0/2
0 Task-1 6 =null
0 Task-4 7 !CancelledError
0 Task-2 7 !CancelledError
0 Task-3 7 !CancelledError
0 Task-1 1 =null
0 - -2 =null
0 - -3 closed
`},
		{"awaitables start in another order, and so do callbacks of what is done; what is given twice is there once",
			`{"main":"c","picks":[2,1,0,1],"coros":{"c":[{"i":1,"op":"fut","as":"f"},{"i":2,"op":"set_result","on":"f","v":1},
			{"i":3,"op":"as_completed","of":["f",{"coro":"d"},"f",{"coro":"e"}]}],
			"d":[{"i":4,"op":"return","v":2}],"e":[{"i":5,"op":"return","v":3}]}}`, `
0 Task-1 1 =null
0 Task-1 2 =null
0 - -4 set 2/3
0 - -4 set 1/2
0 - -4 set 0/3
0 - -4 set 1/2
0 Task-2 5 =return 3
0 Task-3 4 =return 2
0 Task-1 3 #0 =1
0 Task-1 3 #1 =3
0 Task-1 3 #2 =2
0 Task-1 3 =null
0 - -2 =null
0 - -3 closed
`},
		{"all tasks, and generators that are left, in another order", `{"main":"c","picks":[1,1],"coros":{"c":[{"i":1,"op":"agen","as":"a","coro":"g"},
			{"i":2,"op":"agen","as":"b","coro":"h"},{"i":3,"op":"anext","on":"a"},{"i":4,"op":"anext","on":"b"},
			{"i":5,"op":"spawn","as":"t","coro":"d"},{"i":6,"op":"all_tasks"},{"i":9,"op":"all_tasks"}],
			"d":[],"g":[{"i":7,"op":"yield","v":1}],"h":[{"i":8,"op":"yield","v":2}]}}`, `
0 Task-1 1 =null
0 Task-1 2 =null
0 Task-1 3 =1
0 Task-1 4 =2
0 Task-1 5 =null
0 - -4 set 1/2
0 Task-1 6 =[Task-2,Task-1]
0 Task-1 9 =[Task-2,Task-1]
0 - -2 =null
0 - -4 set 1/2
0 Task-4 8 !GeneratorExit
0 Task-5 7 !GeneratorExit
0 - -3 closed
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, strings.TrimPrefix(tt.want, "\n"), text(trace(t, o, tt.program)))
		})
	}
}

// The judge of what a clock can read. Timers are a, b, x and y, by when they were set.
func TestClock(t *testing.T) {
	path, err := oracle.Find(t.Context())
	if err != nil {
		t.Skip("no CPython 3.13 or later: ", err)
	}
	const script = `
from clock import Clock
from types import SimpleNamespace

clock = Clock()

def timers(when, *names):
    for name in names:
        globals()[name] = SimpleNamespace(_when=when[name], reading=clock.read(0))

`
	for _, tt := range []struct {
		name, run, want string
	}{
		{"in order", `
timers(dict(a=1, b=1), "a", "b")
clock.popped(1, [a, b], [])`, "True"},
		{"the second is late", `
timers(dict(a=1, b=1), "a", "b")
clock.popped(1, [a], [b])
clock.popped(1, [b], [])`, "True"},
		{"the first is late", `
timers(dict(a=1, b=1), "a", "b")
clock.popped(1, [b], [a])`, "False"},
		{"in another order, and what was set between them is not late", `
timers(dict(a=1, b=1, x=2, y=2), "a", "x", "y", "b")
clock.popped(1, [b, a], [])
clock.popped(2, [x, y], [])`, "True"},
		{"in another order, and one of those set between them is late", `
timers(dict(a=1, b=1, x=2, y=2), "a", "x", "y", "b")
clock.popped(1, [b, a], [])
clock.popped(2, [x], [y])`, "False"},
		{"the same the other way round", `
timers(dict(a=2, b=2, x=1, y=1), "a", "x", "y", "b")
clock.popped(1, [x], [y])
clock.popped(1, [y], [])
clock.popped(2, [b, a], [])`, "False"},
		{"one set at a later time, by when the clock had gone on", `
timers(dict(a=1, b=2, x=1), "a", "x", "b")
clock.popped(1, [a], [x])
y = SimpleNamespace(_when=2, reading=clock.read(1))
clock.popped(1, [x], [])
clock.popped(2, [y, b], [])`, "True"},
		{"the same, but it was set when the clock had come to what is late", `
timers(dict(a=1, b=2, x=1), "a", "b", "x")
clock.popped(1, [a], [x])
clock.popped(1, [x], [])
y = SimpleNamespace(_when=2, reading=clock.read(1))
clock.popped(2, [y, b], [])
clock.greater.append((b.reading, x.reading))`, "False"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), path, "-c", script+tt.run+"\nprint(clock.possible())")
			cmd.Dir = "." // where clock.py is
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Equal(t, tt.want, strings.TrimSpace(string(out)))
		})
	}
}
