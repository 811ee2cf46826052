package loop_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// begun is a generator that is suspended in its only Yield, and goes on as end says.
func begun(t *testing.T, co *coro.Co, end func(y *coro.Yielder[int], exit error) error) *coro.Generator[int] {
	g := coro.NewGenerator(func(y *coro.Yielder[int]) error { return end(y, y.Yield(1)) })
	_, err := g.Next(co)
	require.NoError(t, err)
	return g
}

// The end of Run closes what has begun and not ended: after all tasks have ended, side by
// side, in the order in which they have begun. Failures are reported.
//
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_02
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_exception_01
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_asyncgen_nonstarted_hooks_are_cancellable
func TestRunClosesAsyncgens(t *testing.T) {
	var tr testkit.Trace
	noting := func(name string, pause time.Duration, err error) func(y *coro.Yielder[int], exit error) error {
		return func(y *coro.Yielder[int], exit error) error {
			tr.At(y.Co(), "%s closes in %s", name, y.Co().Name())
			require.NoError(t, coro.Sleep(y.Co(), pause))
			tr.At(y.Co(), "%s has closed", name)
			return errors.Join(exit, err)
		}
	}
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			err := coro.Sleep(co, time.Hour)
			tr.At(co, "task: %v", err)
			return errors.Join(coro.Sleep(co, time.Second), err)
		}))
		begun(t, co, noting("a", 2*time.Second, nil))
		begun(t, co, noting("b", time.Second, errors.New("boom")))
		begun(t, co, func(y *coro.Yielder[int], _ error) error { return y.Yield(2) })
		begun(t, co, func(*coro.Yielder[int], error) error { return future.NewCanceledError() })
		closed := begun(t, co, noting("closed", 0, nil))
		coro.NewGenerator(func(*coro.Yielder[int]) error { panic("never begun") })
		return closed.Close(co)
	}, loop.VirtualTime(true), tr.Handler()))
	const report = "an error occurred during closing of asynchronous generator <Generator github.com/ouro-loop/ouro/loop_test."
	for i, line := range tr {
		if rest, ok := strings.CutPrefix(line, report); ok {
			_, rest, _ = strings.Cut(rest, "() ")
			tr[i] = "reported: " + rest
		}
	}
	require.Equal(t, testkit.Trace{
		"0s closed closes in Task-1", "0s closed has closed",
		"0s task: canceled",
		"1s a closes in Task-4", "1s b closes in Task-5",
		"2s b has closed", "3s a has closed",
		"reported: ended>: coro: the asynchronous generator is being closed\nboom",
		"reported: suspended>: coro: the asynchronous generator ignored ErrGeneratorExit",
	}, tr)
}

// ShutdownAsyncgens closes each once, takes the iterations that asyncio's takes, and
// reports one that a task is in.
func TestShutdownAsyncgens(t *testing.T) {
	var tr testkit.Trace
	l := testkit.NewLoop(t, tr.Handler())
	testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
		ticks := testkit.CountTicks(l)
		defer ticks.Stop()
		shutdown := func() (n int) {
			require.NoError(t, coro.Sleep(co, 0))
			ticks.Restart()
			_, err := l.ShutdownAsyncgens().Await(co)
			require.NoError(t, err)
			return ticks.N()
		}
		require.Zero(t, shutdown())
		g := begun(t, co, func(*coro.Yielder[int], error) error { return nil })
		require.Equal(t, 3, shutdown())
		_, err := g.Next(co)
		require.Equal(t, coro.ErrStopAsyncIteration, err)
		require.Zero(t, shutdown())

		g = begun(t, co, func(y *coro.Yielder[int], _ error) error { return coro.Sleep(y.Co(), time.Hour) })
		task := coro.CreateTask(co, g.Next)
		require.NoError(t, coro.Sleep(co, 0))
		require.Equal(t, 3, shutdown())
		require.Zero(t, shutdown())
		require.Len(t, tr, 1)
		require.Regexp(t, `^an error occurred during closing of asynchronous generator <Generator .* running>: `+
			`coro: the asynchronous generator is already running \(Close, task "Task-4"\)$`, tr[0])
		task.Cancel()
		testkit.WaitCanceled(t, co, task)
		return nil
	}))
}

