package coro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// A tracedProgram is a main coroutine and the lines that the same program makes in
// CPython 3.14 under a virtual clock, where equal deadlines are in the order of
// scheduling and sets in that of insertion.
type tracedProgram struct {
	name string
	main func(co *coro.Co, p *notes)
	want testkit.Trace
	// If eager is given, it is what there is with tasks that start eagerly; if it is
	// not, that is the same.
	eager testkit.Trace
	// err is what the run ends with.
	err error
}

func runTraced(t *testing.T, programs []tracedProgram) {
	t.Helper()
	for _, p := range programs {
		if p.eager == nil {
			p.eager = p.want
		}
		for _, mode := range []struct {
			name  string
			eager bool
			want  testkit.Trace
		}{{p.name, false, p.want}, {p.name + ", eager tasks", true, p.eager}} {
			t.Run(mode.name, func(t *testing.T) {
				n := &notes{}
				_, err := loop.Run(coro.Do(func(co *coro.Co) error {
					n.loop = loop.Of(co)
					p.main(co, n)
					return nil
				}), loop.VirtualTime(true), loop.Interrupts(false), loop.EagerTasks(mode.eager), n.Handler())
				require.Equal(t, p.err, err)
				require.Equal(t, mode.want, n.Trace)
			})
		}
	}
}

// notes is a trace with the loop's time before each line.
type notes struct {
	testkit.Trace
	loop *loop.Loop
}

func (n *notes) note(format string, args ...any) { n.At(n.loop, format, args...) }

func (n *notes) noting(line string) func() { return func() { n.note("%s", line) } }

// iterations makes a line at the head of each of the next k iterations.
func (n *notes) iterations(k int) {
	if k > 0 {
		n.note("--")
		n.loop.CallSoon(func() { n.iterations(k - 1) })
	}
}

// sleeper is a coroutine that tells how its sleep ends, and then fails if err is
// given.
func (n *notes) sleeper(name string, d time.Duration, err error) coro.Func[coro.None] {
	return coro.Do(func(co *coro.Co) error {
		if err := coro.Sleep(co, d); err != nil {
			n.note("%s canceled", name)
			return err
		}
		n.note("%s wakes", name)
		return err
	})
}

// swallower is a coroutine that takes no notice of its cancellation but for half a
// second's work.
func (n *notes) swallower() coro.Func[string] {
	return func(co *coro.Co) (string, error) {
		if err := coro.Sleep(co, 10*time.Second); err != nil {
			n.note("swallowed")
			_ = coro.Sleep(co, 500*ms)
		}
		return "value", nil
	}
}

// showWait runs Wait and tells of its result by the names of the tasks.
func (n *notes) showWait(co *coro.Co, tasks []*coro.Task[coro.None], opts ...coro.WaitOption) {
	done, pending, err := coro.Wait(co, tasks, opts...)
	if err != nil {
		n.note("wait %s", outcome(err))
		return
	}
	line := "done"
	for _, t := range done {
		line += " " + t.Name()
	}
	line += " pending"
	for _, t := range pending {
		line += " " + t.Name()
	}
	n.note("%s", line)
}

