package loop_test

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// leakMain runs main on a loop that reports leaks and is told of everything else in tr.
func leakMain(tr *testkit.Trace, main func(co *coro.Co) error, opts ...loop.Option) error {
	return loop.Main(main, append([]loop.Option{loop.VirtualTime(true), loop.ReportLeaks(true), tr.Handler()}, opts...)...)
}

// leakTexts are those of leaks, without the numbers of lines and of closures.
func leakTexts(leaks []loop.Leak) (texts []string) {
	for _, leak := range leaks {
		texts = append(texts, anyLine(leak.Text))
	}
	return texts
}

var (
	lineNumber    = regexp.MustCompile(`_test\.go:\d+`)
	closureNumber = regexp.MustCompile(`\.func[\d.]+`)
)

func anyLine(s string) string {
	return closureNumber.ReplaceAllString(lineNumber.ReplaceAllString(s, "_test.go:N"), ".func")
}

// callerLine is the line of the caller, as a leak's Site has it.
func callerLine() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", file, line)
}

func refresh() {}

// idleExecutor takes everything, and does nothing.
type idleExecutor struct{}

func (idleExecutor) Execute(executor.Job) error                { return nil }
func (idleExecutor) Shutdown(executor.Pending) <-chan struct{} { return nil }

func numbers(y *coro.Yielder[int]) error {
	for n := 0; ; n++ {
		if err := y.Yield(n); err != nil {
			return err
		}
	}
}

var errCard = errors.New("card refused")

// One of each kind, which main leaves behind.
func TestLeaksOfRun(t *testing.T) {
	noLeak(t)
	site := ""
	for _, test := range []struct {
		name  string
		leave func(co *coro.Co, l *loop.Loop)
		want  loop.Leak
		site  bool   // is site, also without debug mode
		debug string // the text in debug mode, if it is another
	}{
		{"a task", func(co *coro.Co, _ *loop.Loop) {
			q := queues.New[int](1)
			q.SetName("outbox")
			testkit.Spawn(co, func(co *coro.Co) error {
				site = callerLine()
				_, err := q.Get(co)
				return err
			}, coro.Name("mailer"))
		}, loop.Leak{
			Kind: loop.LeakedTask, Name: "mailer",
			Text: `task "mailer" never awaited, waits for an item of queue "outbox" (leaks_test.go:N)`,
		}, false, ""},
		{"a task that has a callback", func(co *coro.Co, _ *loop.Loop) {
			testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Name("a")).AddDoneCallback(refresh)
		}, loop.Leak{
			Kind: loop.LeakedTask, Name: "a",
			Text: `task "a" has not ended, waits for sleep until 1h0m0s (leaks_test.go:N)`,
		}, false, ""},
		{"an error of a task", func(co *coro.Co, _ *loop.Loop) {
			testkit.Spawn(co, func(*coro.Co) error { return errCard }, coro.Name("charge"))
		}, loop.Leak{
			Kind: loop.LeakedError, Name: "charge", Err: errCard,
			Text: `error never retrieved: card refused (task "charge")`,
		}, false, ""},
		{"an error of a future", func(_ *coro.Co, l *loop.Loop) {
			_ = loop.CreateFuture[int](l).SetError(errCard)
		}, loop.Leak{
			Kind: loop.LeakedError, Err: errCard,
			Text: `error never retrieved: card refused`,
		}, false, ""},
		{"a lock", func(co *coro.Co, _ *loop.Loop) {
			var mu locks.Lock
			mu.SetName("cache")
			testkit.Spawn(co, mu.Acquire, coro.Name("ingest"))
		}, loop.Leak{
			Kind: loop.LeakedLock, Name: "cache",
			Text: `lock "cache" held by task "ingest", which has ended`,
		}, false, ""},
		{"a lock of main's", func(co *coro.Co, _ *loop.Loop) {
			require.NoError(t, new(locks.Lock).Acquire(co))
		}, loop.Leak{
			Kind: loop.LeakedLock,
			Text: `lock held by task "Task-1", which has ended`,
		}, false, ""},
		{"a timer", func(_ *coro.Co, l *loop.Loop) {
			site = callerLine()
			l.CallLater(29*time.Second, refresh)
		}, loop.Leak{
			Kind: loop.LeakedTimer, Name: "github.com/ouro-loop/ouro/loop_test.refresh",
			Text: `timer in 29 s for loop_test.refresh`,
		}, false, `timer in 29 s (leaks_test.go:N)`},
		{"a generator", func(co *coro.Co, _ *loop.Loop) {
			site = callerLine()
			_, err := coro.NewGenerator(numbers).Next(co)
			require.NoError(t, err)
		}, loop.Leak{
			Kind: loop.LeakedGenerator, Name: "github.com/ouro-loop/ouro/loop_test.numbers",
			Text: `generator loop_test.numbers never closed`,
		}, false, `generator loop_test.numbers never closed (leaks_test.go:N)`},
		{"a Hold", func(_ *coro.Co, l *loop.Loop) {
			site = callerLine()
			l.Hold()
		}, loop.Leak{
			Kind: loop.LeakedWork, Name: "hold",
			Text: `Hold never released (leaks_test.go:N)`,
		}, true, ""},
		{"work of an executor", func(_ *coro.Co, l *loop.Loop) {
			site = callerLine()
			_, err := loop.RunInExecutor(l, idleExecutor{}, func() (int, error) { return 0, nil })
			require.NoError(t, err)
		}, loop.Leak{
			Kind: loop.LeakedWork, Name: "thread",
			Text: `work on a thread not done (leaks_test.go:N)`,
		}, true, ""},
		{"the future of an executor", func(_ *coro.Co, l *loop.Loop) {
			site = callerLine()
			_, err := loop.WrapFuture(l, new(executor.Future[int]))
			require.NoError(t, err)
		}, loop.Leak{
			Kind: loop.LeakedWork, Name: "future",
			Text: `future of an executor not done (leaks_test.go:N)`,
		}, true, ""},
	} {
		for _, debug := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, debug mode %v", test.name, debug), func(t *testing.T) {
				var tr testkit.Trace
				err := leakMain(&tr, func(co *coro.Co) error {
					test.leave(co, loop.Of(co))
					testkit.Pass(t, co, 3)
					return nil
				}, loop.Debug(debug))
				leaks := loop.Leaks(err)
				require.Len(t, leaks, 1)
				leak, want := leaks[0], test.want
				if debug && test.debug != "" {
					want.Text = test.debug
				}
				require.Equal(t, want.Text, anyLine(leak.Text))
				require.Equal(t, want.Text, anyLine(leak.String()))
				if test.site || debug && test.debug != "" {
					require.Equal(t, nextLine(site), leak.Site)
				}
				if fromTask := want.Kind == loop.LeakedTask || want.Kind == loop.LeakedError && want.Name != ""; fromTask && debug {
					require.Regexp(t, `/testkit/tasks\.go:\d+$`, leak.Created)
				} else {
					require.Empty(t, leak.Created)
				}
				want.Text, want.Site, want.Created = leak.Text, leak.Site, leak.Created
				require.Equal(t, want, leak)
				require.EqualError(t, err, "loop: closed with 1 leak\n  "+leak.Text)
				require.Empty(t, tr, "a leak is told once")
			})
		}
	}
}