// Close unwinds what is suspended: its deferred functions run, and end where they await,
// with whatever Co. Nothing that the function does holds it up, or leaves a goroutine.
func TestCloseUnwindsAsyncgens(t *testing.T) {
	noLeak(t)
	for _, tt := range []struct {
		name string
		fn   func(y *coro.Yielder[int], note func(string))
		want []string
	}{
		{"a deferred function", func(y *coro.Yielder[int], note func(string)) {
			defer note("deferred")
			note("exit: " + fmt.Sprint(y.Yield(1)))
		}, []string{"deferred"}},
		{"that awaits", func(y *coro.Yielder[int], note func(string)) {
			co := y.Co()
			defer note("first")
			defer func() {
				_ = coro.Sleep(co, 0)
				note("not reached")
			}()
			defer func() {
				y.Co()
				note("not reached")
			}()
			defer func() {
				_ = y.Yield(2)
				note("not reached")
			}()
			defer note("last")
			_ = y.Yield(1)
		}, []string{"last", "first"}},
		{"that panics", func(y *coro.Yielder[int], note func(string)) {
			defer note("deferred")
			defer panic("boom")
			_ = y.Yield(1)
		}, []string{"deferred", "panic while the asynchronous generator was torn down at the close of its loop"}},
		{"that Goexits", func(y *coro.Yielder[int], note func(string)) {
			defer note("deferred")
			defer runtime.Goexit()
			_ = y.Yield(1)
		}, []string{"deferred"}},
		{"that recovers", func(y *coro.Yielder[int], note func(string)) {
			for {
				func() {
					defer func() { note(fmt.Sprint("recovered ", recover())) }()
					_ = y.Yield(1)
				}()
			}
		}, []string{"recovered <nil>"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			note := func(line string) { got = append(got, line) }
			l := loop.New(loop.VirtualTime(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) { note(c.Message) }))
			_, err := loop.RunUntilComplete(l, coro.Bind0(coro.NewGenerator(func(y *coro.Yielder[int]) error {
				tt.fn(y, note)
				return nil
			}).Next))
			require.NoError(t, err)
			require.NoError(t, l.Close())
			require.Equal(t, tt.want, got)
		})
	}
}

// Close unwinds a task that is suspended inside of generators together with them.
func TestCloseUnwindsTaskInAsyncgens(t *testing.T) {
	noLeak(t)
	l := loop.New(loop.VirtualTime(true))
	var got []string
	nested := func(name string, body func(co *coro.Co) error) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			_, err := coro.NewGenerator(func(y *coro.Yielder[int]) error {
				defer func() { got = append(got, name) }()
				return body(y.Co())
			}).Next(co)
			return err
		}
	}
	coro.CreateTask(l, coro.Do(nested("outer", nested("inner", func(co *coro.Co) error {
		return coro.Sleep(co, time.Hour)
	}))), coro.Quiet())
	require.NoError(t, iterateOnce(l))
	require.NoError(t, l.Close())
	require.Equal(t, []string{"inner", "outer"}, got)
}

// A Goexit in a generator's function, as of t.FailNow, takes the loop down as in a task's,
// with all that is suspended.
func TestGoexitInAsyncgen(t *testing.T) {
	noLeak(t)
	for _, tt := range []struct {
		name string
		exit func(co *coro.Co)
	}{
		{"at once", func(*coro.Co) { runtime.Goexit() }},
		{"after a suspension", func(co *coro.Co) {
			_ = coro.Sleep(co, time.Second)
			runtime.Goexit()
		}},
		{"in a callback meanwhile", func(co *coro.Co) {
			loop.Of(co).CallSoon(runtime.Goexit)
			_ = coro.Sleep(co, time.Second)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			note := func(line string) { got = append(got, line) }
			var l *loop.Loop
			require.False(t, onGoroutine(func() {
				_ = loop.Main(func(co *coro.Co) error {
					l = loop.Of(co)
					defer note("main")
					begun(t, co, func(y *coro.Yielder[int], _ error) error {
						note("not reached")
						return nil
					})
					_, err := coro.NewGenerator(func(y *coro.Yielder[int]) error {
						defer note("generator")
						tt.exit(y.Co())
						return nil
					}).Next(co)
					note("not reached")
					return err
				}, loop.VirtualTime(true))
			}))
			require.Equal(t, []string{"generator", "main"}, got)
			require.True(t, l.IsClosed())
		})
	}
}

