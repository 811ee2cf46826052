package explain_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
	"github.com/ouro-loop/ouro/trace"
	"github.com/ouro-loop/ouro/trace/explain"
)

var update = flag.Bool("update", false, "write testdata anew")

var errRefused = errors.New("card refused")

// What programs do, in functions of which the stories say the names.

func nap(co *coro.Co) error     { return coro.Sleep(co, time.Second) }
func longNap(co *coro.Co) error { return coro.Sleep(co, time.Minute) }
func fail(co *coro.Co) error    { return errRefused }
func ring()                     {}
func answer(co *coro.Co) (int, error) {
	return 42, nil
}

func napTask(co *coro.Co, name string) *coro.Task[coro.None] {
	return coro.CreateTask(co, coro.Do(nap), coro.Name(name))
}

func timesOut(co *coro.Co) error {
	_ = coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return longNap(co) })
	return nil
}

func timesOutAtOnce(co *coro.Co) error {
	_ = coro.Timeout(co, 0, func(*coro.TimeoutScope) error { return longNap(co) })
	return nil
}

func awaitsChild(co *coro.Co) error {
	return coro.Await(co, coro.CreateTask(co, coro.Do(longNap), coro.Name("child")))
}

func cancelsAlong(co *coro.Co) error {
	parent := coro.CreateTask(co, coro.Do(awaitsChild), coro.Name("parent"))
	if err := nap(co); err != nil {
		return err
	}
	parent.Cancel("enough")
	_ = coro.Await(co, parent)
	return nil
}

func asksItself(co *coro.Co) error {
	coro.CurrentTask(co).Cancel()
	_ = longNap(co)
	return nil
}

func shields(co *coro.Co) error {
	inner := napTask(co, "inner")
	outer := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Await(co, coro.Shield(co, inner)) }), coro.Name("outer"))
	if err := coro.Sleep(co, 0); err != nil {
		return err
	}
	if err := coro.Sleep(co, 0); err != nil {
		return err
	}
	outer.Cancel()
	_ = coro.Await(co, outer)
	return coro.Await(co, inner)
}

func waitsInTime(co *coro.Co) error {
	tasks := []*coro.Task[coro.None]{napTask(co, "fast"), coro.CreateTask(co, coro.Do(longNap), coro.Name("slow"))}
	_, pending, err := coro.Wait(co, tasks, coro.TimeLimit(2*time.Second))
	for _, t := range pending {
		t.Cancel()
	}
	return err
}

func asCompleted(co *coro.Co) error {
	for next := range coro.AsCompleted(co, 2*time.Second,
		coro.Awaitable[coro.None](napTask(co, "fast")), coro.CreateTask(co, coro.Do(longNap), coro.Name("slow"))) {
		_, _ = next(co)
	}
	return nil
}

func notifies(co *coro.Co) error {
	var c locks.Condition
	waiter := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		return c.With(co, func() error { return c.Wait(co) })
	}), coro.Name("waiter"))
	if err := nap(co); err != nil {
		return err
	}
	if err := c.With(co, func() error { return c.NotifyAll() }); err != nil {
		return err
	}
	return coro.Await(co, waiter)
}

func schedules(co *coro.Co) error {
	l := loop.Of(co)
	l.CallSoon(ring)
	l.CallLater(time.Second, ring)
	l.CallLater(3*time.Second, ring).Cancel()
	return coro.Sleep(co, 2*time.Second)
}

func usesThread(co *coro.Co) error {
	_, err := loop.ToThreadDo(func(context.Context) error {
		<-time.After(time.Millisecond) // of the bubble's time: the loop waits meanwhile
		return nil
	})(co)
	return err
}

func ticker(y *coro.Yielder[int]) error {
	for i := range 2 {
		if err := nap(y.Co()); err != nil {
			return err
		}
		if err := y.Yield(i); err != nil {
			return err
		}
	}
	return nil
}

func generates(co *coro.Co) error {
	g := coro.NewGenerator(ticker)
	for range 2 {
		if _, err := g.Next(co); err != nil {
			return err
		}
	}
	return nil
}

func isEager(co *coro.Co) error {
	napping := coro.CreateTask(co, coro.Do(nap), coro.Name("napping"), coro.Eager(true))
	coro.CreateTask(co, answer, coro.Name("at-once"), coro.Eager(true))
	return coro.Await(co, napping)
}

