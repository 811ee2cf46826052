package coro_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
)

// yields is the usual generator of the tests: it yields 1 to n with a sleep before each,
// and ends with what Yield returns.
func yields(n int, d time.Duration) *coro.Generator[int] {
	return coro.NewGenerator(func(y *coro.Yielder[int]) error {
		for i := range n {
			if err := coro.Sleep(y.Co(), d); err != nil {
				return err
			}
			if err := y.Yield(i + 1); err != nil {
				return err
			}
		}
		return nil
	})
}

// A step is one call of a generator's method, and what comes of it.
type step struct {
	call string // next, close, or throw
	err  error  // that throw is given
	want string // the value, ok, or the error
}

func (s step) take(co *coro.Co, g *coro.Generator[int]) string {
	v, err := 0, error(nil)
	switch s.call {
	case "next":
		v, err = g.Next(co)
	case "throw":
		v, err = g.Throw(co, s.err)
	case "close":
		if err = g.Close(co); err == nil {
			return "ok"
		}
	}
	switch {
	case err == coro.ErrStopAsyncIteration:
		return "stop"
	case err != nil:
		return err.Error()
	}
	return fmt.Sprint(v)
}

// catches yields 1, and 1000 more for each error that comes out of a Yield, until that is
// not errTest; with a sleep after each.
func catches(y *coro.Yielder[int]) error {
	for v := 1; ; v += 1000 {
		err := y.Yield(v)
		if !errors.Is(err, errTest) {
			return err
		}
		if err := coro.Sleep(y.Co(), ms); err != nil {
			return err
		}
	}
}

// swallows ends as if nothing was the matter, whatever comes out of its Yield.
func swallows(y *coro.Yielder[int]) error {
	_ = y.Yield(1)
	return nil
}

// ignores goes on, whatever comes out of a Yield.
func ignores(y *coro.Yielder[int]) error {
	for v := range 3 {
		_ = y.Yield(v + 1)
	}
	return nil
}

// fails yields 1, and fails with err.
func fails(err error) func(y *coro.Yielder[int]) error {
	return func(y *coro.Yielder[int]) error {
		_ = y.Yield(1)
		return err
	}
}