// nextLine is the one after site.
func nextLine(site string) string {
	at := strings.LastIndexByte(site, ':')
	var line int
	_, _ = fmt.Sscan(site[at+1:], &line)
	return fmt.Sprintf("%s:%d", site[:at], line+1)
}

// Kinds come in one order, and each in order of creation, or of time.
func TestLeaksAreInOrder(t *testing.T) {
	var tr testkit.Trace
	cache, slots := new(locks.Lock), locks.NewSemaphore(20)
	cache.SetName("cache")
	slots.SetName("slots")
	err := leakMain(&tr, func(co *coro.Co) error {
		l := loop.Of(co)
		l.Hold()
		l.CallLater(2*time.Hour+time.Nanosecond, refresh)
		l.CallLater(29*time.Second, refresh)
		l.CallLater(1500*time.Millisecond, refresh)
		l.CallLater(7*time.Microsecond, refresh)
		testkit.Spawn(co, slots.Acquire, coro.Name("a"))
		testkit.Spawn(co, slots.Acquire, coro.Name("b"))
		testkit.Spawn(co, cache.Acquire, coro.Name("ingest"))
		testkit.Spawn(co, func(*coro.Co) error { return errCard }, coro.Name("charge"))
		testkit.Pass(t, co, 2)
		testkit.Spawn(co, func(co *coro.Co) error { // it is in the middle of a turn
			for {
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
			}
		}, coro.Name("ready"))
		testkit.Spawn(co, cache.Acquire, coro.Name("waiter"))
		testkit.Pass(t, co, 1)
		testkit.Spawn(co, cache.Acquire, coro.Name("late"))
		return nil
	})
	require.Equal(t, strings.Join([]string{
		`loop: closed with 11 leaks`,
		`  task "ready" never awaited, is ready (leaks_test.go:N)`,
		`  task "waiter" never awaited, waits for lock "cache" (locks.(*Lock).Acquire)`,
		`  task "late" never awaited, waits for lock "cache" (locks.(*Lock).Acquire)`,
		`  error never retrieved: card refused (task "charge")`,
		`  semaphore "slots" held by task "a", task "b", which have ended`,
		`  lock "cache" held by task "ingest", which has ended`,
		`  timer in 7µs for loop_test.refresh`,
		`  timer in 1.5 s for loop_test.refresh`,
		`  timer in 29 s for loop_test.refresh`,
		`  timer in 2h0m0s for loop_test.refresh`,
		`  Hold never released (leaks_test.go:N)`,
	}, "\n"), anyLine(err.Error()))
	require.Empty(t, tr)
}

