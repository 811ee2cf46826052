package coro_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// asCompleted are the two ways to range over what completes. Each gives the outcome
// of the next one to a function, which says whether to go on.
var asCompleted = []struct {
	name string
	each func(co *coro.Co, d time.Duration, f func(v string, err error) bool, aws ...coro.Awaitable[string])
}{
	{"Funcs", func(co *coro.Co, d time.Duration, f func(string, error) bool, aws ...coro.Awaitable[string]) {
		for next := range coro.AsCompleted(co, d, aws...) {
			if !f(next.Await(co)) {
				return
			}
		}
	}},
	{"futures", func(co *coro.Co, d time.Duration, f func(string, error) bool, aws ...coro.Awaitable[string]) {
		for done, err := range coro.AsCompletedFutures(co, d, aws...) {
			v := ""
			if err == nil {
				v, err = done.Result()
			}
			if !f(v, err) {
				return
			}
		}
	}},
}

func TestAsCompleted(t *testing.T) {
	for _, test := range []struct {
		name  string
		limit time.Duration
		aws   []coro.Awaitable[string]
		want  testkit.Trace
	}{
		// CPython: test_tasks.BaseTaskTests.test_as_completed
		{"in order of completion", coro.Forever, []coro.Awaitable[string]{
			sleepThen(10*ms, "b", nil), sleepThen(150*ms, "c", nil), sleepThen(10*ms, "a", nil),
		}, testkit.Trace{"10ms b <nil>", "10ms a <nil>", "150ms c <nil>"}},
		// CPython: test_tasks.BaseTaskTests.test_as_completed_coroutine_use_running_loop
		{"never suspends", coro.Forever, []coro.Awaitable[string]{returning("42", nil)}, testkit.Trace{"0s 42 <nil>"}},
		{"errors", coro.Forever, []coro.Awaitable[string]{
			sleepThen(20*ms, "a", nil), sleepThen(10*ms, "", errTest), sleepThen(30*ms, "", future.ErrCanceled),
		}, testkit.Trace{"10ms  test", "20ms a <nil>", "30ms  canceled"}},
		{"nothing", coro.Forever, nil, nil},
		{"nothing, with a limit", time.Second, nil, nil},
		// CPython: test_tasks.BaseTaskTests.test_as_completed_with_unused_timeout
		{"limit that is not reached", time.Second, []coro.Awaitable[string]{sleepThen(10*ms, "a", nil)}, testkit.Trace{"10ms a <nil>"}},
	} {
		for _, way := range asCompleted {
			t.Run(test.name+"/"+way.name, func(t *testing.T) {
				l := testkit.NewLoop(t)
				var tr testkit.Trace
				testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
					way.each(co, test.limit, func(v string, err error) bool {
						tr.Add("%v %s %v", l.Time(), v, err)
						return true
					}, test.aws...)
					return nil
				}))
				require.Equal(t, test.want, tr)
				if test.limit > 0 {
					requireNoTimers(t, l)
				}
			})
		}
	}
}

// requireNoTimers checks that nothing is scheduled on a loop with a virtual clock.
func requireNoTimers(t *testing.T, l *loop.Loop) {
	t.Helper()
	before := l.Time()
	never := loop.CreateFuture[int](l)
	_, err := loop.RunUntilComplete(l, never)
	var deadlock *loop.DeadlockError
	require.ErrorAs(t, err, &deadlock)
	require.Equal(t, before, l.Time())
}