// What each method does in each state, as CPython 3.15 does it.
func TestGeneratorProtocol(t *testing.T) {
	next, closes, stop := step{call: "next"}, step{call: "close", want: "ok"}, step{call: "next", want: "stop"}
	is := func(s step, want string) step { s.want = want; return s }
	throw := func(err error, want string) step { return step{"throw", err, want} }
	const ignored, closed = "coro: the asynchronous generator ignored ErrGeneratorExit", "coro: the asynchronous generator is being closed"
	const raised = `coro: the function of an asynchronous generator returned ErrStopAsyncIteration, to say "coro: the asynchronous generator has ended"; it returns nil at its end`
	for _, tt := range []struct {
		name  string
		fn    func(y *coro.Yielder[int]) error
		steps []step
	}{
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_anext_04
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_generator_anext
		// CPython: test_asyncgen.AsyncGenTest.test_async_gen_iteration_02
		{"to the end", ignores, []step{is(next, "1"), is(next, "2"), is(next, "3"), stop, stop}},
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_02
		// CPython: test_asyncgen.AsyncGenTest.test_async_gen_exception_04
		{"an error ends it", fails(errTest), []step{is(next, "1"), is(next, "test"), stop, closes}},
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_anext_06
		{"nothing after its only value", swallows, []step{is(next, "1"), stop}},
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_athrow_01
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_athrow_tuple
		{"throw, caught", catches, []step{is(next, "1"), throw(errTest, "1001"), throw(errTest, "2001"), stop, stop}},
		{"throw, not caught", catches, []step{is(next, "1"), throw(errOther, "other"), stop}},
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_athrow_03
		{"throw, swallowed", swallows, []step{is(next, "1"), throw(errTest, "stop"), stop}},
		{"throw before it began", ignores, []step{throw(errTest, "test"), stop, throw(errTest, "0"), closes}},
		{"throw when it has ended", swallows, []step{is(next, "1"), stop, throw(errTest, "0")}},
		// CPython: test_asyncgen.AsyncGenTest.test_async_gen_exception_11
		{"throw of an exit", catches, []step{is(next, "1"), throw(coro.ErrGeneratorExit, closed), stop}},
		{"throw of a stop", catches, []step{is(next, "1"), throw(coro.ErrStopAsyncIteration, raised), stop}},
		{"throw of a stop before it began", catches, []step{throw(coro.ErrStopAsyncIteration, "stop"), stop}},
		{"close", catches, []step{is(next, "1"), closes, stop, closes}},
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_aclose_10
		{"close, swallowed", swallows, []step{is(next, "1"), closes, stop}},
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_aclose_twice_with_different_coros
		{"close before it began", ignores, []step{closes, closes, stop, throw(errTest, "0")}},
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_aclose_after_exhaustion
		{"close when it has ended", swallows, []step{is(next, "1"), stop, closes}},
		// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_aclose_11
		{"close, ignored", ignores, []step{
			is(next, "1"), is(closes, ignored), is(closes, "stop"), throw(errTest, "stop"),
			is(next, "3"), is(closes, "stop"), stop, closes,
		}},
		{"close, failed", fails(errTest), []step{is(next, "1"), is(closes, "test"), stop, closes}},
		{"close, wrapped", fails(fmt.Errorf("reading: %w", coro.ErrGeneratorExit)), []step{is(next, "1"), closes, stop}},
		{
			"close, beside a failure", fails(errors.Join(coro.ErrGeneratorExit, errTest)),
			[]step{is(next, "1"), is(closes, closed+"\ntest"), stop},
		},
		{
			"close, alone in a group", fails(&coro.ExceptionGroup{Message: "group", Errors: []error{coro.ErrGeneratorExit}}),
			[]step{is(next, "1"), is(closes, "group (1 error): "+closed), stop},
		},
		{
			"a stop in a group", fails(&coro.ExceptionGroup{Message: "group", Errors: []error{coro.ErrStopAsyncIteration}}),
			[]step{is(next, "1"), is(next, "group (1 error): coro: the asynchronous generator has ended"), stop},
		},
		{"close, stopped", fails(coro.ErrStopAsyncIteration), []step{is(next, "1"), is(closes, raised), stop, closes}},
		// CPython: test_asyncgen.AsyncGenTest.test_async_gen_exception_05
		{"a stop of its own", fails(coro.ErrStopAsyncIteration), []step{is(next, "1"), is(next, raised), stop, throw(errTest, "0")}},
		{"an exit of its own", fails(coro.ErrGeneratorExit), []step{is(next, "1"), is(next, closed), stop}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				g := coro.NewGenerator(tt.fn)
				var want, got []string
				for _, s := range tt.steps {
					want = append(want, s.call+" "+s.want)
					got = append(got, s.call+" "+s.take(co, g))
				}
				require.Equal(t, want, got)
				return nil
			})
		})
	}
}

// The function may go on after an error, as in Python's finally, and yield in there.
//
// CPython: test_asyncgen.AsyncGenTest.test_async_gen_exception_07
// CPython: test_asyncgen.AsyncGenTest.test_async_gen_exception_08
// CPython: test_asyncgen.AsyncGenTest.test_async_gen_exception_09
func TestGeneratorYieldsInCleanup(t *testing.T) {
	run(t, func(co *coro.Co) error {
		for _, inCleanup := range []error{nil, errOther} {
			g := coro.NewGenerator(func(y *coro.Yielder[int]) (err error) {
				defer func() {
					for v := 2; v <= 3; v++ {
						err = errors.Join(err, coro.Sleep(y.Co(), 0), y.Yield(v), inCleanup)
					}
				}()
				return errors.Join(coro.Sleep(y.Co(), 0), y.Yield(1), errTest)
			})
			for _, want := range []string{"1", "2", "3"} {
				require.Equal(t, want, step{call: "next"}.take(co, g))
			}
			_, err := g.Next(co)
			require.ErrorIs(t, err, errTest)
			require.Equal(t, "stop", step{call: "next"}.take(co, g))
		}
		return nil
	})
}