// A Close without Run counts what is there: also what was never run, and what only waited
// for the next iteration.
func TestLeaksOfClose(t *testing.T) {
	noLeak(t)
	for _, test := range []struct {
		name  string
		leave func(l *loop.Loop)
		want  []string
	}{
		{"a task", func(l *loop.Loop) {
			testkit.Spawn(l, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Name("a"))
			require.NoError(t, l.RunUntilIdle())
		}, []string{`task "a" never awaited, waits for sleep until 1h0m0s (leaks_test.go:N)`}},
		{"a task that was asked to cancel", func(l *loop.Loop) {
			testkit.Spawn(l, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Name("a")).Cancel()
		}, []string{`task "a" never awaited, has not begun (loop_test.TestLeaksOfClose.func)`}},
		{"callbacks", func(l *loop.Loop) {
			l.CallSoon(refresh)
			l.CallSoon(refresh).Cancel()
			_, err := l.CallSoonThreadsafe(refresh)
			require.NoError(t, err)
			posted, err := l.CallSoonThreadsafe(refresh)
			require.NoError(t, err)
			posted.Cancel()
			_, err = loop.Submit(l, coro.Do(mailer))
			require.NoError(t, err)
			f := loop.CreateFuture[int](l)
			f.AddDoneCallback(numbered)
			f.Cancel()
		}, []string{
			`callback loop_test.refresh never run`, `callback loop_test.refresh never run`,
			`callback loop_test.mailer never run`, `callback loop_test.numbered never run`,
		}},
		{"what was posted last", func(l *loop.Loop) {
			for range 10_000 {
				_, err := l.CallSoonThreadsafe(fine)
				require.NoError(t, err)
			}
			_, err := l.CallSoonThreadsafe(numbered)
			require.NoError(t, err)
			require.NoError(t, l.Step(), "which takes in no more than that")
			_, err = l.CallSoonThreadsafe(refresh)
			require.NoError(t, err)
			_, err = loop.Submit(l, coro.Do(mailer))
			require.NoError(t, err)
		}, []string{
			`callback loop_test.numbered never run`, `callback loop_test.refresh never run`, `callback loop_test.mailer never run`,
		}},
		{"a timer that is due", func(l *loop.Loop) {
			l.CallLater(0, refresh)
		}, []string{`timer that is due for loop_test.refresh`}},
		{"work that a task waits for", func(l *loop.Loop) {
			f, err := loop.WrapFuture(l, new(executor.Future[int]))
			require.NoError(t, err)
			testkit.Spawn(l, func(co *coro.Co) error {
				_, err := f.Await(co)
				return err
			}, coro.Name("a"))
			l.Stop()
			require.NoError(t, l.RunForever())
		}, []string{`task "a" never awaited, waits for a future of an executor (leaks_test.go:N)`}},
		{"what a task has that has not ended", func(l *loop.Loop) {
			testkit.Spawn(l, func(co *coro.Co) error {
				require.NoError(t, new(locks.Lock).Acquire(co))
				_, err := coro.NewGenerator(numbers).Next(co)
				require.NoError(t, err)
				defer l.Hold()()
				defer l.CallLater(time.Hour, refresh).Cancel()
				return coro.Sleep(co, time.Hour)
			}, coro.Name("a"))
			l.Stop()
			require.NoError(t, l.RunForever())
		}, []string{`task "a" never awaited, waits for sleep until 1h0m0s (leaks_test.go:N)`}},
		{"a task in a receive", func(l *loop.Loop) {
			coro.CreateTask(l, loop.Receive(make(chan int)), coro.Name("a"))
			l.Stop()
			require.NoError(t, l.RunForever())
		}, []string{`task "a" never awaited, waits for a value of a channel (loop.Receive[...].func)`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var tr testkit.Trace
			l := loop.New(loop.VirtualTime(true), loop.ReportLeaks(true), tr.Handler())
			test.leave(l)
			err := l.Close()
			require.Equal(t, test.want, leakTexts(loop.Leaks(err)))
			require.Empty(t, tr)
			require.NoError(t, l.Close(), "again")
		})
	}
}

func mailer(*coro.Co) error { return nil }

func numbered() {}

func fine() {}
