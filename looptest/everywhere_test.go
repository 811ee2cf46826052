package looptest_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/queues"
)

// everywhere is one of the three observed.
func everywhere(t *testing.T, test func(testing.TB, looptest.Main, ...looptest.Option), main looptest.Main, opts ...looptest.Option) (*recorded, looptest.Result) {
	t.Helper()
	var result looptest.Result
	r := observe(t, func(tb testing.TB) { test(tb, main, append(opts, looptest.Report(&result))...) })
	return r, result
}

var errBroken = errors.New("broken")

func failEverywhere(tb testing.TB, main looptest.Main, opts ...looptest.Option) {
	looptest.FailEverywhere(tb, errBroken, main, opts...)
}

// A hotel has one room, which is to be given back by who has it.
type hotel struct{ free *queues.Queue[string] }

func newHotel() *hotel {
	p := &hotel{queues.New[string](0)}
	_ = p.free.PutNowait("a")
	return p
}

// guests are two that want the one place. How says who gives it back.
func guests(use func(co *coro.Co, p *hotel) error) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		p := newHotel()
		t.Finally(func() { require.Equal(t, 1, p.free.Len(), "the place is lost") })
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for _, name := range []string{"alice", "bob"} {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error { return use(co, p) }), coro.Name(name))
			}
			return nil
		})
	}
}

func careful(co *coro.Co, p *hotel) error {
	place, err := p.free.Get(co)
	if err != nil {
		return err
	}
	defer func() { _ = p.free.PutNowait(place) }()
	return coro.Sleep(co, time.Second)
}

func careless(co *coro.Co, p *hotel) error {
	place, err := p.free.Get(co)
	if err != nil {
		return err
	}
	if err := coro.Sleep(co, time.Second); err != nil {
		return err
	}
	return p.free.PutNowait(place)
}

func TestCancelEverywhere(t *testing.T) {
	r, result := everywhere(t, looptest.CancelEverywhere, guests(careful))
	require.Empty(t, r.errors)
	require.Equal(t, []string{"looptest: 11 cancellations pass: 3 tasks, 4 waits"}, r.logs)
	require.Equal(t, looptest.Result{Runs: 12, All: true}, result)

	r, result = everywhere(t, looptest.CancelEverywhere, guests(careless))
	require.Equal(t, "x1/1a", result.Schedule)
	golden(t, "cancel everywhere", r.text())

	withFlag(t, "looptest.schedule", result.Schedule)
	again, second := everywhere(t, looptest.CancelEverywhere, guests(careless))
	require.Equal(t, result.Hash, second.Hash)
	require.Equal(t, "the place is lost", regexp.MustCompile(`the place is lost`).FindString(again.text()))
	explored, third := explore(t, guests(careless))
	require.Equal(t, result.Hash, third.Hash, "any test can be run so")
	require.Equal(t, again.text(), explored.text())
}

// A task that never begins does not give back what was taken for it.
func TestATaskThatNeverBegins(t *testing.T) {
	main := func(guard bool) looptest.Main {
		return func(t *looptest.T, co *coro.Co) error {
			p := newHotel()
			t.Finally(func() { require.Equal(t, 1, p.free.Len(), "the room is lost") })
			room, _ := p.free.GetNowait()
			begun := false
			task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				begun = true
				defer func() { _ = p.free.PutNowait(room) }()
				return coro.Sleep(co, time.Second)
			}), coro.Name("guest"))
			_, err := task.Await(co)
			if !begun && guard {
				_ = p.free.PutNowait(room)
			}
			return err
		}
	}
	r, result := everywhere(t, looptest.CancelEverywhere, main(false), looptest.Left(func(loop.Leak) bool { return true }))
	require.Contains(t, []string{"x1/1a", "x2/0f"}, result.Schedule)
	require.Contains(t, r.text(), "the room is lost")
	r, _ = everywhere(t, looptest.CancelEverywhere, main(true))
	require.Empty(t, r.errors)
}

