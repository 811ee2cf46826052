package loop_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// answering is a coroutine that suspends once and returns v and err.
func answering(v int, err error) coro.Func[int] {
	return func(co *coro.Co) (int, error) {
		if err := coro.Sleep(co, 0); err != nil {
			return 0, err
		}
		return v, err
	}
}

func TestRun(t *testing.T) {
	spam := errors.New("spam")
	// CPython: test_runners.RunTests.test_asyncio_run_return
	t.Run("returns the result", func(t *testing.T) {
		v, err := loop.Run(answering(42, nil))
		require.NoError(t, err)
		require.Equal(t, 42, v)
	})
	// CPython: test_runners.RunTests.test_asyncio_run_raises
	t.Run("returns the error itself", func(t *testing.T) {
		_, err := loop.Run(answering(0, spam))
		require.Equal(t, spam, err)
	})
	// CPython: test_runners.RunTests.test_asyncio_run_only_coro
	t.Run("nothing that is no coroutine", func(t *testing.T) {
		noLeak(t)
		require.Panics(t, func() { _, _ = loop.Run[int](nil) })
	})
	// CPython: test_runners.RunTests.test_asyncio_run_debug
	t.Run("in debug mode if asked to", func(t *testing.T) {
		isDebug := func(co *coro.Co) (bool, error) { return loop.Of(co).Debug(), nil }
		for _, test := range []struct {
			want bool
			opts []loop.Option
		}{{false, nil}, {false, []loop.Option{loop.Debug(false)}}, {true, []loop.Option{loop.Debug(true)}}} {
			got, err := loop.Run(isDebug, test.opts...)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		}
	})
	// CPython: test_runners.RunTests.test_asyncio_run_from_running_loop
	t.Run("not inside a running loop", func(t *testing.T) {
		_, err := loop.Run(func(*coro.Co) (int, error) {
			return loop.Run(func(*coro.Co) (int, error) {
				t.Error("the inner one runs")
				return 0, nil
			})
		})
		require.ErrorIs(t, err, loop.ErrRunning)
		require.ErrorContains(t, err, "cannot be called from inside")
	})
	// CPython: test_runners.RunTests.test_asyncio_run_cancels_hanging_tasks
	t.Run("cancels what is left", func(t *testing.T) {
		var left *coro.Task[coro.None]
		v, err := loop.Run(func(co *coro.Co) (int, error) {
			left = coro.CreateTask(co, testkit.Sleeping(100*time.Millisecond))
			return 123, nil
		})
		require.NoError(t, err)
		require.Equal(t, 123, v)
		require.True(t, left.Done())
		require.True(t, left.Canceled())
	})
	// CPython: test_runners.RunTests.test_asyncio_run_reports_hanging_tasks_errors
	t.Run("reports the errors of what is left", func(t *testing.T) {
		var left *coro.Task[coro.None]
		var told reports
		v, err := loop.Run(func(co *coro.Co) (int, error) {
			left = coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				if err := coro.Sleep(co, 100*time.Millisecond); errors.Is(err, future.ErrCanceled) {
					return spam
				}
				return nil
			}), coro.Name("left"))
			return 123, coro.Sleep(co, 0)
		}, told.handler())
		require.NoError(t, err)
		require.Equal(t, 123, v)
		require.True(t, left.Done())
		require.Contains(t, told[0].Function, "loop_test.TestRun.")
		told[0].Function = ""
		require.Equal(t, reports{{
			Message: "unhandled exception during asyncio.run() shutdown",
			Err:     spam,
			Task:    "left",
			Future:  left,
		}}, told)
	})
	// An iterator that awaits is what an asynchronous generator is in Python.
	//
	// CPython: test_runners.RunTests.test_asyncio_run_closes_gens_after_hanging_tasks_errors
	t.Run("ends iterators after the errors of what is left", func(t *testing.T) {
		fancyExit := errors.New("fancy exit")
		var lazyboy *coro.Task[coro.None]
		var trace []string
		var told reports
		_, err := loop.Run(func(co *coro.Co) (int, error) {
			fidget := func(co *coro.Co) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) {
					defer func() { trace = append(trace, "closed") }()
					for {
						if !yield(1, nil) {
							return
						}
						if err := coro.Sleep(co, time.Second); err != nil {
							yield(0, err)
							return
						}
					}
				}
			}
			lazyboy = coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for _, err := range fidget(co) {
					if err != nil {
						trace = append(trace, "failed")
						return spam
					}
					trace = append(trace, "spun")
				}
				return nil
			}))
			return 0, errors.Join(coro.Sleep(co, 0), fancyExit)
		}, told.handler())
		require.ErrorIs(t, err, fancyExit)
		require.True(t, lazyboy.Done())
		require.Equal(t, []string{"spun", "failed", "closed"}, trace)
		require.Len(t, told, 1)
		require.Equal(t, spam, told[0].Err)
	})
}

