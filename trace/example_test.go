package trace_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

func fetch(co *coro.Co, d time.Duration) error { return coro.Sleep(co, d) }

func both(co *coro.Co) error {
	_, err := coro.Gather(co, coro.DoEach(fetch, []time.Duration{time.Second, time.Second})...).Await(co)
	return err
}

func Example() {
	r := trace.New()
	l := loop.New(loop.VirtualTime(true), loop.Record(r))
	defer func() { _ = l.Close() }()
	_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		task := coro.CreateTask(co, coro.Do1(fetch, time.Second), coro.Name("fetch"))
		r.Note("it is created")
		return coro.Await(co, task)
	}))
	if err != nil {
		fmt.Println(err)
	}
	if err := r.Trace().WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	//         TIME   ITER  WHO      WHAT
	//           0s                  create Task-1
	//           0s                  push #1, step of Task-1
	//           0s      1  loop     iteration of 1
	//           0s      1  Task-1   run #1, step of Task-1
	//           0s      1  Task-1   create fetch
	//           0s      1  Task-1   push #2, step of fetch
	//           0s      1  Task-1   note: it is created
	//           0s      1  Task-1   wait for fetch
	//           0s      2  loop     iteration of 1
	//           0s      2  fetch    run #2, step of fetch  <- Task-1
	//           0s      2  fetch    timer 1 for 1s
	//           0s      2  fetch    sleep
	//           0s      2  loop     wait until 1s
	//           1s      2  loop     push #3, internal callback  <- timer 1 is due
	//           1s      3  loop     iteration of 1
	//           1s      3  #3       run #3, internal callback  <- timer 1 is due
	//           1s      3  #3       a future is done: result, which wakes fetch
	//           1s      3  #3       push #4, step of fetch  <- a future is done
	//           1s      4  loop     iteration of 1
	//           1s      4  fetch    run #4, step of fetch  <- a future is done
	//           1s      4  fetch    end: result, which wakes Task-1
	//           1s      4  fetch    push #5, step of Task-1  <- fetch is done
	//           1s      5  loop     iteration of 1
	//           1s      5  Task-1   run #5, step of Task-1  <- fetch is done
	//           1s      5  Task-1   end: result
	//           1s      5  Task-1   push #6, internal callback  <- Task-1 is done
	//           1s      6  loop     iteration of 1
	//           1s      6  #6       run #6, internal callback  <- Task-1 is done
}

// A flight recorder is always on, and tells when something goes wrong.
func ExampleOnTrouble() {
	r := trace.New(trace.Last(1000), trace.OnTrouble(func(why string, t *trace.Trace) {
		fmt.Println(why)
		_ = t.WriteText(os.Stdout)
	}))
	main := func(co *coro.Co) error {
		reply := loop.CreateFuture[string](loop.Of(co))
		waits := func(co *coro.Co) error {
			_, err := reply.Await(co)
			return err
		}
		return coro.Await(co, coro.CreateTask(co, coro.Do(waits), coro.Name("client")))
	}
	quiet := loop.OnException(func(*loop.Loop, future.ErrorContext) {})
	err := loop.Main(main, loop.VirtualTime(true), loop.Record(r), quiet)
	var deadlock *loop.DeadlockError
	fmt.Println(errors.As(err, &deadlock))
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
	// true
}

// A trace can be stored, and looked at later.
func ExampleTrace_WriteJSON() {
	r := trace.New()
	_ = loop.Main(func(co *coro.Co) error { return nil }, loop.VirtualTime(true), loop.Record(r))
	var file bytes.Buffer
	if err := r.Trace().WriteJSON(&file); err != nil {
		fmt.Println(err)
	}
	for _, line := range strings.Split(file.String(), "\n")[:5] {
		fmt.Println(line)
	}
	t, err := trace.ReadJSON(&file)
	fmt.Println(t.Task(1).Name, t.Lost, err)

	_, err = trace.ReadJSON(strings.NewReader(`{"ouro_trace":1}` + "\n" + `{"kind":"dance"}` + "\n"))
	fmt.Println(err)
	// Output:
	// {"ouro_trace":1,"lost":0,"tasks":[{"id":1,"name":"Task-1"},{"id":2,"name":"Task-2"},{"id":3,"name":"Task-3"}]}
	// {"kind":"spawn","object":1,"arg":1,"time":0}
	// {"kind":"push","what":"step","entry":1,"object":1,"time":0}
	// {"kind":"iterate","arg":1,"time":0}
	// {"kind":"run","what":"step","task":1,"entry":1,"time":0}
	// Task-1 0 <nil>
	// trace: line 2: unknown kind "dance"
}

// A program that does the same every time has the same Hash every time.
func ExampleTrace_Hash() {
	hash := func(main func(co *coro.Co) error) uint64 {
		r := trace.New(trace.Last(100_000))
		_ = loop.Main(main, loop.VirtualTime(true), loop.Record(r))
		return r.Trace().Hash()
	}
	oneByOne := func(co *coro.Co) error {
		return errors.Join(fetch(co, time.Second), fetch(co, time.Second))
	}
	first, second := hash(both), hash(both)
	fmt.Println("deterministic:", first == second)
	fmt.Println("the same:", hash(both) == hash(oneByOne))
	// Output:
	// deterministic: true
	// the same: false
}

// Where each step takes no time, the Steps are what is shown.
func ExampleTrace_WritePerfetto() {
	r := trace.New()
	_ = loop.Main(both, loop.VirtualTime(true), loop.Record(r))
	var file bytes.Buffer // open it at https://ui.perfetto.dev
	if err := r.Trace().WritePerfetto(&file, trace.Steps); err != nil {
		fmt.Println(err)
	}
	for line := range strings.Lines(file.String()) {
		if strings.Contains(line, `"step of Task-2"`) {
			fmt.Print(line)
		}
	}
	// Output:
	// {"name":"step of Task-2","ph":"X","ts":10.000,"dur":3.000,"pid":1,"tid":3,"args":{"entry":2,"iteration":2}},
	// {"name":"step of Task-2","ph":"X","ts":27.000,"dur":3.000,"pid":1,"tid":3,"args":{"entry":6,"iteration":4}},
}