// What was handed over, and not yet taken, when the cancellation came.
func TestWhatIsLostWhenWoken(t *testing.T) {
	r, result := everywhere(t, looptest.CancelEverywhere, func(t *looptest.T, co *coro.Co) error {
		handed, lost, asked := coro.NewFuture[string](co), "", false
		t.Finally(func() { require.Empty(t, lost, "what was handed over is lost") })
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			asked = true
			_, err := handed.Await(co)
			if err == nil {
				lost = ""
			}
			return err
		}), coro.Name("taker"))
		t.Loop().CallSoon(func() {
			if asked && handed.SetResult("a room") == nil {
				lost = "a room"
			}
		})
		_, _, err := coro.Wait(co, []future.Any{task})
		return err
	}, looptest.Left(func(loop.Leak) bool { return true }))
	require.Equal(t, "x2/1w", result.Schedule)
	require.Regexp(t, `run \d of \d+ fails, with a cancellation at the 1st wait of task "taker", at everywhere_test.go:\d+, woken but not yet run\n`, r.text())
}

// endings are how the waits of a task end, where it is not main's end that ends them, sorted.
func endings(t *testing.T, test func(testing.TB, looptest.Main, ...looptest.Option), wait func(co *coro.Co) error) (endings []string) {
	t.Helper()
	r, _ := everywhere(t, test, func(t *looptest.T, co *coro.Co) error {
		over := false
		it := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			err := wait(co)
			if !over {
				endings = append(endings, fmt.Sprintf("%v at %v, %d", err, t.Loop().Time(), co.Task().Canceling()))
			}
			return nil
		}), coro.Name("it"))
		_, _, err := coro.Wait(co, []future.Any{it})
		over = true
		return err
	}, looptest.Left(func(loop.Leak) bool { return true }))
	if len(r.errors) > 0 {
		require.Equal(t, []string{"looptest: main waits for nothing that can fail, so nothing is tested"}, r.errors)
		return nil
	}
	slices.Sort(endings)
	return slices.Compact(endings)
}

func answer(d time.Duration) coro.Func[int] {
	return func(co *coro.Co) (int, error) { return 42, coro.Sleep(co, d) }
}

