package loop_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
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

// What has been put away, or goes with what is quiet, is no leak: with Run, which cleans up,
// and without.
func TestNoLeaks(t *testing.T) {
	noLeak(t)
	sleep := func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }
	for _, test := range []struct {
		name string
		main func(co *coro.Co) error
	}{
		{"nothing", mailer},
		{"a task group", func(co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, sleep)
				testkit.Spawn(g, mailer)
				return nil
			})
		}},
		{"a task group that fails", func(co *coro.Co) error {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, sleep)
				testkit.Spawn(g, func(*coro.Co) error { return errCard })
				return nil
			})
			require.ErrorIs(t, err, errCard)
			return nil
		}},
		{"a gather", func(co *coro.Co) error {
			_, err := coro.Gather(co, coro.Do(sleep), coro.Do(mailer)).Await(co)
			return err
		}},
		{"as completed", func(co *coro.Co) error {
			for next := range coro.AsCompleted(co, coro.Forever, coro.Awaitable[coro.None](coro.Do(sleep)), coro.Do(mailer)) {
				if _, err := next(co); err != nil {
					return err
				}
			}
			return nil
		}},
		{"a timeout", func(co *coro.Co) error {
			err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return sleep(co) })
			require.True(t, future.IsTimeout(err))
			return nil
		}},
		{"a generator that has ended", func(co *coro.Co) error {
			for _, err := range coro.NewGenerator(func(y *coro.Yielder[int]) error { return y.Yield(1) }).All(co) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		{"a generator that was closed", func(co *coro.Co) error {
			g := coro.NewGenerator(numbers)
			_, err := g.Next(co)
			return errors.Join(err, g.Close(co))
		}},
		{"a generator that has not begun", func(*coro.Co) error {
			coro.NewGenerator(numbers)
			return nil
		}},
		{"an error that was looked at", func(co *coro.Co) error {
			task := testkit.Spawn(co, func(*coro.Co) error { return errCard })
			testkit.Pass(t, co, 2)
			require.Equal(t, errCard, task.Err())
			return nil
		}},
		{"locks", func(co *coro.Co) error {
			var mu locks.Lock
			s := locks.NewBoundedSemaphore(1)
			return errors.Join(
				mu.With(co, func() error { return sleep(co) }),
				s.With(co, func() error { return sleep(co) }),
				mu.Acquire(co), mu.Release(),
			)
		}},
		{"a semaphore that signals", func(co *coro.Co) error {
			s := locks.NewSemaphore(0)
			s.Release()
			return s.Acquire(co)
		}},
		{"a timer that was due", func(co *coro.Co) error {
			loop.Of(co).CallLater(time.Minute, refresh)
			return sleep(co)
		}},
		{"a timer that was canceled", func(co *coro.Co) error {
			loop.Of(co).CallLater(time.Minute, refresh).Cancel()
			return nil
		}},
		{"a Hold that was released", func(co *coro.Co) error {
			loop.Of(co).Hold()()
			return nil
		}},
		{"a goroutine", func(co *coro.Co) error {
			_, err := loop.Go(func(context.Context) (int, error) { return 1, nil })(co)
			return err
		}},
	} {
		for _, debug := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, debug mode %v", test.name, debug), func(t *testing.T) {
				var tr testkit.Trace
				require.NoError(t, leakMain(&tr, test.main, loop.Debug(debug)))

				l := loop.New(loop.VirtualTime(true), loop.ReportLeaks(true), loop.Debug(debug), tr.Handler())
				testkit.Complete(t, l, coro.Do(test.main))
				require.NoError(t, l.Close())
				require.Empty(t, tr)
			})
		}
	}
}

// What is quiet may be left, and so may what was asked to cancel, if the cleanup ends it.
func TestQuietIsNoLeak(t *testing.T) {
	noLeak(t)
	service := func(co *coro.Co) error {
		l := loop.Of(co)
		l.CallLater(time.Hour, refresh)
		testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) })
		_, err := coro.NewGenerator(numbers).Next(co)
		require.NoError(t, err)
		require.NoError(t, new(locks.Lock).Acquire(co))
		l.CallSoon(func() { l.CallSoon(refresh) })
		return coro.Sleep(co, time.Hour)
	}
	var tr testkit.Trace
	l := loop.New(loop.VirtualTime(true), loop.ReportLeaks(true), tr.Handler())
	testkit.Spawn(l, service, coro.QuietTree())
	testkit.Spawn(l, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Quiet())
	testkit.Briefly(t, l)
	require.NoError(t, l.Close())

	require.NoError(t, leakMain(&tr, func(co *coro.Co) error {
		testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Quiet())
		begun := testkit.Spawn(co, func(co *coro.Co) error {
			err := coro.Sleep(co, time.Hour)
			_ = coro.Sleep(co, time.Minute) // it takes its time to clean up
			return err
		})
		fresh := testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) })
		testkit.Pass(t, co, 1)
		begun.Cancel()
		fresh.Cancel()
		return nil
	}))
	require.Empty(t, tr)
}

