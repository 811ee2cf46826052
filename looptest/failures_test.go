package looptest_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

// Each way to fail has a message of its own, in testdata, leaves nothing behind, and is found by
// the first run.
func TestFailures(t *testing.T) {
	for _, test := range []struct {
		name string
		main looptest.Main
	}{
		{"deadlock", func(_ *looptest.T, co *coro.Co) error {
			var first, second locks.Lock
			return coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, coro.Do(inOrder(&first, &second)), coro.Name("ann"))
				coro.CreateTask(g, coro.Do(inOrder(&second, &first)), coro.Name("bob"))
				return nil
			})
		}},
		{"livelock", spinning},
		{"livelock with a timer", spinningForAWhile},
		{"task left", func(_ *looptest.T, co *coro.Co) error {
			spawn(co, "left")
			return coro.Sleep(co, 0)
		}},
		{"timer left", func(t *looptest.T, co *coro.Co) error {
			t.Loop().CallLater(time.Minute, func() {})
			return nil
		}},
		{"error left", func(t *looptest.T, co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(*coro.Co) error { return errors.New("nobody looks") }), coro.Name("failing"))
			return coro.Sleep(co, 0)
		}},
		{"lock held", func(t *looptest.T, co *coro.Co) error {
			mu := new(locks.Lock)
			return mu.Acquire(co)
		}},
		{"uncontrolled", receiving},
		{"error of main", func(*looptest.T, *coro.Co) error { return errors.New("no such account") }},
		{"t of the test", usingOuter},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, result := explore(t, test.main)
			require.Len(t, r.errors, 1)
			golden(t, test.name, r.errors[0])
			require.Equal(t, 1, result.Runs)
			require.NotEmpty(t, result.Failure)
			requireNothingRuns(t)
		})
	}
}

func inOrder(first, second *locks.Lock) func(co *coro.Co) error {
	return func(co *coro.Co) error {
		return first.With(co, func() error {
			if err := coro.Sleep(co, time.Second); err != nil {
				return err
			}
			return second.With(co, func() error { return nil })
		})
	}
}

// spinning polls for ever.
func spinning(_ *looptest.T, co *coro.Co) error {
	for {
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
	}
}

// spinningForAWhile polls for something that a timer brings, for which a virtual clock has no time.
func spinningForAWhile(t *looptest.T, co *coro.Co) error {
	ready := false
	t.Loop().CallLater(time.Second, func() { ready = true })
	for !ready {
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
	}
	return nil
}

// usingOuter fails the test's own t, as one does by mistake that has it in a closure.
func usingOuter(t *looptest.T, _ *coro.Co) error {
	t.TB.FailNow()
	return nil
}

// places are where a program can leave from by force.
var places = []struct {
	name string
	at   func(t *looptest.T, co *coro.Co, leave func()) error
}{
	{"main", func(_ *looptest.T, _ *coro.Co, leave func()) error { leave(); return nil }},
	{"a task", func(_ *looptest.T, co *coro.Co, leave func()) error {
		task := coro.CreateTask(co, coro.Do(func(*coro.Co) error { leave(); return nil }), coro.Name("leaving"))
		_, err := task.Await(co)
		return err
	}},
	{"a callback", func(t *looptest.T, co *coro.Co, leave func()) error {
		t.Loop().CallSoon(leave)
		return coro.Sleep(co, time.Second)
	}},
	{"a timer", func(t *looptest.T, co *coro.Co, leave func()) error {
		t.Loop().CallLater(time.Second, leave)
		return coro.Sleep(co, time.Minute)
	}},
	{"Always", func(t *looptest.T, co *coro.Co, leave func()) error {
		steps := 0
		t.Always(func() {
			if steps++; steps == 3 {
				leave()
			}
		})
		return coro.Sleep(co, time.Second)
	}},
	{"Cleanup", func(t *looptest.T, co *coro.Co, leave func()) error {
		t.Cleanup(leave)
		return coro.Sleep(co, time.Second)
	}},
	{"the exception handler", func(t *looptest.T, co *coro.Co, leave func()) error {
		t.Loop().SetExceptionHandler(func(*loop.Loop, future.ErrorContext) { leave() })
		t.Loop().CallExceptionHandler(future.ErrorContext{Message: "something"})
		return coro.Sleep(co, time.Second)
	}},
	{"a deferred function of a task left", func(t *looptest.T, co *coro.Co, leave func()) error {
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			defer leave()
			return coro.Sleep(co, time.Minute)
		}), coro.Name("left"))
		return coro.Sleep(co, time.Second)
	}},
}