func isNeverHeard(co *coro.Co) error {
	loop.Of(co).CallSoon(panics)
	return coro.Sleep(co, 0)
}

func panics() { panic("boom") }

func deadlocks(co *coro.Co) error {
	var lock locks.Lock
	lock.SetName("db")
	return lock.With(co, func() error { return lock.With(co, func() error { return nil }) })
}

func mainFails(co *coro.Co) error {
	return coro.Await(co, coro.CreateTask(co, coro.Do(fail), coro.Name("pay")))
}

func gathersGathers(co *coro.Co) error {
	nested := coro.Gather(co,
		coro.Gather(co, napTask(co, "a"), napTask(co, "b")),
		coro.Gather(co, coro.CreateTask(co, coro.Do(fail), coro.Name("c")), napTask(co, "d")))
	_, _ = nested.Await(co)
	return nap(co)
}

func groups(co *coro.Co) error {
	_ = coro.Group(co, func(g *coro.TaskGroup) error {
		coro.CreateTask(g, coro.Do(longNap), coro.Name("steady"))
		coro.CreateTask(g, coro.Do(fail), coro.Name("fails"))
		return nil
	})
	return nil
}

func usesQueues(co *coro.Co) error {
	jobs := queues.New[string](1)
	jobs.SetName("jobs")
	worker := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		for {
			if _, err := jobs.Get(co); err != nil {
				return nil
			}
			if err := jobs.TaskDone(); err != nil {
				return err
			}
		}
	}), coro.Name("worker"))
	for _, job := range []string{"wash", "dry"} {
		if err := jobs.Put(co, job); err != nil {
			return err
		}
	}
	if err := jobs.Join(co); err != nil {
		return err
	}
	jobs.Shutdown(false)
	return coro.Await(co, worker)
}

func sharesPlaces(co *coro.Co) error {
	s := locks.NewSemaphore(1)
	use := func(co *coro.Co) error { return s.With(co, func() error { return nap(co) }) }
	return coro.Group(co, func(g *coro.TaskGroup) error {
		coro.CreateTask(g, coro.Do(use), coro.Name("first"))
		coro.CreateTask(g, coro.Do(use), coro.Name("second"))
		return nil
	})
}

// Each story is read in testdata: what it says is the test.
func TestStories(t *testing.T) {
	for _, tt := range []struct {
		name string
		main func(co *coro.Co) error
	}{
		{"timeout", timesOut},
		{"timeout-zero", timesOutAtOnce},
		{"cancel-along", cancelsAlong},
		{"cancel-itself", asksItself},
		{"shield", shields},
		{"wait", waitsInTime},
		{"as-completed", asCompleted},
		{"condition", notifies},
		{"callbacks", schedules},
		{"to-thread", usesThread},
		{"generator", generates},
		{"eager", isEager},
		{"exception-handler", isNeverHeard},
		{"deadlock", deadlocks},
		{"main-fails", mainFails},
		{"nested-gathers", gathersGathers},
		{"group", groups},
		{"queue", usesQueues},
		{"semaphore", sharesPlaces},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // for what a thread does
				text := line.ReplaceAllString(textOf(t, storyOf(recorded(t, tt.main)), 80), ".go:42")
				if tt.name == "to-thread" { // whose thread ends sooner or later
					text = iterations.ReplaceAllString(text, "after N iterations")
				}
				checkGolden(t, tt.name, text)
			})
		})
	}
}

var (
	line       = regexp.MustCompile(`\.go:\d+`)
	iterations = regexp.MustCompile(`after \d+ iterations`)
)

// recorded is the trace of main, in virtual time.
func recorded(t *testing.T, main func(co *coro.Co) error) *trace.Trace {
	t.Helper()
	r := trace.New(trace.Full())
	run(t, r, main)
	return r.Trace()
}

// run runs main in virtual time; it may fail.
func run(t *testing.T, r *trace.Recorder, main func(co *coro.Co) error) {
	t.Helper()
	quiet := loop.OnException(func(*loop.Loop, future.ErrorContext) {})
	_ = loop.Main(main, loop.VirtualTime(true), loop.Record(r), quiet)
}

func storyOf(t *trace.Trace) *explain.Story { return explain.Of(t, explain.Options{}) }

func textOf(t *testing.T, s *explain.Story, width int, opts ...explain.TextOption) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, s.WriteText(&b, width, opts...))
	return b.String()
}

func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run go test ./trace/explain -update")
	require.Equal(t, string(want), got)
}