// A generator that nobody refers to any more is closed by a task, once the collector has
// found it.
//
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_gc_aclose_09
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_exception_02
// CPython: test_base_events.BaseEventLoopTests.test_asyncgen_finalization_by_gc
func TestAbandonedAsyncgenIsClosed(t *testing.T) {
	noLeak(t)
	boom := errors.New("boom")
	for _, fails := range []error{nil, boom} {
		var told []error
		var by string
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			begun(t, co, func(y *coro.Yielder[int], exit error) error {
				require.Equal(t, coro.ErrGeneratorExit, exit)
				require.NoError(t, coro.Sleep(y.Co(), 0))
				by = y.Co().Task().String()
				return fails
			})
			for start := time.Now(); by == "" || fails != nil && told == nil; {
				require.Less(t, time.Since(start), time.Minute, "it is not closed")
				runtime.GC()
				require.NoError(t, coro.Sleep(co, time.Millisecond))
			}
			return nil
		}, loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
			require.Equal(t, "Task exception was never retrieved", c.Message)
			require.Contains(t, c.Function, "loop_test.begun.func1")
			told = append(told, c.Err)
		})))
		require.Contains(t, by, "loop_test.begun.func1()", "the task has the name of the generator's function")
		if fails != nil {
			require.Equal(t, []error{boom}, told)
		}
	}
}

// Nothing else has to wake the loop for that.
func TestAbandonedAsyncgenWakesTheLoop(t *testing.T) {
	ended := make(chan bool)
	go func() {
		for tick := time.NewTicker(time.Millisecond); ; runtime.GC() {
			select {
			case <-tick.C:
			case <-ended:
				return
			}
		}
	}()
	defer close(ended)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		closed := coro.NewFuture[coro.None](co)
		begun(t, co, func(_ *coro.Yielder[int], exit error) error {
			_ = closed.SetResult(coro.None{})
			return exit
		})
		_, err := coro.WaitFor(co, closed, time.Minute)
		return err
	}))
}

// Inside a bubble, whose channels the collector's goroutine must not touch, the end of Run
// closes it.
func TestAbandonedAsyncgenInBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := false
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			begun(t, co, func(_ *coro.Yielder[int], exit error) error {
				closed = true
				return exit
			})
			for range 10 {
				runtime.GC()
				require.NoError(t, coro.Sleep(co, time.Millisecond))
			}
			require.False(t, closed)
			return nil
		}))
		require.True(t, closed)
	})
}

// One that has ended, or is held, is not; and under a virtual clock nothing depends on the
// collector.
func TestAsyncgenIsNotAbandoned(t *testing.T) {
	for _, tt := range []struct {
		name string
		opts []loop.Option
		keep bool
	}{
		{"held", nil, true},
		{"a virtual clock", []loop.Option{loop.VirtualTime(true)}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := ""
			require.NoError(t, loop.Main(func(co *coro.Co) error {
				at = "too early"
				g := begun(t, co, func(*coro.Yielder[int], error) error {
					at += ", closed"
					return nil
				})
				if !tt.keep {
					g = nil
				}
				for range 10 {
					runtime.GC()
					require.NoError(t, coro.Sleep(co, time.Millisecond))
				}
				runtime.KeepAlive(g)
				at = "in the end"
				return nil
			}, tt.opts...))
			require.Equal(t, "in the end, closed", at)
		})
	}
}

// A generator does not keep the task alive that drew from it last: the task's error is
// reported while it is suspended.
func TestAsyncgenLetsGoOfItsDriver(t *testing.T) {
	told := false
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error { return y.Yield(1) })
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			_, err := g.Next(co)
			return errors.Join(err, errors.New("unseen"))
		}))
		for start := time.Now(); !told; {
			require.Less(t, time.Since(start), time.Minute, "the task is kept")
			runtime.GC()
			require.NoError(t, coro.Sleep(co, time.Millisecond))
		}
		return g.Close(co)
	}, loop.OnException(func(_ *loop.Loop, c future.ErrorContext) { told = true })))
}