func TestTraceOfWait(t *testing.T) {
	runTraced(t, []tracedProgram{
		{name: "limits", main: func(co *coro.Co, n *notes) {
			a := coro.CreateTask(co, n.sleeper("a", time.Second, nil), coro.Name("a"))
			b := coro.CreateTask(co, n.sleeper("b", 2*time.Second, errTest), coro.Name("b"))
			c := coro.CreateTask(co, n.sleeper("c", 3*time.Second, nil), coro.Name("c"))
			all := []*coro.Task[coro.None]{a, b, c}
			n.showWait(co, all, coro.TimeLimit(1500*ms))
			n.showWait(co, all, coro.ReturnWhen(coro.FirstException))
			n.loop.CallSoon(func() { n.iterations(3) })
			n.showWait(co, []*coro.Task[coro.None]{a, a}, coro.ReturnWhen(coro.FirstCompleted))
			n.showWait(co, all, coro.TimeLimit(0))
			w := testkit.Spawn(co, func(co *coro.Co) error {
				_, _, err := coro.Wait(co, []*coro.Task[coro.None]{c})
				return err
			})
			_ = coro.Sleep(co, 0)
			w.Cancel()
			_, err := w.Await(co)
			n.note("wait %s", outcome(err))
			n.showWait(co, all)
			_ = b.Err()
		}, want: testkit.Trace{
			"1s a wakes",
			"1.5s done a pending b c",
			"2s b wakes",
			"2s done a b pending c",
			"2s --",
			"2s --",
			"2s done a pending",
			"2s --",
			"2s done a b pending c",
			"2s wait CancelledError",
			"3s c wakes",
			"3s done a b c pending",
		}},
		// The limit comes first, although the task is only a step behind. So does that of
		// a timeout and of a wait_for, whose timer was there before that of the sleep.
		{name: "a sleep and a limit with the same deadline", main: func(co *coro.Co, n *notes) {
			task := coro.CreateTask(co, n.sleeper("t", time.Second, nil))
			done, pending, _ := coro.Wait(co, []*coro.Task[coro.None]{task}, coro.TimeLimit(time.Second))
			n.note("wait gives %d done %d pending", len(done), len(pending))
			_ = coro.Sleep(co, 0)
			n.note("t done %t", task.Done())
			n.note("timeout %s", outcome(coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
				_, err := n.sleeper("in timeout", time.Second, nil)(co)
				return err
			})))
			_, err := coro.WaitFor(co, n.sleeper("in wait_for", time.Second, nil), time.Second)
			n.note("wait_for %s", outcome(err))
			first := coro.CreateTask(co, n.sleeper("first", time.Second, nil))
			_ = coro.Sleep(co, 0)
			_, err = coro.WaitFor(co, first, time.Second)
			n.note("wait_for a task that slept before %s", outcome(err))
		}, want: testkit.Trace{
			"1s wait gives 0 done 1 pending",
			"1s t wakes",
			"1s t done true",
			"2s in timeout canceled",
			"2s timeout TimeoutError",
			"3s in wait_for canceled",
			"3s wait_for TimeoutError",
			"4s first canceled",
			"4s wait_for a task that slept before TimeoutError",
		}, eager: testkit.Trace{ // which set its timer first
			"1s t wakes",
			"1s wait gives 1 done 0 pending",
			"1s t done true",
			"2s in timeout canceled",
			"2s timeout TimeoutError",
			"3s in wait_for canceled",
			"3s wait_for TimeoutError",
			"4s first canceled",
			"4s wait_for a task that slept before TimeoutError",
		}},
	})
}

func TestTraceOfWaitFor(t *testing.T) {
	runTraced(t, []tracedProgram{{name: "its forms", main: func(co *coro.Co, n *notes) {
		me := co.Task()
		f := coro.Do(func(co *coro.Co) error {
			n.note("in the same task: %t", co.Task() == me)
			return nil
		})
		_, _ = coro.WaitFor(co, f, coro.Forever)
		_, _ = coro.WaitFor(co, f, time.Second)
		n.iterations(4)
		_, err := coro.WaitFor(co, coro.Do(func(*coro.Co) error {
			n.note("begun, and done")
			return nil
		}), 0)
		n.note("no time: %s", outcome(err))
		v, _ := coro.WaitFor(co, n.swallower(), time.Second)
		n.note("limit: %s", v)
		task := coro.CreateTask(co, n.swallower())
		_ = coro.Sleep(co, 0)
		v, _ = coro.WaitFor(co, task, 0)
		n.note("no time: %s", v)
	}, want: testkit.Trace{
		"0s in the same task: true",
		"0s in the same task: true",
		"0s --",
		"0s --",
		"0s --",
		"0s --",
		"0s no time: TimeoutError",
		"1s swallowed",
		"1.5s limit: value",
		"1.5s swallowed",
		"2s no time: value",
	}, eager: testkit.Trace{
		"0s in the same task: true",
		"0s in the same task: true",
		"0s --",
		"0s begun, and done",
		"0s no time: ok",
		"0s --",
		"0s --",
		"0s --",
		"1s swallowed",
		"1.5s limit: value",
		"1.5s swallowed",
		"2s no time: value",
	}}})
}

