package loop_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A random program leaves the same trace whoever drives the loop, and in whatever portions.
func TestStepRandomPrograms(t *testing.T) {
	idle := func(l *loop.Loop) bool { return l.Idle() && l.NextDeadline() == coro.Forever }
	ways := map[string]func(l *loop.Loop) error{
		"Step": func(l *loop.Loop) (err error) {
			for err == nil && !idle(l) {
				if l.Idle() {
					err = l.AdvanceTo(l.NextDeadline())
				} else {
					err = l.Step()
				}
			}
			return err
		},
		"an entry at a time": func(l *loop.Loop) (err error) {
			for err == nil && !idle(l) {
				if l.Idle() {
					err = l.AdvanceTo(l.NextDeadline())
				} else {
					err = l.Step(loop.MaxEntries(1))
				}
			}
			return err
		},
		"RunUntilIdle, seven entries at a time": func(l *loop.Loop) (err error) {
			for err == nil && !idle(l) {
				if l.Idle() {
					err = l.AdvanceTo(l.NextDeadline())
				} else {
					err = l.RunUntilIdle(loop.MaxEntries(7))
				}
			}
			return err
		},
		"AdvanceTo the end": func(l *loop.Loop) error { return l.AdvanceTo(coro.Forever) },
		"AdvanceTo by frames": func(l *loop.Loop) (err error) {
			for now := time.Duration(0); err == nil && !idle(l); now += 2 {
				err = l.AdvanceTo(now)
			}
			return err
		},
	}
	entries := 0
	seeds := uint64(2000)
	if testing.Short() {
		seeds = 100
	}
	for seed := range seeds {
		want := randomProgram(t, seed, func(l *loop.Loop) error {
			var nothingLeft *loop.DeadlockError
			require.ErrorAs(t, l.RunForever(), &nothingLeft)
			return nil
		})
		entries += len(want)
		for name, drive := range ways {
			require.Equal(t, want, randomProgram(t, seed, drive), "seed %d, %s", seed, name)
		}
	}
	require.Greater(t, entries, int(seeds)*20)
}

// randomProgram is what tasks that do this and that have to tell. Each has its own sequence
// of random numbers, so that only the order of steps can make a difference.
func randomProgram(t *testing.T, seed uint64, drive func(*loop.Loop) error) (trace []string) {
	l := loop.New(loop.VirtualTime(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {}))
	note := func(format string, args ...any) {
		trace = append(trace, fmt.Sprintf("%v ", l.Time())+fmt.Sprintf(format, args...))
	}
	var tasks []coro.AnyTask
	futures := []*future.Future[int]{loop.CreateFuture[int](l), loop.CreateFuture[int](l), loop.CreateFuture[int](l)}
	var body func(name string) coro.Func[coro.None]
	spawn := func(s coro.Spawner, name string) {
		if len(tasks) < 12 {
			tasks = append(tasks, coro.CreateTask(s, body(name), coro.Quiet()))
		}
	}
	body = func(name string) coro.Func[coro.None] {
		r := rand.New(rand.NewPCG(seed, uint64(len(tasks))))
		return coro.Do(func(co *coro.Co) error {
			for i := range 3 + r.IntN(6) {
				var err error
				what := r.IntN(9)
				switch n := r.IntN(3); what {
				case 0, 1:
					err = coro.Sleep(co, 0)
				case 2:
					err = coro.Sleep(co, time.Duration(r.IntN(4)))
				case 3:
					_, err = futures[n].Await(co)
				case 4:
					_ = futures[n].SetResult(i)
				case 5:
					l.CallSoon(func() { note("%s's callback %d", name, i) })
				case 6:
					l.CallLater(time.Duration(n), func() { note("%s's timer %d", name, i); futures[n].Cancel() })
				case 7:
					spawn(co, fmt.Sprint(name, ".", i))
				case 8:
					tasks[r.IntN(len(tasks))].Cancel()
					err = coro.Timeout(co, 1, func(*coro.TimeoutScope) error { return coro.Sleep(co, time.Duration(n)) })
				}
				note("%s did %d: %v", name, what, err)
				if err != nil && r.IntN(2) == 0 {
					return err
				}
			}
			return nil
		})
	}
	for _, name := range []string{"a", "b", "c"} {
		spawn(l, name)
	}
	require.NoError(t, drive(l), "seed %d", seed)
	require.NoError(t, l.Close())
	return trace
}
