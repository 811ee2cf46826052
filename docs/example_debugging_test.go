package docs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"runtime/pprof"
	"strings"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// show prints as the page shows it what differs from machine to machine: an Example as the
// main of a program of its own, in a file main.go, and a long line of a log in several.
func show(args ...any) { _, _ = shown{os.Stdout}.Write([]byte(fmt.Sprintln(args...))) }

type shown struct{ io.Writer }

var showAs = []struct {
	what *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`[^\s"(=]*example_\w+_test\.go:\d+`), "main.go:42"},
	{regexp.MustCompile(`[^\s"(=]*docs_test\.`), "main."},
	{regexp.MustCompile(`main\.Example_\w+`), "main.main"},
	{regexp.MustCompile(`[^\s"(=]*/(locks/\w+\.go):\d+`), "ouro/$1:42"},
	{regexp.MustCompile(`[^\s"(=]*/ouro/(locks\.)`), "$1"},
	{regexp.MustCompile(`took \d+\.\d+`), "took 0.150"},
	{regexp.MustCompile(`has kept it for [\d.]+\w+`), "has kept it for 105ms"},
	{regexp.MustCompile(`, kept it for [\d.]+\w+`), ", kept it for 1.38s"},
	{regexp.MustCompile(` (error|task|waits_for|created_at|scheduled_at|stack)=`), "\n    $1="},
}

func (w shown) Write(p []byte) (int, error) {
	s := string(p)
	for _, r := range showAs {
		s = r.what.ReplaceAllString(s, r.as)
	}
	_, err := io.WriteString(w.Writer, s)
	return len(p), err
}

// logTo logs without the time.
func logTo(w io.Writer) loop.Option {
	logger := slog.New(slog.NewTextHandler(shown{w}, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	return loop.Logger(logger)
}

// never is too long for any callback, on a machine that has other things to do as well.
const never = time.Hour

func wait(co *coro.Co) error {
	<-time.After(2 * time.Millisecond)
	return nil
}

func Example_debuggingSlow() {
	main := func(co *coro.Co) error {
		_, err := coro.CreateTask(co, coro.Do(wait), coro.Name("import")).Await(co)
		return err
	}
	var log bytes.Buffer
	err := loop.Main(main, loop.Debug(true), loop.SlowCallback(time.Millisecond), logTo(&log))
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "import") { // others are slow on a machine that has other things to do
			fmt.Print(line)
		}
	}
	fmt.Println(err)
	// Output:
	// level=WARN msg="Executing <Task \"import\" FINISHED main.wait() created at main.go:42> took 0.150 seconds"
	// <nil>
}

func load(co *coro.Co, rows <-chan string) error {
	for row := range rows {
		fmt.Println(row)
	}
	return nil
}

// A watchedLog is a log that ends the channel when something is logged: however slow the
// machine is, load blocks for long enough.
type watchedLog struct {
	io.Writer
	once sync.Once
	rows chan string
}

func (w *watchedLog) Write(p []byte) (int, error) {
	w.once.Do(func() { close(w.rows) })
	return w.Writer.Write(p)
}

func Example_debuggingWatchdog() {
	var lines bytes.Buffer
	rows := make(chan string)
	log := &watchedLog{Writer: &lines, rows: rows}
	main := func(co *coro.Co) error {
		_, err := coro.CreateTask(co, coro.Do1(load, (<-chan string)(rows)), coro.Name("import")).Await(co)
		return err
	}
	err := loop.Main(main, logTo(log), loop.Watchdog(100*time.Millisecond, nil))
	for line := range strings.Lines(lines.String()) {
		if strings.Contains(line, "main.load") { // others are slow on a machine that has other things to do
			fmt.Print(line)
		}
	}
	fmt.Println(err)
	// Output:
	// level=WARN msg="loop blocked: task \"import\", main.load(), has kept it for 105ms, in chan receive; use loop.Receive"
	//     stack="main.load (main.go:42)"
	// level=WARN msg="loop free again: task \"import\", main.load(), kept it for 1.38s"
	// <nil>
}

func transfer(co *coro.Co, from, to *locks.Lock) error {
	return from.With(co, func() error {
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		return to.With(co, func() error { return nil })
	})
}

func Example_debuggingDeadlock() {
	var savings, checking locks.Lock
	savings.SetName("savings")
	checking.SetName("checking")
	err := loop.Main(func(co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			coro.CreateTask(g, coro.Do2(transfer, &savings, &checking), coro.Name("ada"))
			coro.CreateTask(g, coro.Do2(transfer, &checking, &savings), coro.Name("bob"))
			return nil
		})
	}, loop.VirtualTime(true))
	show(err)

	var deadlock *loop.DeadlockError
	if errors.As(err, &deadlock) {
		fmt.Println(deadlock.Circles)
	}
	// Output:
	// loop: deadlock: nothing is ready, no timer is set, and nothing else is at work
	//   task "Task-1" waits for task group (2 of 2 unfinished), held by task "ada", task "bob"
	//     at main.main.func1 (main.go:42)
	//   task "ada" waits for lock "checking", held by task "bob"
	//     at main.transfer.func1 (main.go:42)
	//   task "bob" waits for lock "savings", held by task "ada"
	//     at main.transfer.func1 (main.go:42)
	//   in a circle: ada, bob, ada
	// [[ada bob]]
}