// Awaits between the values take the time and the iterations that they take in a task.
//
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_01
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_03
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_expression_01
// CPython: test_asyncgen.AsyncGenAsyncioTest.test_async_gen_aiter
// CPython: test_asyncgen.AsyncGenTest.test_async_gen_iteration_01
func TestGeneratorAll(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var tr testkit.Trace
		for v, err := range yields(3, ms).All(co) {
			require.NoError(t, err)
			tr.At(co, "%d", v)
		}
		tr.At(co, "end")
		require.Equal(t, testkit.Trace{"1ms 1", "2ms 2", "3ms 3", "3ms end"}, tr)
		require.Equal(t, 3, countTicks(t, co, func() {
			for range yields(3, 0).All(co) {
			}
		}))
		return nil
	})
}

// A range ends with the generator's error.
func TestGeneratorAllWithError(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var got []string
		for v, err := range coro.NewGenerator(fails(errTest)).All(co) {
			got = append(got, fmt.Sprint(v, err))
		}
		require.Equal(t, []string{"1 <nil>", "0 test"}, got)
		return nil
	})
}

// A range that is left early leaves the generator where it is: a second goes on with it.
func TestGeneratorAllLeftEarly(t *testing.T) {
	run(t, func(co *coro.Co) error {
		g := yields(4, ms)
		var got []int
		for range 2 {
			for v, err := range g.All(co) {
				require.NoError(t, err)
				if got = append(got, v); v%2 == 0 {
					break
				}
			}
		}
		require.Equal(t, []int{1, 2, 3, 4}, got)
		return g.Close(co)
	})
}

// The function runs inside of whichever task calls: that is current, it is suspended by
// the awaits, and its context variables are what the function sees.
func TestGeneratorRunsInItsCaller(t *testing.T) {
	v := coro.NewVar("v", "default")
	run(t, func(co *coro.Co) error {
		var tr testkit.Trace
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			for i := 0; ; i++ {
				co := y.Co()
				tr.At(co, "in %s, %s, v %s", co.Name(), coro.CurrentTask(co).Name(), v.Get(co))
				v.Set(co, fmt.Sprintf("set by %d", i))
				if err := coro.Sleep(co, ms); err != nil {
					return err
				}
				tr.At(co, "still in %s", coro.CurrentTask(co).Name())
				if err := y.Yield(i); err != nil {
					return err
				}
			}
		})
		for _, name := range []string{"a", "b", "a"} {
			task := coro.CreateTask(co, func(co *coro.Co) (int, error) {
				i, err := g.Next(co)
				tr.At(co, "%s has %d, v %s", name, i, v.Get(co))
				return i, err
			}, coro.Name(name))
			testkit.Wait(t, co, task)
		}
		require.Equal(t, testkit.Trace{
			"0s in a, a, v default", "1ms still in a", "1ms a has 0, v set by 0",
			"1ms in b, b, v default", "2ms still in b", "2ms b has 1, v set by 1",
			"2ms in a, a, v default", "3ms still in a", "3ms a has 2, v set by 2",
		}, tr)
		require.Equal(t, "default", v.Get(co))
		return g.Close(co)
	})
}

