package replay_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/replay"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// TestRegressions: programs on which this library and CPython once differed, as small
// as they can be, with CPython's traces.
func TestRegressions(t *testing.T) {
	for _, test := range []struct{ name, program, want string }{
		{
			"a callback cancels its own handle while it runs",
			`{"v":1,"main":"c0","objects":[],"coros":{"c0":[{"i":1,"op":"spawn","as":"t2","coro":"c2","name":null},{"i":2,"op":"spawn","as":"t1","coro":"c1","name":null}],"c1":[{"i":3,"op":"call_soon","as":"h4","do":[{"i":4,"op":"call_soon","as":"h4","do":[{"i":5,"op":"log","text":"a"}]}]}],"c2":[{"i":6,"op":"call_soon","as":"h1","do":[{"i":7,"op":"handle_cancel","on":"h1"}]}]}}`,
			`[[0,"Task-1",1,"=null"],[0,"Task-1",2,"=null"],[0,"Task-2",6,"=null"],[0,"Task-3",3,"=null"],[0,"-",-2,"=null"],[0,"-",7,"=true"],[0,"-",4,"=null"],[0,"-",5,"=a"],[0,"-",-3,"closed"]]`,
		},
		{
			"a task that has awaited itself is awaited by another",
			`{"v":1,"main":"c0","objects":[],"coros":{"c0":[{"i":1,"op":"spawn","as":"t1","coro":"c1","name":null,"eager":true},{"i":2,"op":"await","on":"t1"}],"c1":[{"i":3,"op":"self","as":"me1"},{"i":4,"op":"await","on":"me1"}]}}`,
			`[[0,"Task-2",3,"=null"],[0,"Task-1",1,"=null"],[0,"Task-1",2,"!RuntimeError"],[0,"Task-2",4,"!RuntimeError"],[0,"-",-2,"!RuntimeError"],[0,"-",-3,"closed"]]`,
		},
		{
			"a variable is set to null",
			`{"v":1,"main":"c0","objects":[{"kind":"var","as":"var1","default":null}],"coros":{"c0":[{"i":1,"op":"var_set","v":null,"var":"var1"},{"i":2,"op":"var_get","var":"var1"}]}}`,
			`[[0,"Task-1",1,"=null"],[0,"Task-1",2,"=null"],[0,"-",-2,"=null"],[0,"-",-3,"closed"]]`,
		},
		{
			"a priority queue is given what has no order",
			`{"v":1,"main":"c3","objects":[{"kind":"prio","as":"q1","max":0}],"coros":{"c3":[{"i":1,"op":"put_nowait","on":"q1","v":null},{"i":2,"op":"put_nowait","on":"q1","v":null}]}}`,
			`[[0,"Task-1",1,"=null"],[0,"Task-1",2,"!TypeError"],[0,"-",-2,"!TypeError"],[0,"-",-3,"closed"]]`,
		},
		{
			"a generator fails with a group of one StopAsyncIteration",
			`{"v":1,"main":"c0","objects":[],"coros":{"c0":[{"i":1,"op":"agen","as":"ag2","coro":"c3"},{"i":2,"op":"agen","as":"ag1","coro":"c1"},{"i":3,"op":"async_for","on":"ag1","n":0,"do":[]}],"c1":[{"i":4,"op":"group","as":"tg1","do":[{"i":5,"op":"anext","on":"ag2"}]}],"c3":[]}}`,
			`[[0,"Task-1",1,"=null"],[0,"Task-1",2,"=null"],[0,"Task-1",5,"!StopAsyncIteration"],[0,"Task-1",4,"!ExceptionGroup[StopAsyncIteration]"],[0,"Task-1",3,"!ExceptionGroup[StopAsyncIteration]"],[0,"-",-2,"!ExceptionGroup[StopAsyncIteration]"],[0,"-",-3,"closed"]]`,
		},
		{
			"a generator asks for the task that closes it at the end",
			`{"v":1,"main":"c0","objects":[],"coros":{"c0":[{"i":1,"op":"agen","as":"ag1","coro":"c2"},{"i":2,"op":"async_for","on":"ag1","n":0,"do":[]}],"c2":[{"i":3,"op":"try","do":[{"i":4,"op":"yield","v":null}],"finally":[{"i":5,"op":"self","as":"me1"},{"i":6,"op":"cancel","on":"me1","msg":null}]}]}}`,
			`[[0,"Task-1",1,"=null"],[0,"Task-1",2,"#0 =null"],[0,"Task-1",2,"=null"],[0,"-",-2,"=null"],[0,"Task-3",4,"!GeneratorExit"],[0,"Task-3",5,"=null"],[0,"Task-3",6,"=true"],[0,"Task-3",3,"!GeneratorExit"],[0,"-",-3,"closed"]]`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := program.Parse([]byte(test.program))
			require.NoError(t, err)
			require.Equal(t, test.want, string(traces.AppendJSON(nil, replay.Run(p))))
		})
	}
}