// What a Run does at its end, one iteration after the other.
func TestRunShutdownOrder(t *testing.T) {
	j := &journal{}
	e := &endingExecutor{j: j}
	main := func(withTasks bool) coro.Func[coro.None] {
		return coro.Do(func(co *coro.Co) error {
			j.loop, j.lines = loop.Of(co), nil
			if withTasks {
				j.loop.SetDefaultExecutor(e)
				leave(co, j)
			}
			err := coro.Sleep(co, 0)
			j.loop.CallSoon(func() { j.iterations(100) })
			j.note("main returns")
			return err
		})
	}
	opts := []loop.Option{loop.VirtualTime(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		j.note("told of %s: %s: %v", c.Task, c.Message, c.Err)
	})}
	_, err := loop.Run(main(false), opts...)
	require.NoError(t, err)
	require.Equal(t, []string{
		"0s main returns",
		"0s --",          // main was done before this one,
		"0s --", "0s --", // then asynchronous generators have their turn,
		"0s --", "0s --", // and the executor
	}, j.lines)
	_, err = loop.Run(main(true), opts...)
	require.NoError(t, err)
	require.Equal(t, []string{
		"0s main returns",
		"0s --",
		"0s --", "0s a is canceled", "0s b is canceled", "0s c swallows it",
		"0s --", "0s a cleans up", "0s late begins",
		"0s --", "0s --",
		"0s told of b: unhandled exception during asyncio.run() shutdown: b failed",
		"0s --", "0s --",
		"0s --", "0s the executor is shut down",
		"0s --",
		// Tasks of the shutdown itself are left alone, and unwound by the close.
		"0s told of late: Task was destroyed but it is pending!: <nil>",
		"0s late ends",
		"0s the executor is shut down",
	}, j.lines)
}

// leave creates tasks that take their cancellation in different ways.
func leave(co *coro.Co, j *journal) {
	late := coro.Do(func(co *coro.Co) error {
		j.note("late begins")
		defer j.note("late ends")
		return coro.Sleep(co, time.Hour)
	})
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		err := coro.Sleep(co, time.Hour)
		j.note("a is canceled")
		_ = coro.Sleep(co, 0)
		j.note("a cleans up")
		return err
	}), coro.Name("a"))
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		_ = coro.Sleep(co, time.Hour)
		j.note("b is canceled")
		return errors.New("b failed")
	}), coro.Name("b"))
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
		_ = coro.Sleep(co, time.Hour)
		j.note("c swallows it")
		coro.CreateTask(co, late, coro.Name("late"))
		return nil
	}), coro.Name("c"))
}

// endingExecutor makes a line of its shutdown, which ends at once.
type endingExecutor struct{ j *journal }

func (e *endingExecutor) Execute(executor.Job) error { return executor.ErrShutdown }

func (e *endingExecutor) Shutdown(executor.Pending) <-chan struct{} {
	e.j.note("the executor is shut down")
	ended := make(chan struct{})
	close(ended)
	return ended
}