// Next is a Func: it can be a task, have a time limit, stand in a gather.
func TestGeneratorNextAsFunc(t *testing.T) {
	run(t, func(co *coro.Co) error {
		a, b := yields(3, 2*ms), yields(3, ms)
		task := coro.CreateTask(co, a.Next)
		vs, err := coro.Gather(co, task, coro.Bind0(b.Next)).Await(co)
		require.NoError(t, err)
		require.Equal(t, []int{1, 1}, vs)
		v, err := coro.WaitFor(co, coro.Bind0(a.Next), 3*ms)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		_, err = coro.WaitFor(co, coro.Bind0(a.Next), ms)
		requireTimeout(t, err)
		_, err = a.Next(co)
		require.Equal(t, coro.ErrStopAsyncIteration, err, "the cancellation came out of its sleep, and ended it")
		return b.Close(co)
	})
}

// While a task is in the function, even if that is suspended, no other gets in.
//
// CPython: test_asyncgen.AsyncGenTest.test_async_gen_asend_throw_concurrent_with_send
// CPython: test_asyncgen.AsyncGenTest.test_async_gen_athrow_throw_concurrent_with_send
// CPython: test_asyncgen.AsyncGenTest.test_async_gen_asend_throw_concurrent_with_throw
// CPython: test_asyncgen.AsyncGenTest.test_async_gen_athrow_throw_concurrent_with_throw
// CPython: test_asyncgen.TestUnawaitedWarnings.test_asend_send_already_running
// CPython: test_asyncgen.TestUnawaitedWarnings.test_athrow_send_already_running
func TestGeneratorAlreadyRunning(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fn    func(y *coro.Yielder[int]) error
		first step
	}{
		{"in next", func(y *coro.Yielder[int]) error {
			return errors.Join(y.Yield(1), coro.Sleep(y.Co(), ms), y.Yield(2))
		}, step{"next", nil, "2"}},
		{"in throw", catches, step{"throw", errTest, "1001"}},
		{"in close", func(y *coro.Yielder[int]) error {
			return errors.Join(y.Yield(1), coro.Sleep(y.Co(), ms))
		}, step{"close", nil, "ok"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				g := coro.NewGenerator(tt.fn)
				_, err := g.Next(co)
				require.NoError(t, err)
				first := coro.CreateTask(co, func(co *coro.Co) (string, error) { return tt.first.take(co, g), nil }, coro.Eager(true))
				for _, s := range []step{
					{"next", nil, `coro: the asynchronous generator is already running (Next, task "Task-1")`},
					{"throw", errTest, `coro: the asynchronous generator is already running (Throw, task "Task-1")`},
					{"close", nil, `coro: the asynchronous generator is already running (Close, task "Task-1")`},
				} {
					require.Equal(t, s.want, s.take(co, g))
				}
				_, err = g.Next(co)
				require.ErrorIs(t, err, coro.ErrGeneratorRunning)
				got, err := first.Await(co)
				require.NoError(t, err)
				require.Equal(t, tt.first.want, got)
				return g.Close(co)
			})
		})
	}
}

// A generator's function that calls its own generator is refused.
//
// CPython: test_asyncgen.AsyncGenTest.test_async_gen_exception_12
func TestGeneratorReentrance(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var g *coro.Generator[int]
		g = coro.NewGenerator(func(y *coro.Yielder[int]) error {
			_, err := g.Next(y.Co())
			require.ErrorIs(t, err, coro.ErrGeneratorRunning)
			_, err = g.Throw(y.Co(), errTest)
			require.ErrorIs(t, err, coro.ErrGeneratorRunning)
			require.ErrorIs(t, g.Close(y.Co()), coro.ErrGeneratorRunning)
			return y.Yield(7)
		})
		v, err := g.Next(co)
		require.Equal(t, 7, v)
		require.NoError(t, err)
		return g.Close(co)
	})
}

// Generators that draw from each other: all of them run in the task that draws from the
// outermost.
func TestGeneratorsNested(t *testing.T) {
	run(t, func(co *coro.Co) error {
		squares := func(in *coro.Generator[int]) *coro.Generator[int] {
			return coro.NewGenerator(func(y *coro.Yielder[int]) error {
				for {
					v, err := in.Next(y.Co())
					if err == coro.ErrStopAsyncIteration {
						return nil
					}
					if err := errors.Join(err, y.Yield(v*v)); err != nil {
						return errors.Join(err, in.Close(y.Co()))
					}
				}
			})
		}
		var got []int
		g := squares(squares(yields(3, ms)))
		for v, err := range g.All(co) {
			require.NoError(t, err)
			got = append(got, v)
		}
		require.Equal(t, []int{1, 16, 81}, got)
		return nil
	})
}