// However a run is left by force, the test fails for that, once, and goes on to its end.
func TestLeftByForce(t *testing.T) {
	for _, way := range []struct {
		name  string
		leave func(t *looptest.T)
		want  string // is said once
	}{
		{"FailNow", func(t *looptest.T) { t.FailNow() }, "the test has failed without a word\n"},
		{"require", func(t *looptest.T) { require.Fail(t, "by force") }, "by force\n"},
		{"Goexit", func(*looptest.T) { runtime.Goexit() }, "the run was ended by a runtime.Goexit: use the t that main is given"},
		{"panic", func(*looptest.T) { panic("by force") }, ": by force"},
	} {
		for _, place := range places {
			t.Run(fmt.Sprintf("%s in %s", way.name, place.name), func(t *testing.T) {
				t.Parallel()
				r, result := explore(t, func(t *looptest.T, co *coro.Co) error {
					return place.at(t, co, func() { way.leave(t) })
				})
				require.Len(t, r.errors, 1)
				require.Equal(t, 1, result.Runs)
				report := r.errors[0]
				require.Equal(t, 1, strings.Count(report, way.want), report)
				require.Contains(t, report, "looptest: run 1 of at most 10000 fails, by the usual schedule\n")
				require.NotContains(t, report, "Task was destroyed", "which is because of that")
				require.NotContains(t, report, "deadlock")
				requireNothingRuns(t)
			})
		}
	}
}

// What is left on purpose fails nothing.
func TestLeftOnPurpose(t *testing.T) {
	quiet := func(_ *looptest.T, co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Minute) }), coro.Quiet())
		return coro.Sleep(co, 0)
	}
	r, _ := explore(t, quiet)
	require.Empty(t, r.errors)

	both := func(t *looptest.T, co *coro.Co) error {
		spawn(co, "on purpose")
		t.Loop().CallLater(time.Minute, func() {})
		return coro.Sleep(co, 0)
	}
	tasks := looptest.Left(func(l loop.Leak) bool { return l.Kind == loop.LeakedTask && l.Name == "on purpose" })
	r, _ = explore(t, both, tasks)
	require.Len(t, r.errors, 1)
	require.NotContains(t, r.errors[0], "on purpose")
	require.Contains(t, r.errors[0], "timer")
	r, _ = explore(t, both, looptest.Left(func(loop.Leak) bool { return true }))
	require.Empty(t, r.errors)
	require.PanicsWithValue(t, "looptest: Left of a nil function", func() { looptest.Left(nil) })
}

// A goroutine that a run leaves fails the test that has started it, and no other.
func TestGoroutinesLeft(t *testing.T) {
	release := make(chan struct{})
	work := func() { <-release }
	t.Run("at once", func(t *testing.T) {
		for _, leaves := range []bool{false, true, false} {
			t.Run(fmt.Sprint(leaves), func(t *testing.T) {
				t.Parallel()
				r, result := explore(t, func(_ *looptest.T, co *coro.Co) error {
					if leaves {
						go work()
					}
					return coro.Sleep(co, time.Second)
				})
				if !leaves {
					require.Empty(t, r.errors)
					return
				}
				require.Len(t, r.errors, 1)
				golden(t, "goroutine left", r.errors[0])
				require.Contains(t, result.Failure, "left behind:")
			})
		}
	})
	t.Run("on purpose", func(t *testing.T) {
		var leaks []loop.Leak
		r, _ := explore(t, func(_ *looptest.T, co *coro.Co) error {
			go work()
			return coro.Sleep(co, time.Second)
		}, looptest.Left(func(l loop.Leak) bool { leaks = append(leaks, l); return true }))
		require.Empty(t, r.errors)
		require.NotEmpty(t, leaks)
		for _, leak := range leaks { // more than one if some had not come to their wait yet
			require.Equal(t, loop.LeakedWork, leak.Kind)
			require.Equal(t, "goroutine", leak.Name)
			require.Regexp(t, `looptest/failures_test\.go:\d+$`, leak.Site)
			require.Regexp(t, `looptest/failures_test\.go:\d+$`, leak.Created)
			require.NotEqual(t, leak.Site, leak.Created)
		}
	})
	t.Run("about to end", func(t *testing.T) {
		soon := make(chan struct{})
		r := observe(t, func(tb testing.TB) {
			looptest.Run(tb, func(t *looptest.T, co *coro.Co) error {
				go func() { <-soon }()
				t.Cleanup(func() { close(soon) })
				return nil
			})
		})
		require.Empty(t, r.errors)
	})
	close(release)
}

// requireNothingRuns waits until no goroutine is there that belongs to the test's runs.
func requireNothingRuns(t *testing.T) {
	t.Helper()
	label := fmt.Sprintf("%q:\"%s#", "looptest", t.Name())
	for {
		var profile bytes.Buffer
		require.NoError(t, pprof.Lookup("goroutine").WriteTo(&profile, 1))
		if !bytes.Contains(profile.Bytes(), []byte(label)) {
			return
		}
		runtime.Gosched()
	}
}