func writeTasks(w io.Writer, l *loop.Loop) {
	for _, task := range coro.AllTasks(l) {
		fmt.Fprintln(w, task)
		for _, f := range task.Stack() {
			fmt.Fprintf(w, "\t%s (%s:%d)\n", f.Function, f.File, f.Line)
		}
	}
}

func Example_debuggingStacks() {
	var mu locks.Lock
	run(func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do2(transfer, &mu, new(locks.Lock)), coro.Name("ada"))
		if err := coro.Sleep(co, time.Millisecond); err != nil {
			return err
		}
		l := loop.Of(co)
		tasks, err := loop.Go(func(context.Context) (string, error) { // as in the handler of a request
			text := make(chan string, 1)
			_, err := l.CallSoonThreadsafe(func() {
				var b strings.Builder
				writeTasks(&b, l)
				text <- b.String()
			})
			if err != nil {
				return "", err
			}
			return <-text, nil
		})(co)
		fmt.Println(strings.Count(tasks, "\n") > 5, strings.Contains(tasks, "docs_test.transfer"))
		return err
	})
	// Output: true true
}

func backUp(co *coro.Co) error { return errors.New("disk full") }

func Example_debuggingNeverRetrieved() {
	main := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(backUp), coro.Name("backup"))
		return coro.Sleep(co, time.Second)
	}
	fmt.Println(loop.Main(main, loop.VirtualTime(true), loop.Debug(true), loop.SlowCallback(never), logTo(os.Stdout)))
	// Output:
	// level=ERROR msg="Task exception was never retrieved"
	//     error="disk full"
	//     task=backup function=main.backUp
	//     created_at=main.go:42
	// <nil>
}

func Example_debuggingHandler() {
	main := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(backUp), coro.Name("backup"))
		return coro.Sleep(co, time.Second)
	}
	reports := 0
	err := loop.Main(main, loop.VirtualTime(true), loop.OnException(func(l *loop.Loop, c future.ErrorContext) {
		reports++ // or a metric, or t.Error
		show(c.Message, c.Task, c.Function, c.Err)
	}))
	fmt.Println(reports, err)
	// Output:
	// Task exception was never retrieved backup main.backUp disk full
	// 1 <nil>
}

func Example_debuggingPanic() {
	index := func(co *coro.Co, i int) (int, error) {
		return []int{1, 2, 3}[i], nil
	}
	err := loop.Main(func(co *coro.Co) error {
		_, err := coro.CreateTask(co, coro.Bind(index, 3), coro.Name("third")).Await(co)
		return fmt.Errorf("looking up: %w", err)
	})
	show(err)

	var p *future.PanicError
	if errors.As(err, &p) {
		fmt.Println(p.Task, "has a stack:", bytes.Contains(p.Stack, []byte("Example_debuggingPanic")))
	}
	fmt.Println(strings.Contains(future.Details(err), string(p.Stack)))
	// Output:
	// looking up: panic: runtime error: index out of range [3] with length 3 (task "third", at main.go:42)
	// third has a stack: true
	// true
}

func Example_debuggingGoroutine() {
	ring := func(l *loop.Loop, done chan<- any) {
		defer func() { done <- recover() }() // so that the page can show it
		l.CallSoon(func() { fmt.Println("ring") })
	}
	main := func(co *coro.Co) error {
		done := make(chan any)
		go ring(loop.Of(co), done)
		fmt.Println(loop.Receive(done)(co))
		return nil
	}
	if err := loop.Main(main, loop.Debug(true)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// loop: this must be called on the loop's goroutine; use CallSoonThreadsafe or Submit from others <nil>
}

func Example_debuggingRightGoroutine() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		alarm := loop.CreateFuture[string](l)
		go func() {
			_, err := l.CallSoonThreadsafe(func() { _ = alarm.SetResult("ring") })
			if err != nil {
				fmt.Println("too late:", err) // the loop is closed
			}
		}()
		fmt.Println(alarm.Await(co))
		return nil
	}
	if err := loop.Main(main); err != nil {
		fmt.Println(err)
	}
	// Output: ring <nil>
}

func labeled(what string, f func(co *coro.Co) error) func(co *coro.Co) error {
	return func(co *coro.Co) (err error) {
		pprof.Do(co.Context(), pprof.Labels("work", what), func(context.Context) { err = f(co) })
		return err
	}
}

func Example_debuggingLabels() {
	profile := func(co *coro.Co) error {
		var b bytes.Buffer
		err := pprof.Lookup("goroutine").WriteTo(&b, 1)
		fmt.Println(strings.Contains(b.String(), `"work":"import"`))
		return err
	}
	run(func(co *coro.Co) error {
		_, err := coro.CreateTask(co, coro.Do(labeled("import", profile))).Await(co)
		return err
	})
	// Output: true
}