// A generator that ranges over another, or over what AsCompletedFutures yields, goes on in
// the task that drives it by then.
func TestGeneratorDelegates(t *testing.T) {
	for name, fn := range map[string]func(y *coro.Yielder[int]) error{
		"to a generator": func(y *coro.Yielder[int]) error {
			for v, err := range yields(3, ms).All(y.Co()) {
				if err := errors.Join(err, y.Yield(v)); err != nil {
					return err
				}
			}
			return nil
		},
		"to futures": func(y *coro.Yielder[int]) error {
			aws := []coro.Awaitable[int]{sleepThen(ms, 1, nil), sleepThen(2*ms, 2, nil), sleepThen(3*ms, 3, nil)}
			for f, err := range coro.AsCompletedFutures(y.Co(), coro.Forever, aws...) {
				v, _ := f.Result()
				if err := errors.Join(err, y.Yield(v)); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				g := coro.NewGenerator(fn)
				for want := 1; want <= 3; want++ {
					v, err := coro.CreateTask(co, g.Next).Await(co)
					require.NoError(t, err)
					require.Equal(t, want, v)
				}
				_, err := g.Next(co)
				require.Equal(t, coro.ErrStopAsyncIteration, err)
				return nil
			})
		})
	}
}

// A panic in the function is an error like others, and says where it was.
func TestGeneratorPanics(t *testing.T) {
	run(t, func(co *coro.Co) error {
		g := coro.NewGenerator(func(y *coro.Yielder[int]) error {
			_ = y.Yield(1)
			panic("boom")
		})
		_, err := g.Next(co)
		require.NoError(t, err)
		_, err = g.Next(co)
		var p *future.PanicError
		require.ErrorAs(t, err, &p)
		require.Equal(t, "boom", p.Value)
		require.Regexp(t, `^panic: boom \(task "Task-1", at coro/generator_test.go:\d+\)$`, err.Error())
		_, err = g.Next(co)
		require.Equal(t, coro.ErrStopAsyncIteration, err)
		return nil
	})
}

// A panic with another generator's end is not this one's, and keeps its stack.
func TestGeneratorPanicsWithStop(t *testing.T) {
	run(t, func(co *coro.Co) error {
		g := coro.NewGenerator(func(*coro.Yielder[int]) error {
			panic(fmt.Errorf("must: %w", coro.ErrStopAsyncIteration))
		})
		_, err := g.Next(co)
		require.NotErrorIs(t, err, coro.ErrStopAsyncIteration)
		require.Regexp(t, `^panic: must: coro: the asynchronous generator has ended \(task "Task-1", at coro/generator_test.go:\d+\)$`, err.Error())
		require.Contains(t, future.Details(err), "TestGeneratorPanicsWithStop")
		_, err = g.Next(co)
		require.Equal(t, coro.ErrStopAsyncIteration, err)
		return nil
	})
}