// Those that are not done in time are not canceled. As Funcs, each of them is a
// timeout; as futures, the first ends the ranging.
//
// CPython: test_tasks.BaseTaskTests.test_as_completed_with_timeout
func TestAsCompletedTimeout(t *testing.T) {
	const late = "120ms  timed out after 120ms, waiting for the next of AsCompleted (2 of 3 not done)"
	for i, want := range []testkit.Trace{
		{"100ms a <nil>", late, late},
		{"100ms a <nil>", late},
	} {
		t.Run(asCompleted[i].name, func(t *testing.T) {
			l := testkit.NewLoop(t)
			var tr testkit.Trace
			a := coro.CreateTask(l, sleepThen(100*ms, "a", nil))
			b := coro.CreateTask(l, sleepThen(150*ms, "b", nil))
			c := coro.CreateTask(l, sleepThen(200*ms, "c", nil))
			testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
				asCompleted[i].each(co, 120*ms, func(v string, err error) bool {
					tr.Add("%v %s %v", l.Time(), v, err)
					if v == "" {
						requireTimeout(t, err)
					}
					return true
				}, a, b, c)
				return nil
			}))
			require.Equal(t, want, tr)
			require.Zero(t, b.Canceling())
			v, err := loop.RunUntilComplete(l, b)
			require.NoError(t, err)
			require.Equal(t, "b", v)
			v, err = loop.RunUntilComplete(l, c)
			require.NoError(t, err)
			require.Equal(t, "c", v)
		})
	}
}

// A limit of zero is over in the iteration in which a task takes its first step, and so
// before anybody is told of its end.
func TestAsCompletedTimeoutOfZero(t *testing.T) {
	const late = " timed out, waiting for the next of AsCompleted (2 of 2 not done)"
	for i, want := range []testkit.Trace{{late, late}, {late}} {
		t.Run(asCompleted[i].name, func(t *testing.T) {
			var tr testkit.Trace
			run(t, func(co *coro.Co) error {
				asCompleted[i].each(co, 0, func(v string, err error) bool {
					tr.Add("%s %v", v, err)
					return true
				}, returning("a", nil), sleepThen(10*ms, "b", nil))
				return nil
			})
			require.Equal(t, want, tr)
		})
	}
}

// CPython: test_tasks.BaseTaskTests.test_as_completed_same_tasks_in_as_out
func TestAsCompletedFuturesAreTheArguments(t *testing.T) {
	run(t, func(co *coro.Co) error {
		b := coro.CreateTask(co, returning("b", nil))
		d := loop.CreateFuture[string](loop.Of(co))
		require.NoError(t, d.SetResult("d"))
		var out []future.Of[string]
		for f, err := range coro.AsCompletedFutures(co, coro.Forever, returning("a", nil), b, returning("c", nil), d) {
			require.NoError(t, err)
			require.True(t, f.Done())
			out = append(out, f)
		}
		require.Len(t, out, 4)
		require.Same(t, d, out[0])
		require.Same(t, b, out[1])
		for i, want := range []string{"d", "b", "a", "c"} {
			v, err := out[i].Await(co)
			require.NoError(t, err)
			require.Equal(t, want, v)
		}
		return nil
	})
}

// CPython: test_tasks.BaseTaskTests.test_as_completed_resume_iterator
func TestAsCompletedResumed(t *testing.T) {
	aws := []coro.Awaitable[int]{returning(0, nil), returning(1, nil), returning(2, nil), returning(3, nil)}
	t.Run("Funcs", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var got []int
			completed := coro.AsCompleted(co, coro.Forever, aws...)
			for range 2 {
				for next := range completed {
					v, err := next.Await(co)
					require.NoError(t, err)
					got = append(got, v)
					if len(got) == 2 {
						break
					}
				}
			}
			require.Equal(t, []int{0, 1, 2, 3}, got)
			return nil
		})
	})
	t.Run("futures", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var got []int
			completed := coro.AsCompletedFutures(co, coro.Forever, aws...)
			for range 2 {
				for f, err := range completed {
					require.NoError(t, err)
					v, err := f.Result()
					require.NoError(t, err)
					got = append(got, v)
					if len(got) == 2 {
						break
					}
				}
			}
			require.Equal(t, []int{0, 1, 2, 3}, got)
			return nil
		})
	})
}