func TestTraceOfAsCompleted(t *testing.T) {
	three := func(co *coro.Co, n *notes) []*coro.Task[coro.None] {
		return []*coro.Task[coro.None]{
			coro.CreateTask(co, n.sleeper("a", 300*ms, nil), coro.Name("a")),
			coro.CreateTask(co, n.sleeper("b", 100*ms, errTest), coro.Name("b")),
			coro.CreateTask(co, n.sleeper("c", 200*ms, nil), coro.Name("c")),
		}
	}
	pending := func(n *notes, tasks []*coro.Task[coro.None]) {
		line := "pending"
		for _, t := range tasks {
			if !t.Done() {
				line += " " + t.Name()
			}
		}
		n.note("%s", line)
	}
	// name is that of the task which f is.
	name := func(f any, tasks []*coro.Task[coro.None]) string {
		for _, t := range tasks {
			if any(t) == f {
				return t.Name()
			}
		}
		return "none of them"
	}
	runTraced(t, []tracedProgram{{name: "its forms", main: func(co *coro.Co, n *notes) {
		tasks := three(co, n)
		for f, err := range coro.AsCompletedFutures(co, coro.Forever, coro.Each[coro.None](tasks)...) {
			if err != nil {
				n.note("%s", outcome(err))
				continue
			}
			n.note("%s %s", name(f, tasks), outcome(f.Err()))
		}
		tasks = three(co, n)
		for next := range coro.AsCompleted(co, 200*ms, coro.Each[coro.None](tasks)...) {
			_, err := next.Await(co)
			n.note("next %s", outcome(err))
		}
		pending(n, tasks)
		_ = coro.Sleep(co, 0)
		pending(n, tasks)
		_ = coro.Sleep(co, time.Second)
		tasks = three(co, n)
		for f, err := range coro.AsCompletedFutures(co, 150*ms, coro.Each[coro.None](tasks)...) {
			if err != nil {
				n.note("%s", outcome(err))
				continue
			}
			n.note("%s %s", name(f, tasks), outcome(f.Err()))
		}
		pending(n, tasks)
		_ = coro.Sleep(co, time.Second)
	}, want: testkit.Trace{
		"100ms b wakes",
		"100ms b test",
		"200ms c wakes",
		"200ms c ok",
		"300ms a wakes",
		"300ms a ok",
		"400ms b wakes",
		"400ms next test",
		"500ms next TimeoutError",
		"500ms next TimeoutError",
		"500ms pending a c",
		"500ms c wakes",
		"500ms pending a",
		"600ms a wakes",
		"1.6s b wakes",
		"1.6s b test",
		"1.65s TimeoutError",
		"1.65s pending a c",
		"1.7s c wakes",
		"1.8s a wakes",
	}, eager: testkit.Trace{ // the tasks sleep before the limit is set
		"100ms b wakes",
		"100ms b test",
		"200ms c wakes",
		"200ms c ok",
		"300ms a wakes",
		"300ms a ok",
		"400ms b wakes",
		"400ms next test",
		"500ms c wakes",
		"500ms next TimeoutError",
		"500ms next TimeoutError",
		"500ms pending a",
		"500ms pending a",
		"600ms a wakes",
		"1.6s b wakes",
		"1.6s b test",
		"1.65s TimeoutError",
		"1.65s pending a c",
		"1.7s c wakes",
		"1.8s a wakes",
	}}})
}

func TestTraceOfSleep(t *testing.T) {
	runTraced(t, []tracedProgram{{name: "its forms", main: func(co *coro.Co, n *notes) {
		n.loop.CallSoon(func() { n.iterations(4) })
		_ = coro.Sleep(co, 0)
		n.note("slept 0")
		_ = coro.Sleep(co, -ms)
		n.note("slept -1")
		n.loop.CallLater(0, n.noting("timer"))
		_ = coro.Sleep(co, 0)
		n.note("slept 0, before the timer")
		_ = coro.Sleep(co, ms)
		n.note("slept 1")
		task := coro.CreateTask(co, testkit.Sleeping(time.Second))
		_ = coro.Sleep(co, 0)
		task.Cancel()
		_, err := task.Await(co)
		n.note("%s", outcome(err))
		// Canceled in the iteration in which it is due, after and before the timer.
		task = coro.CreateTask(co, n.sleeper("t", 10*ms, nil))
		_ = coro.Sleep(co, 0)
		n.loop.CallLater(10*ms, func() { task.Cancel() })
		_, err = task.Await(co)
		n.note("%s", outcome(err))
		task = coro.CreateTask(co, n.sleeper("t", 10*ms, nil))
		n.loop.CallLater(10*ms, func() { task.Cancel() })
		_, err = task.Await(co)
		n.note("%s", outcome(err))
	}, want: testkit.Trace{
		"0s --",
		"0s slept 0",
		"0s --",
		"0s slept -1",
		"0s --",
		"0s slept 0, before the timer",
		"0s timer",
		"0s --",
		"1ms slept 1",
		"1ms CancelledError",
		"11ms t canceled",
		"11ms CancelledError",
		"21ms t canceled",
		"21ms CancelledError",
	}}})
}