// A function is given up whose future was canceled: that it has not returned yet is no
// leak, so that nothing depends on who is faster.
func TestWorkGivenUpIsNoLeak(t *testing.T) {
	gate := make(chan struct{})
	defer close(gate)
	var tr testkit.Trace
	begun := make(chan struct{}, 2)
	wait := loop.Go(func(context.Context) (int, error) {
		begun <- struct{}{}
		<-gate
		return 0, nil
	})
	err := leakMain(&tr, func(co *coro.Co) error {
		task := coro.CreateTask(co, wait)
		testkit.Pass(t, co, 1)
		<-begun
		task.Cancel()
		testkit.WaitCanceled(t, co, task)
		coro.CreateTask(co, wait, coro.Name("left"))
		testkit.Pass(t, co, 1)
		<-begun
		return nil
	})
	require.Equal(t, []string{`task "left" never awaited, waits for a function on a goroutine (loop_test.TestWorkGivenUpIsNoLeak.func)`}, leakTexts(loop.Leaks(err)))
	require.Empty(t, tr)
}

// Without the option Close has no error, and the exception handler is told, in debug mode too.
func TestLeaksUnasked(t *testing.T) {
	for _, debug := range []bool{false, true} {
		t.Run(fmt.Sprint("debug mode ", debug), func(t *testing.T) {
			var tr testkit.Trace
			l := loop.New(loop.VirtualTime(true), loop.ReportLeaks(false), loop.Debug(debug), tr.Handler())
			testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
				loop.Of(co).CallLater(time.Hour, refresh)
				loop.Of(co).Hold()
				testkit.Spawn(co, func(*coro.Co) error { return errCard })
				testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) })
				testkit.Pass(t, co, 1)
				return nil
			}))
			require.NoError(t, l.Close())
			require.Equal(t, testkit.Trace{
				"Task was destroyed but it is pending!",
				"Task exception was never retrieved: card refused",
			}, tr)
		})
	}
}

// A run that was broken off has not come to the end of its main. Only what outlives the
// cleanup is a leak then.
func TestLeaksOfBrokenRun(t *testing.T) {
	noLeak(t)
	for _, test := range []struct {
		name string
		end  func(co *coro.Co) error
		want error
		told testkit.Trace
	}{
		{"by a Stop", func(co *coro.Co) error {
			loop.Of(co).Stop()
			return coro.Sleep(co, time.Hour)
		}, loop.ErrStopped, nil},
		{"by another task", func(co *coro.Co) error {
			testkit.Spawn(co, func(*coro.Co) error { return loop.ErrKeyboardInterrupt })
			return coro.Sleep(co, time.Hour)
		}, loop.ErrKeyboardInterrupt, testkit.Trace{"Task exception was never retrieved: keyboard interrupt"}},
	} {
		for _, outlives := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, outlived %v", test.name, outlives), func(t *testing.T) {
				var tr testkit.Trace
				err := leakMain(&tr, func(co *coro.Co) error {
					testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) })
					if outlives {
						loop.Of(co).Hold()
					}
					return test.end(co)
				})
				require.ErrorIs(t, err, test.want)
				if outlives {
					require.Equal(t, []string{`Hold never released (leaks_test.go:N)`}, leakTexts(loop.Leaks(err)))
				} else {
					require.Empty(t, loop.Leaks(err))
				}
				require.Equal(t, test.told, tr)
			})
		}
	}
}

// Of several runs the last counts.
func TestLeaksOfRunner(t *testing.T) {
	var tr testkit.Trace
	r := loop.NewRunner(loop.VirtualTime(true), loop.ReportLeaks(true), tr.Handler())
	sleep := func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }
	_, err := loop.RunIn(r, coro.Do(func(co *coro.Co) error {
		testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Minute) })
		testkit.Spawn(co, sleep, coro.Name("a"))
		loop.Of(co).Stop()
		return coro.Sleep(co, time.Second)
	}))
	require.Equal(t, loop.ErrStopped, err)
	_, err = loop.RunIn(r, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, 30*time.Minute) }))
	require.NoError(t, err)
	require.Equal(t, []string{`task "a" never awaited, waits for sleep until 1h0m0s (leaks_test.go:N)`}, leakTexts(loop.Leaks(r.Close())))
	require.NoError(t, r.Close())
}

