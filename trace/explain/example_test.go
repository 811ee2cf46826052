package explain_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
	"github.com/ouro-loop/ouro/trace/explain"
)

// Why did this run now? The story says it of every step.
func ExampleOf() {
	fetch := func(co *coro.Co) error { return coro.Sleep(co, time.Second) }

	main := func(co *coro.Co) error {
		t := coro.CreateTask(co, coro.Do(fetch), coro.Name("fetch"))
		return coro.Await(co, t)
	}

	r := trace.New(trace.Full())
	if err := loop.Main(main, loop.VirtualTime(true), loop.Record(r)); err != nil {
		fmt.Println(err)
	}
	_ = explain.Of(r.Trace(), explain.Options{}).WriteText(os.Stdout, 90)
	// Output:
	// 1  `run` makes a task of `ExampleOf.func2()` and puts it into the ready queue.
	//
	//  2  Iteration 1 begins. Ready is main: exactly this runs now; whatever becomes ready
	//     meanwhile waits for iteration 2.
	//  3  main begins because it is the first in the queue.
	//  4  main creates fetch to run `ExampleOf.func1()`. It goes to the end of the ready queue
	//     and does not begin before the next iteration.
	//  5  main waits for fetch.
	//
	//  6  Iteration 2 begins. Ready is fetch: exactly this runs now; whatever becomes ready
	//     meanwhile waits for iteration 3.
	//  7  fetch begins because main created it, and its turn has come.
	//  8  fetch sleeps: it sets an alarm for 1 s and waits for it.
	//  9  Nothing is ready. The loop sleeps until the first alarm, at 1 s.
	// 10  It is 1 s: the alarm of fetch’s sleep is due, and goes into the ready queue.
	//
	// 11  Iteration 3 begins. Ready is the alarm of fetch’s sleep: exactly this runs now;
	//     whatever becomes ready meanwhile waits for iteration 4.
	// 12  The alarm of fetch’s sleep rings because its deadline has come.
	// 13  The sleep is over. fetch goes into the ready queue.
	//
	// 14  Iteration 4 begins with fetch.
	// 15  fetch goes on because its sleep is over.
	// 16  fetch has returned: it is done. main, which waits for it, goes into the ready queue.
	//
	// 17  Iteration 5 begins with main.
	// 18  main goes on because fetch, which it awaits, is done.
	// 19  main has returned: it is done. Run’s callback goes into the ready queue.
	//
	// 20  Iteration 6 begins with run’s callback.
	// 21  Run’s callback runs because main is done.
	// 22  `run` cleans up: it closes async generators and the thread pool, in two short tasks of
	//     its own, and then the loop.
	// 23  The loop is closed, after 10 iterations.
}

// twoNaps is a program with two tasks.
func twoNaps(co *coro.Co) error {
	nap := func(co *coro.Co, d time.Duration) error { return coro.Sleep(co, d) }
	return coro.Group(co, func(g *coro.TaskGroup) error {
		coro.CreateTask(g, coro.Do1(nap, time.Second), coro.Name("short"))
		coro.CreateTask(g, coro.Do1(nap, time.Minute), coro.Name("long"))
		return nil
	})
}

// A picture of a run in characters: a lane for each task.
func ExampleStory_WriteTimeline() {
	r := trace.New(trace.Full())
	if err := loop.Main(twoNaps, loop.VirtualTime(true), loop.Record(r)); err != nil {
		fmt.Println(err)
	}
	_ = explain.Of(r.Trace(), explain.Options{}).WriteTimeline(os.Stdout, 80)
	// Output:
	// iteration   1   2    3  5 7 8
	// time       0 s       1 s 60 s
	// main       ░███─────┄───┄───░█✓
	// short        ░░░█───┄░█✓
	// long          ░░░░█─┄───┄░█✓
	//
	// ░ ready  █ runs  ─ waits  ┄ the loop sleeps  ✓ ended
}

// Where only ASCII is shown.
func ExampleASCII() {
	r := trace.New(trace.Full())
	if err := loop.Main(twoNaps, loop.VirtualTime(true), loop.Record(r)); err != nil {
		fmt.Println(err)
	}
	_ = explain.Of(r.Trace(), explain.Options{}).WriteTimeline(os.Stdout, 80, explain.ASCII())
	// Output:
	// iteration   1   2    3  5 7 8
	// time       0 s       1 s 60 s
	// main       .###-----~---~---.#+
	// short        ...#---~.#+
	// long          ....#-~---~.#+
	//
	// . ready  # runs  - waits  ~ the loop sleeps  + ended
}

// A color for each task, on a terminal.
func ExampleColor() {
	r := trace.New(trace.Full())
	if err := loop.Main(twoNaps, loop.VirtualTime(true), loop.Record(r)); err != nil {
		fmt.Println(err)
	}
	var text strings.Builder
	_ = explain.Of(r.Trace(), explain.Options{}).WriteText(&text, 80, explain.Color())
	fmt.Println(strings.Count(text.String(), "\x1b[1;38;5;166mshort\x1b[0m"), "times short in its color")
	// Output:
	// 13 times short in its color
}

// Only the iterations, who runs in them and why, and what is printed or noted.
func ExampleStory_WriteTicks() {
	r := trace.New(trace.Full())
	main := func(co *coro.Co) error {
		err := coro.Sleep(co, time.Second)
		r.Note("a second later")
		return err
	}
	if err := loop.Main(main, loop.VirtualTime(true), loop.Record(r)); err != nil {
		fmt.Println(err)
	}
	_ = explain.Of(r.Trace(), explain.Options{}).WriteTicks(os.Stdout, 0, 80)
	// Output:
	// Iteration 1, at 0 s
	//   main begins because it is the first in the queue.
	//   Nothing is ready. The loop sleeps until the first alarm, at 1 s.
	// Iteration 2, at 1 s
	//   The alarm of main’s sleep rings because its deadline has come.
	// Iteration 3, at 1 s
	//   main goes on because its sleep is over.
	//   │ a second later
	// Iteration 4, at 1 s
	//   Run’s callback runs because main is done.
	//   `run` cleans up: it closes async generators and the thread pool, in two short
	//     tasks of its own, and then the loop.
	//   The loop is closed, after 8 iterations.
}

// A picture of a run as a file for browsers, readable on light and on dark.
func ExampleStory_WriteSVG() {
	r := trace.New(trace.Full())
	if err := loop.Main(twoNaps, loop.VirtualTime(true), loop.Record(r)); err != nil {
		fmt.Println(err)
	}
	var svg strings.Builder
	_ = explain.Of(r.Trace(), explain.Options{}).WriteSVG(&svg)
	_, desc, _ := strings.Cut(svg.String(), `<desc id="desc">`)
	desc, _, _ = strings.Cut(desc, "</desc>")
	fmt.Println(desc)
	// Output:
	// A lane for each task, from left to right: when it was ready, ran, printed and waited. main is created at 0 s and is done at 60 s. short is created at 0 s and is done at 1 s. long is created at 0 s and is done at 60 s.
}