// What a task is told, of whatever it waits for. As soon as it waits no time has passed; when it is
// woken the time of the wait has.
func TestWhatAWaitEndsWith(t *testing.T) {
	waits := map[string]func(co *coro.Co) error{
		"sleep": func(co *coro.Co) error { return coro.Sleep(co, time.Second) },
		"canceled meanwhile": func(co *coro.Co) error {
			task := co.Task()
			loop.Of(co).CallLater(time.Second, func() { task.Cancel() })
			return coro.Sleep(co, 2*time.Second)
		},
		"turn": func(co *coro.Co) error { return coro.Sleep(co, 0) },
		"task": func(co *coro.Co) error {
			_, err := coro.CreateTask(co, answer(time.Second)).Await(co)
			return err
		},
		"stubborn": func(co *coro.Co) error {
			_, err := coro.CreateTask(co, func(co *coro.Co) (int, error) {
				_ = coro.Sleep(co, time.Second)
				return 42, coro.Sleep(co, time.Second)
			}).Await(co)
			return err
		},
		"future": func(co *coro.Co) error {
			f := coro.NewFuture[int](co)
			loop.Of(co).CallLater(time.Second, func() { _ = f.SetResult(42) })
			_, err := f.Await(co)
			return err
		},
		"gather": func(co *coro.Co) error {
			_, err := coro.Gather(co, answer(time.Second), answer(0)).Await(co)
			return err
		},
		"lock": func(co *coro.Co) error {
			var mu locks.Lock
			_ = mu.Acquire(co)
			loop.Of(co).CallLater(time.Second, func() { _ = mu.Release() })
			err := mu.Acquire(co)
			if err == nil {
				_ = mu.Release()
			}
			return err
		},
		"condition": func(co *coro.Co) error {
			var c locks.Condition
			_ = c.Acquire(co)
			defer func() { _ = c.Release() }()
			for range 2 { // as one may be canceled
				coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					return c.With(co, func() error {
						return errors.Join(coro.Sleep(co, time.Second), c.Notify(1), coro.Sleep(co, time.Second))
					})
				}), coro.Name("notifier"))
			}
			return c.Wait(co)
		},
	}
	for what, want := range map[string][3][]string{
		"sleep": {
			{"<nil> at 1s, 0", "canceled at 0s, 1", "canceled at 1s, 1"},
			{"<nil> at 1s, 0", "timed out at 1s, 0", "timed out, waiting for sleep until 1s at 0s, 0"},
		},
		"canceled meanwhile": { // it is no timeout then
			{"canceled at 0s, 1", "canceled at 1s, 1", "canceled at 1s, 2"},
			{"canceled at 1s, 1", "timed out, waiting for sleep until 2s at 0s, 0"},
		},
		"turn": {
			{"<nil> at 0s, 0", "canceled at 0s, 1"},
			{"<nil> at 0s, 0", "timed out at 0s, 0"},
		},
		"lock": {
			{"<nil> at 1s, 0", "canceled at 0s, 1", "canceled at 1s, 1"},
			{"<nil> at 1s, 0", "timed out at 1s, 0", "timed out, waiting for lock at 0s, 0"},
		},
		"future": {
			{"<nil> at 1s, 0", "canceled at 0s, 1", "canceled at 1s, 1"},
			{"<nil> at 1s, 0", "timed out at 1s, 0", "timed out, waiting for a future at 0s, 0"},
			{"<nil> at 1s, 0", "broken at 1s, 0"},
		},
		"task": { // of those that end so with none, the task it waits for was canceled
			{"<nil> at 1s, 0", "canceled at 0s, 0", "canceled at 0s, 1", "canceled at 1s, 0", "canceled at 1s, 1"},
			{"<nil> at 1s, 0", "timed out at 1s, 0", "timed out, waiting for sleep until 1s at 0s, 0",
				`timed out, waiting for task "Task-2" at 0s, 0`},
			{"<nil> at 1s, 0", "broken at 1s, 0"},
		},
		"gather": {
			{"<nil> at 1s, 0", "canceled at 0s, 0", "canceled at 0s, 1", "canceled at 1s, 0", "canceled at 1s, 1"},
			{"<nil> at 1s, 0", "timed out at 0s, 0", "timed out at 1s, 0", "timed out, waiting for gather of 2 (0 done) at 0s, 0",
				"timed out, waiting for sleep until 1s at 0s, 0"},
			{"<nil> at 1s, 0", "broken at 1s, 0"},
		},
		"stubborn": { // it ends at 1s if its first sleep is cut short, at 2s if none is
			{"<nil> at 1s, 0", "<nil> at 2s, 0", "canceled at 0s, 0", "canceled at 0s, 1", "canceled at 1s, 0", "canceled at 2s, 0",
				"canceled at 2s, 1"},
			{"<nil> at 1s, 0", "<nil> at 2s, 0", "timed out at 2s, 0", "timed out, waiting for sleep until 2s at 1s, 0",
				`timed out, waiting for task "Task-2" at 0s, 0`},
			{"<nil> at 2s, 0", "broken at 2s, 0"},
		},
		"condition": { // the lock is taken again whatever happens
			{"<nil> at 2s, 0", "<nil> at 3s, 0", "<nil> at 4s, 0", "canceled at 4s, 1"},
			{"<nil> at 2s, 0", "<nil> at 3s, 0", "<nil> at 4s, 0", "timed out at 4s, 0",
				"timed out, waiting for a notification of condition at 4s, 0", "timed out, waiting for lock at 4s, 0"},
		},
	} {
		t.Run(what, func(t *testing.T) {
			require.Equal(t, want, [3][]string{
				endings(t, looptest.CancelEverywhere, waits[what]),
				endings(t, looptest.TimeoutEverywhere, waits[what]),
				endings(t, failEverywhere, waits[what]),
			})
		})
	}
}