// The blocks of this package may be left in another task than they were entered in, as
// when a generator is closed by one that never drew from it.
func TestGeneratorBlocksLeftElsewhere(t *testing.T) {
	var tr testkit.Trace
	for _, tt := range []struct {
		name string
		fn   func(y *coro.Yielder[int]) error
		want testkit.Trace
	}{
		{"timeout", func(y *coro.Yielder[int]) error {
			return coro.Timeout(y.Co(), time.Second, func(*coro.TimeoutScope) error { return y.Yield(1) })
		}, nil},
		{"group", func(y *coro.Yielder[int]) error {
			return coro.Group(y.Co(), func(g *coro.TaskGroup) error {
				testkit.Spawn(g, func(co *coro.Co) error {
					err := coro.Sleep(co, time.Second)
					tr.At(co, "child: %v", err)
					return errors.Join(coro.Sleep(co, ms), err)
				})
				require.NoError(t, coro.Sleep(y.Co(), 0))
				return y.Yield(1)
			})
		}, testkit.Trace{"0s child: canceled", "1ms closed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				tr = nil
				g := coro.NewGenerator(tt.fn)
				testkit.Wait(t, co, coro.CreateTask(co, g.Next))
				testkit.Wait(t, co, testkit.Spawn(co, g.Close))
				if tt.want != nil {
					tr.At(co, "closed")
				}
				require.Equal(t, tt.want, tr)
				return nil
			})
		})
	}
}

// An ErrGeneratorExit leaves a group as it is, so that the generator around it is closed:
// also through several groups, and when its tasks have been canceled. It does not take the
// place of a task's error.
//
// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_generator_exit_02
// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_generator_exit_03
// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_generator_exit_04
// CPython: test_taskgroups.BaseTestTaskGroup.test_taskgroup_generator_exit_05
func TestGroupLetsGeneratorExitOut(t *testing.T) {
	for _, tt := range []struct {
		name string
		body func(co *coro.Co, g *coro.TaskGroup) // before the exit comes
		want []error                              // of the group; nil if the exit gets out
	}{
		{"no task", func(*coro.Co, *coro.TaskGroup) {}, nil},
		{"a task that has ended", func(_ *coro.Co, g *coro.TaskGroup) { coro.CreateTask(g, returning(1, nil), coro.Eager(true)) }, nil},
		{"a task that is canceled", func(_ *coro.Co, g *coro.TaskGroup) { coro.CreateTask(g, sleepThen(time.Hour, 1, nil)) }, nil},
		{"a task that fails while it is", func(_ *coro.Co, g *coro.TaskGroup) {
			testkit.Spawn(g, func(co *coro.Co) error {
				_ = coro.Sleep(co, time.Hour)
				return errTest
			}, coro.Eager(true))
		}, []error{errTest, coro.ErrGeneratorExit}},
		{"a group that was canceled", func(_ *coro.Co, g *coro.TaskGroup) { g.Cancel() }, nil},
		{"a group inside", func(co *coro.Co, _ *coro.TaskGroup) {
			require.Equal(t, coro.ErrGeneratorExit, coro.Group(co, func(*coro.TaskGroup) error { return coro.ErrGeneratorExit }))
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				generator := coro.NewGenerator(func(y *coro.Yielder[int]) error {
					return coro.Group(y.Co(), func(g *coro.TaskGroup) error {
						err := y.Yield(1)
						tt.body(y.Co(), g)
						return err
					})
				})
				_, err := generator.Next(co)
				require.NoError(t, err)
				err = generator.Close(co)
				if tt.want == nil {
					require.NoError(t, err)
				} else {
					var group *coro.ExceptionGroup
					require.ErrorAs(t, err, &group)
					require.Equal(t, tt.want, group.Errors)
				}
				require.Zero(t, co.Task().Canceling())
				return coro.Sleep(co, 0)
			})
		})
	}
}

func TestGeneratorString(t *testing.T) {
	run(t, func(co *coro.Co) error {
		var g *coro.Generator[int]
		g = coro.NewGenerator(func(y *coro.Yielder[int]) error {
			require.Regexp(t, ` running>$`, g.String())
			return y.Yield(1)
		})
		require.Equal(t, "<Generator github.com/ouro-loop/ouro/coro_test.TestGeneratorString.func1.1() created>", g.String())
		_, err := g.Next(co)
		require.NoError(t, err)
		require.Regexp(t, ` suspended>$`, g.String())
		require.NoError(t, g.Close(co))
		require.Regexp(t, ` ended>$`, g.String())
		return nil
	})
}
