package docs_test

import (
	"bytes"
	"fmt"
	"os"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

func answer(co *coro.Co, reply *future.Future[string]) error {
	_, err := reply.Await(co)
	return err
}

func Example_debuggingTrace() {
	main := func(co *coro.Co) error {
		reply := loop.CreateFuture[string](loop.Of(co))
		return coro.Await(co, coro.CreateTask(co, coro.Do1(answer, reply), coro.Name("client")))
	}
	silent := loop.OnException(func(*loop.Loop, future.ErrorContext) {})
	recorder := trace.New(trace.Last(10_000), trace.OnTrouble(func(why string, t *trace.Trace) {
		fmt.Println(why)
		_ = t.WriteText(os.Stdout)
	}))
	err := loop.Main(main, loop.VirtualTime(true), loop.Record(recorder), silent)
	if err == nil {
		fmt.Println("no deadlock")
	}
	// Output:
	// loop: deadlock: nothing is ready, no timer is set, and nothing else is at work
	//         TIME   ITER  WHO      WHAT
	//           0s                  create Task-1
	//           0s                  push #1, step of Task-1
	//           0s      1  loop     iteration of 1
	//           0s      1  Task-1   run #1, step of Task-1
	//           0s      1  Task-1   create client
	//           0s      1  Task-1   push #2, step of client
	//           0s      1  Task-1   wait for client
	//           0s      2  loop     iteration of 1
	//           0s      2  client   run #2, step of client  <- Task-1
	//           0s      2  client   wait for a future
	//           0s      2  loop     wait, for no timer
}

func Example_debuggingTraceFile() {
	main := func(co *coro.Co) error { return coro.Sleep(co, 1) }
	hash := func() uint64 {
		recorder := trace.New(trace.Full())
		_ = loop.Main(main, loop.VirtualTime(true), loop.Record(recorder))
		t := recorder.Trace()
		var file bytes.Buffer
		if err := t.WritePerfetto(&file, trace.Steps); err != nil {
			fmt.Println(err)
		}
		return t.Hash()
	}
	first, second := hash(), hash()
	fmt.Println(first == second)
	// Output:
	// true
}