// What is judged of a run in which a task was canceled, and what is not.
func TestWhatIsJudged(t *testing.T) {
	after := func(f func(t *looptest.T, co *coro.Co, err error) error) looptest.Main {
		return func(t *looptest.T, co *coro.Co) error { return f(t, co, coro.Sleep(co, time.Second)) }
	}
	for name, test := range map[string]struct {
		main looptest.Main
		want string
	}{
		"not the error of main": {
			main: after(func(_ *looptest.T, _ *coro.Co, err error) error {
				if err != nil {
					return errors.New("gave up")
				}
				return nil
			}),
		},
		"a panic": {
			main: after(func(_ *looptest.T, _ *coro.Co, err error) error {
				if err != nil {
					panic("what now")
				}
				return nil
			}),
			want: "what now",
		},
		"a deadlock": {
			main: after(func(_ *looptest.T, co *coro.Co, err error) error {
				if err != nil {
					_, err := coro.NewFuture[int](co).Await(co)
					return err
				}
				return nil
			}),
			want: "loop: deadlock",
		},
		"what the test says": {
			main: after(func(t *looptest.T, _ *coro.Co, err error) error {
				require.NoError(t, err, "in main")
				return nil
			}),
			want: "in main",
		},
		"a task that is left": {
			main: func(t *looptest.T, co *coro.Co) error {
				task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Second) }), coro.Name("left"))
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
				_, err := task.Await(co)
				return err
			},
			want: `task "left"`,
		},
		"an error that nobody has looked at": {
			main: func(t *looptest.T, co *coro.Co) error {
				task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					if coro.Sleep(co, time.Second) != nil {
						return errors.New("overlooked")
					}
					return nil
				}))
				_, _, err := coro.Wait(co, []future.Any{task})
				return err
			},
			want: "overlooked",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var opts []looptest.Option
			if name == "an error that nobody has looked at" { // or else the task that main leaves
				opts = append(opts, looptest.Left(func(l loop.Leak) bool { return l.Kind == loop.LeakedTask }))
			}
			r, _ := everywhere(t, looptest.CancelEverywhere, test.main, opts...)
			if test.want == "" {
				require.Empty(t, r.errors)
				return
			}
			require.Len(t, r.errors, 1)
			require.Contains(t, r.errors[0], test.want)
			require.Contains(t, r.errors[0], "with a cancellation ")
		})
	}
}

func TestEverywhereBegins(t *testing.T) {
	t.Run("with the usual schedule, which must pass", func(t *testing.T) {
		r, result := everywhere(t, looptest.CancelEverywhere, func(t *looptest.T, co *coro.Co) error {
			return errBroken
		})
		require.Contains(t, r.text(), "main returned an error: broken")
		require.Equal(t, "default", result.Schedule)
	})
	t.Run("and has what is to be sometimes", func(t *testing.T) {
		r, _ := everywhere(t, looptest.CancelEverywhere, func(t *looptest.T, co *coro.Co) error {
			t.Sometimes("never", false)
			t.Sometimes("canceled", coro.Sleep(co, 0) != nil)
			return nil
		})
		require.Equal(t, []string{`looptest: Sometimes "never": it never was in 4 schedules`}, r.errors)
	})
	t.Run("with as many runs as it may make", func(t *testing.T) {
		r, result := everywhere(t, looptest.CancelEverywhere, guests(careful), looptest.Runs(4))
		require.Equal(t, []string{"looptest: the first 3 of 11 cancellations pass: 2 tasks, 1 wait"}, r.logs)
		require.Equal(t, looptest.Result{Runs: 4}, result)
	})
	t.Run("and says what is not the same", func(t *testing.T) {
		runs := 0
		r, _ := everywhere(t, looptest.CancelEverywhere, func(t *looptest.T, co *coro.Co) error {
			if runs++; runs > 1 {
				return nil
			}
			return coro.Sleep(co, 0)
		})
		require.Contains(t, r.text(), "looptest: run 3 does not do the same as the first up to a cancellation at the 1st wait of main, at everywhere_test.go:")
		require.Contains(t, r.text(), "the schedule is about the 1st wait of main, to which the program does not come")
	})
	t.Run("an eager task", func(t *testing.T) {
		r, _ := everywhere(t, looptest.CancelEverywhere, func(t *looptest.T, co *coro.Co) error {
			_, err := coro.CreateTask(co, answer(time.Second), coro.Eager(true)).Await(co)
			return err
		})
		require.Empty(t, r.errors)
		require.Equal(t, []string{"looptest: 5 cancellations pass: 2 tasks, 2 waits"}, r.logs)
	})
}

func TestAnInjectionThatDoesNotFitIsRefused(t *testing.T) {
	for given, want := range map[string]string{
		"x1/9w": "the schedule x1/9w is of another test, or of another version of it: " +
			"the schedule is about the 9th wait of main, to which the program does not come, or not so",
		"x12/0f": "the schedule x12/0f is of another test, or of another version of it: " +
			"the schedule is about the 12th task before its first step, to which the program does not come",
		"e1/1w": "the schedule e1/1w is of another test, or of another version of it: e1/1w is for FailEverywhere, which is given the error",
	} {
		withFlag(t, "looptest.schedule", given)
		r, _ := everywhere(t, looptest.CancelEverywhere, guests(careful))
		require.Equal(t, []string{"looptest: " + want}, r.errors)
	}
	require.PanicsWithValue(t, "looptest: FailEverywhere with a nil error", func() {
		looptest.FailEverywhere(t, nil, guests(careful))
	})
}