// The Func that is awaited first gives what is done first, whichever of them it is.
//
// CPython: test_tasks.BaseTaskTests.test_as_completed_reverse_wait
func TestAsCompletedAwaitedInReverse(t *testing.T) {
	run(t, func(co *coro.Co) error {
		next := slices.Collect(coro.AsCompleted(co, coro.Forever, sleepThen(100*ms, "b", nil), sleepThen(50*ms, "a", nil)))
		require.Len(t, next, 2)
		v, err := next[1](co)
		require.NoError(t, err)
		require.Equal(t, "a", v)
		require.Equal(t, 50*ms, loop.Of(co).Time())
		v, err = next[0](co)
		require.NoError(t, err)
		require.Equal(t, "b", v)
		require.Equal(t, 100*ms, loop.Of(co).Time())
		return nil
	})
}

// CPython: test_tasks.BaseTaskTests.test_as_completed_concurrent
func TestAsCompletedAwaitedConcurrently(t *testing.T) {
	aws := []coro.Awaitable[string]{sleepThen(50*ms, "a", nil), sleepThen(50*ms, "b", nil)}
	t.Run("Funcs", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			next := slices.Collect(coro.AsCompleted(co, coro.Forever, aws...))
			got, err := coro.Gather(co, coro.Each[string](next)...).Await(co)
			require.Equal(t, []string{"a", "b"}, got)
			return err
		})
	})
	t.Run("futures", func(t *testing.T) {
		run(t, func(co *coro.Co) error {
			var fs []future.Of[string]
			for f, err := range coro.AsCompletedFutures(co, coro.Forever, aws...) {
				require.NoError(t, err)
				fs = append(fs, f)
			}
			got, err := coro.Gather(co, coro.Each[string](fs)...).Await(co)
			require.Equal(t, []string{"a", "b"}, got)
			return err
		})
	})
}

// CPython: test_tasks.BaseTaskTests.test_as_completed_duplicate_coroutines
func TestAsCompletedOfTheSameTwice(t *testing.T) {
	for _, way := range asCompleted {
		t.Run(way.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				var got []string
				c := coro.CreateTask(co, returning("ham", nil))
				way.each(co, coro.Forever, func(v string, err error) bool {
					got = append(got, v)
					return true
				}, c, c, returning("spam", nil))
				require.Equal(t, []string{"ham", "spam"}, got)
				return nil
			})
		})
	}
}

func TestAsCompletedIterations(t *testing.T) {
	for _, way := range asCompleted {
		t.Run(way.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				require.Equal(t, 3, countTicks(t, co, func() {
					way.each(co, coro.Forever, func(string, error) bool { return true }, returning("a", nil))
				}))
				return nil
			})
		})
	}
}

// A wake-up that reaches a canceled coroutine goes on to the next that waits.
func TestCancelAsCompletedPassesTheWakeUpOn(t *testing.T) {
	l := testkit.NewLoop(t)
	var tr testkit.Trace
	f, g := loop.CreateFuture[string](l), loop.CreateFuture[string](l)
	next := testkit.Complete(t, l, func(co *coro.Co) ([]coro.Func[string], error) {
		return slices.Collect(coro.AsCompleted(co, coro.Forever, f, g)), nil
	})
	var tasks []*coro.Task[string]
	for i, n := range next {
		tasks = append(tasks, coro.CreateTask(l, func(co *coro.Co) (string, error) {
			v, err := n(co)
			tr.Add("%d %s %v", i, v, err)
			return v, nil
		}))
	}
	testkit.Briefly(t, l)
	require.NoError(t, g.SetResult("g"))
	l.CallSoon(func() { tasks[0].Cancel() }) // g's callback has woken it, and it has not had its step
	_, err := loop.RunUntilComplete(l, tasks[1])
	require.NoError(t, err)
	require.Equal(t, testkit.Trace{"0  canceled", "1 g <nil>"}, tr)
}