// An error stands beside that of main.
func TestLeaksBesideAnError(t *testing.T) {
	var tr testkit.Trace
	err := leakMain(&tr, func(co *coro.Co) error {
		loop.Of(co).Hold()
		return errCard
	})
	require.ErrorIs(t, err, errCard)
	require.Len(t, loop.Leaks(err), 1)
	require.Equal(t, "card refused\nloop: closed with 1 leak\n  Hold never released (leaks_test.go:N)", anyLine(err.Error()))
	require.Empty(t, loop.Leaks(nil))
	require.Empty(t, loop.Leaks(errCard))
}

// Each loop has its own. A lock that has been with another is not held here.
func TestLeaksOfSeveralLoops(t *testing.T) {
	var mu locks.Lock
	var errs []error
	for _, name := range []string{"a", "b"} {
		var tr testkit.Trace
		errs = append(errs, leakMain(&tr, func(co *coro.Co) error {
			require.NoError(t, mu.Acquire(co))
			if name == "a" {
				require.NoError(t, mu.Release())
			}
			testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Name(name))
			return nil
		}))
		require.Empty(t, tr)
	}
	require.Equal(t, []string{
		`task "a" never awaited, waits for sleep until 1h0m0s (leaks_test.go:N)`,
		`task "b" never awaited, waits for sleep until 1h0m0s (leaks_test.go:N)`,
		`lock held by task "Task-1", which has ended`,
	}, leakTexts(loop.Leaks(fmt.Errorf("both: %w", errors.Join(errs...)))))
}

// What the task of another loop holds is no leak of a loop that it has been with.
func TestLockOfAnotherLoopIsNoLeak(t *testing.T) {
	var mu locks.Lock
	acquire := coro.Do(mu.Acquire)
	first := loop.NewRunner(loop.VirtualTime(true), loop.ReportLeaks(true))
	_, err := loop.RunIn(first, acquire)
	require.NoError(t, err)
	require.NoError(t, mu.Release())
	_, err = loop.Run(acquire, loop.VirtualTime(true))
	require.NoError(t, err)
	require.NoError(t, first.Close())
}

// A guest leaves what Run would.
func TestLeaksOfGuest(t *testing.T) {
	var tr testkit.Trace
	app := newMainLoop()
	var err error
	loop.RunGuest(coro.Do(func(co *coro.Co) error {
		testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Name("a"))
		_, err := coro.NewGenerator(numbers).Next(co)
		require.NoError(t, err)
		return coro.Sleep(co, time.Second)
	}), app.soon, func(_ coro.None, e error) { err, app.ended = e, true },
		loop.VirtualTime(true), loop.ReportLeaks(true), tr.Handler())
	app.run(t)
	require.Equal(t, []string{
		`task "a" never awaited, waits for sleep until 1h0m0s (leaks_test.go:N)`,
		`generator loop_test.numbers never closed`,
	}, leakTexts(loop.Leaks(err)))
	require.Empty(t, tr)
}

// Nothing depends on the garbage collector, not even under a real clock.
func TestLeaksDoNotDependOnTheCollector(t *testing.T) {
	noLeak(t)
	var tr testkit.Trace
	err := loop.Main(func(co *coro.Co) error {
		func() {
			testkit.Spawn(co, func(*coro.Co) error { return errCard }, coro.Name("charge"))
			_, err := coro.NewGenerator(numbers).Next(co)
			require.NoError(t, err)
		}()
		for range 5 {
			testkit.Pass(t, co, 2)
			runtime.GC()
		}
		return coro.Sleep(co, time.Millisecond)
	}, loop.ReportLeaks(true), tr.Handler())
	require.Equal(t, []string{
		`error never retrieved: card refused (task "charge")`,
		`generator loop_test.numbers never closed`,
	}, leakTexts(loop.Leaks(err)))
	require.Empty(t, tr)
}

func TestLeaksInBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tr testkit.Trace
		err := loop.Main(func(co *coro.Co) error {
			loop.Of(co).CallLater(time.Minute, refresh)
			testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Name("a"))
			return coro.Sleep(co, time.Second)
		}, loop.ReportLeaks(true), tr.Handler())
		require.Equal(t, []string{
			`task "a" never awaited, waits for sleep until 1h0m0s (leaks_test.go:N)`,
			`timer in 59 s for loop_test.refresh`,
		}, leakTexts(loop.Leaks(err)))
	})
}