func TestRunner(t *testing.T) {
	// CPython: test_runners.RunnerTests.test_non_debug
	// CPython: test_runners.RunnerTests.test_debug
	t.Run("debug", func(t *testing.T) {
		for _, debug := range []bool{false, true} {
			r := loop.NewRunner(loop.Debug(debug))
			require.Equal(t, debug, r.Loop().Debug())
			require.NoError(t, r.Close())
		}
	})
	// CPython: test_runners.RunnerTests.test_run
	t.Run("runs", func(t *testing.T) {
		r := loop.NewRunner()
		v, err := loop.RunIn(r, answering(7, nil))
		require.NoError(t, err)
		require.Equal(t, 7, v)
		l := r.Loop()
		require.False(t, l.IsClosed())
		require.NoError(t, r.Close())
		require.True(t, l.IsClosed())
		_, err = loop.RunIn(r, answering(7, nil))
		require.ErrorIs(t, err, loop.ErrClosed)
	})
	// Python 3.14 takes any awaitable.
	//
	// CPython: test_runners.RunnerTests.test_run_future
	t.Run("runs until a future is done", func(t *testing.T) {
		r := loop.NewRunner(loop.VirtualTime(true))
		f := loop.CreateFuture[int](r.Loop())
		r.Loop().CallLater(time.Second, func() { future.Resolve(f, 5) })
		v, err := loop.RunIn(r, func(co *coro.Co) (int, error) { return f.Await(co) })
		require.NoError(t, err)
		require.Equal(t, 5, v)
		require.NoError(t, r.Close())
	})
	// CPython: test_runners.RunnerTests.test_explicit_close
	// CPython: test_runners.RunnerTests.test_double_close
	t.Run("closes, and once", func(t *testing.T) {
		r := loop.NewRunner()
		require.NoError(t, r.Close())
		require.True(t, r.Loop().IsClosed())
		require.NoError(t, r.Close())
		require.True(t, r.Loop().IsClosed())
		_, err := loop.RunIn(r, answering(7, nil))
		require.ErrorIs(t, err, loop.ErrClosed)
	})
	// CPython: test_runners.RunnerTests.test_second_with_block_raises
	t.Run("runs nothing after its close", func(t *testing.T) {
		var ret []int
		f := func(_ *coro.Co, arg int) (int, error) {
			ret = append(ret, arg)
			return arg, nil
		}
		r := loop.NewRunner()
		_, err := loop.RunIn(r, coro.Bind(f, 1))
		require.NoError(t, err)
		require.NoError(t, r.Close())
		_, err = loop.RunIn(r, coro.Bind(f, 2))
		require.ErrorIs(t, err, loop.ErrClosed)
		require.Equal(t, []int{1}, ret)
	})
	// CPython: test_runners.RunnerTests.test_run_keeps_context
	t.Run("keeps the context from run to run", func(t *testing.T) {
		v := coro.NewVar("v", -1)
		f := func(co *coro.Co, val int) (int, error) {
			old := v.Get(co)
			err := coro.Sleep(co, 0)
			v.Set(co, val)
			return old, err
		}
		r := loop.NewRunner()
		for _, test := range []struct{ set, want int }{{1, -1}, {2, 1}} {
			old, err := loop.RunIn(r, coro.Bind(f, test.set))
			require.NoError(t, err)
			require.Equal(t, test.want, old)
		}
		vars, err := loop.RunIn(r, func(co *coro.Co) (*coro.Vars, error) { return co.Vars().Copy(), nil })
		require.NoError(t, err)
		require.Equal(t, 2, v.Get(vars))
		require.NoError(t, r.Close())
	})
	// CPython: test_runners.RunnerTests.test_recursive_run
	t.Run("not inside itself", func(t *testing.T) {
		r := loop.NewRunner()
		_, err := loop.RunIn(r, func(*coro.Co) (int, error) {
			return loop.RunIn(r, func(*coro.Co) (int, error) {
				t.Error("the inner one runs")
				return 0, nil
			})
		})
		require.ErrorIs(t, err, loop.ErrRunning)
		require.NoError(t, r.Close())
	})
	// CPython: test_runners.RunnerTests.test_signal_install_not_supported_ok
	t.Run("where no signal can be caught", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			v, err := loop.Run(answering(7, nil))
			require.NoError(t, err)
			require.Equal(t, 7, v)
		})
	})
	// CPython: test_runners.RunnerTests.test_no_repr_is_call_on_the_task_result
	t.Run("does not format the result", func(t *testing.T) {
		r := loop.NewRunner(loop.Debug(true))
		result, err := loop.RunIn(r, func(*coro.Co) (*formatted, error) { return &formatted{}, nil })
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.Zero(t, result.times)
	})
}

// What a run leaves on its context is taken back when it ends, whatever ends it.
func TestRunLeavesNothingOnItsContext(t *testing.T) {
	for _, test := range []struct {
		name string
		main coro.Func[int]
	}{
		{"returns", answering(7, nil)},
		{"fails", answering(0, errors.New("spam"))},
		{"goexits", func(*coro.Co) (int, error) {
			runtime.Goexit()
			return 0, nil
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := &countingContext{Context: context.Background(), done: make(chan struct{})}
			onGoroutine(func() {
				_, _ = loop.Run(func(co *coro.Co) (int, error) {
					require.Equal(t, 1, ctx.funcs)
					return test.main(co)
				}, loop.Context(ctx))
			})
			require.Zero(t, ctx.funcs)
		})
	}
}

// A countingContext counts the functions that wait for its end.
type countingContext struct {
	context.Context
	done  chan struct{}
	funcs int
}

func (c *countingContext) Done() <-chan struct{} { return c.done }

func (c *countingContext) AfterFunc(func()) (stop func() bool) {
	c.funcs++
	return func() bool {
		c.funcs--
		return true
	}
}

// formatted counts how often it is formatted.
type formatted struct{ times int }

func (f *formatted) Format(fmt.State, rune) { f.times++ }