// A generator's function is a task's in every respect: it may not run a loop, its
// callbacks have the task's context, in debug mode it is on the right goroutine.
func TestAsyncgenIsOnTheLoop(t *testing.T) {
	for _, debug := range []bool{false, true} {
		t.Run(fmt.Sprint("debug ", debug), func(t *testing.T) {
			v := coro.NewVar("v", "default")
			main := func(co *coro.Co) error {
				l := loop.Of(co)
				v.Set(co, "set")
				done := loop.CreateFuture[string](l)
				for _, err := range coro.NewGenerator(func(y *coro.Yielder[int]) error {
					require.ErrorIs(t, loop.Main(func(*coro.Co) error { return nil }), loop.ErrRunning)
					pulled(1, func() {
						require.ErrorIs(t, loop.Main(func(*coro.Co) error { return nil }), loop.ErrRunning)
					})
					v.Set(y.Co(), "set inside")
					if err := errors.Join(coro.Sleep(y.Co(), 0), y.Yield(1)); err != nil {
						return err
					}
					_, err := l.CallSoonThreadsafe(func() { _ = done.SetResult(v.Get(l)) })
					return err
				}).All(co) {
					require.NoError(t, err)
				}
				got, err := done.Await(co)
				require.NoError(t, err)
				require.Equal(t, "set inside", got)
				return nil
			}
			// Beside another loop the goroutine tells which one the caller is on.
			ended := make(chan error)
			go func() { ended <- loop.Main(main, loop.Debug(debug), loop.Interrupts(false)) }()
			require.NoError(t, loop.Main(main, loop.Debug(debug), loop.Interrupts(false)))
			require.NoError(t, <-ended)
		})
	}
}

// In debug mode an await of the function from another goroutine is refused, and a Yield.
func TestAsyncgenOnAnotherGoroutine(t *testing.T) {
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			for _, call := range []func(){
				func() { _ = coro.Sleep(y.Co(), 0) },
				func() { _ = y.Yield(1) },
			} {
				var got any
				onGoroutine(func() {
					defer func() { got = recover() }()
					call()
				})
				require.Equal(t, loop.ErrWrongGoroutine, got)
			}
			return y.Yield(2)
		})
		onGoroutine(func() {
			defer func() { require.Equal(t, loop.ErrWrongGoroutine, recover()) }()
			_, _ = g.Next(co)
		})
		v, err := g.Next(co)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		return g.Close(co)
	}, loop.Debug(true), loop.VirtualTime(true)))
}

// The report of a deadlock says where a task stands inside of generators.
func TestDeadlockInAsyncgen(t *testing.T) {
	err := loop.Main(func(co *coro.Co) error {
		for _, err := range coro.NewGenerator(func(y *coro.Yielder[int]) error {
			_, err := loop.CreateFuture[int](loop.Of(y.Co())).Await(y.Co())
			return err
		}).All(co) {
			return err
		}
		return nil
	}, loop.VirtualTime(true))
	var deadlock *loop.DeadlockError
	require.ErrorAs(t, err, &deadlock)
	require.Len(t, deadlock.Tasks, 1)
	require.Equal(t, "a future", deadlock.Tasks[0].On)
	var names []string
	for _, f := range deadlock.Tasks[0].At {
		names = append(names, strings.TrimPrefix(f.Function, "github.com/ouro-loop/ouro/loop_test."))
	}
	require.Equal(t, []string{"TestDeadlockInAsyncgen.func1.1", "TestDeadlockInAsyncgen.func1"}, names)
}

// Beside another loop, a call of the function has the context of the task that drives it
// now: also if no variable had ever been set when the function began, which makes this a
// process of its own.
func TestAsyncgenBegunBeforeAnyVariable(t *testing.T) {
	const child = "OURO_TEST_BEFORE_ANY_VARIABLE"
	if os.Getenv(child) == "" {
		testkit.NeedsProcesses(t)
		cmd := exec.Command(os.Args[0], "-test.run=^TestAsyncgenBegunBeforeAnyVariable$", "-test.timeout=1m")
		cmd.Env = append(os.Environ(), child+"=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return
	}
	other, stop, ended := make(chan *loop.Loop), make(chan bool), make(chan error)
	go func() {
		ended <- loop.Main(func(co *coro.Co) error {
			other <- loop.Of(co)
			_, err := loop.GoDo(func(context.Context) error {
				<-stop
				return nil
			}).Await(co)
			return err
		}, loop.Interrupts(false))
	}()
	l := <-other
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		v := coro.NewVar("v", "default")
		got := make(chan string, 1)
		g := begun(t, co, func(*coro.Yielder[int], error) error {
			_, err := l.CallSoonThreadsafe(func() { got <- v.Get(l) })
			return err
		})
		v.Set(co, "set")
		_, err := coro.CreateTask(co, g.Next).Await(co)
		require.Equal(t, coro.ErrStopAsyncIteration, err)
		require.Equal(t, "set", <-got)
		return nil
	}, loop.Interrupts(false)))
	close(stop)
	require.NoError(t, <-ended)
}
