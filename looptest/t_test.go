package looptest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

func TestChoose(t *testing.T) {
	var got []string
	r, result := explore(t, func(t *looptest.T, _ *coro.Co) error {
		got = append(got, fmt.Sprint(t.Choose("disk", 2), t.Choose("net", 3), t.Choose("nothing", 1)))
		return nil
	})
	require.Equal(t, []string{"0 0 0", "1 0 0", "0 1 0", "0 2 0", "1 1 0", "1 2 0", "0 0 0"}, got,
		"those with fewer departures come first, and the usual one once more in the end")
	require.Equal(t, looptest.Result{Runs: 6, All: true}, result)
	require.Equal(t, []string{"looptest: all 6 schedules pass"}, r.logs)
}

// What ends at, just before, and beyond what else there is.
func TestDelaysAreTriedBesideOtherDeadlines(t *testing.T) {
	seen := map[time.Duration]bool{}
	_, result := explore(t, func(t *looptest.T, co *coro.Co) error {
		loop.Of(co).CallLater(3*time.Millisecond, func() {})
		seen[t.Between(time.Millisecond, 8*time.Millisecond)] = true
		return coro.Sleep(co, 10*time.Millisecond)
	}, looptest.SlowSteps(false))
	require.True(t, result.All)
	const ms = time.Millisecond
	require.Equal(t, map[time.Duration]bool{ms: true, 3*ms - 1: true, 3 * ms: true, 8 * ms: true}, seen)
}

func TestRandomDelays(t *testing.T) {
	seen := map[time.Duration]bool{}
	_, result := explore(t, func(t *looptest.T, co *coro.Co) error {
		for range 12 {
			d := t.Between(0, time.Hour)
			require.True(t, 0 <= d && d <= time.Hour)
			seen[d] = true
		}
		return nil
	}, looptest.Runs(2000), looptest.Within(time.Hour))
	require.Equal(t, 2000, result.Runs)
	require.Equal(t, 4, result.Departures, "there are 794 with up to four, and 792 with five; a half are 1000")
	require.Greater(t, len(seen), 1000, "any time will do")
}

func TestRandIsTheSameInEveryRun(t *testing.T) {
	draws := func(seed uint64) map[uint64]int {
		seen := map[uint64]int{}
		explore(t, func(t *looptest.T, _ *coro.Co) error {
			t.Choose("anything", 3)
			seen[t.Rand().Uint64()]++
			return nil
		}, looptest.Seed(seed))
		return seen
	}
	one, two := draws(1), draws(2)
	require.Len(t, one, 1)
	require.Len(t, two, 1)
	require.NotEqual(t, one, two)
}

func TestAlways(t *testing.T) {
	n, most := 0, 2
	r, result := explore(t, func(t *looptest.T, co *coro.Co) error {
		n = 0
		t.Always(func() { require.LessOrEqual(t, n, most, "too many at work") })
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for range 3 {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					if err := t.Delay(co, time.Millisecond, 4*time.Millisecond); err != nil {
						return err
					}
					n++
					defer func() { n-- }()
					return coro.Sleep(co, 2*time.Millisecond)
				}))
			}
			return nil
		})
	})
	require.Contains(t, r.text(), "too many at work")
	require.Equal(t, "default", result.Schedule, "which has all of them at work")

	most = 3
	r, _ = explore(t, func(t *looptest.T, co *coro.Co) error {
		t.Always(func() { require.LessOrEqual(t, n, most) })
		return nil
	})
	require.Empty(t, r.errors)
}

func TestSometimes(t *testing.T) {
	main := func(never int) looptest.Main {
		return func(t *looptest.T, _ *coro.Co) error {
			n := t.Choose("n", 3)
			t.Sometimes("two at once", n == 2)
			t.Sometimes("three at once", n == never)
			return nil
		}
	}
	r, _ := explore(t, main(3))
	require.Equal(t, []string{`looptest: Sometimes "three at once": it never was in 3 schedules`}, r.errors)
	r, _ = explore(t, main(1))
	require.Empty(t, r.errors)
}

func TestCalm(t *testing.T) {
	// A client asks again until it is answered. Each question may be lost, until all is calm.
	client := func(patience int) looptest.Main {
		return func(t *looptest.T, co *coro.Co) error {
			answered := false
			ask := func(co *coro.Co) error {
				for range patience {
					if t.Choose("lost", 2) == 0 {
						answered = true
						return nil
					}
					if err := coro.Sleep(co, time.Second); err != nil {
						return err
					}
				}
				return nil
			}
			task := coro.CreateTask(co, coro.Do(ask))
			if err := coro.Sleep(co, 2500*time.Millisecond); err != nil {
				return err
			}
			t.Calm(10*time.Second, func() bool { return answered })
			_, err := task.Await(co)
			return errors.Join(err, coro.Sleep(co, time.Minute))
		}
	}
	r, _ := explore(t, client(4))
	require.Empty(t, r.errors)
	r, result := explore(t, client(3))
	require.Contains(t, r.text(), "what Calm asks for has not come true within 10s")
	require.Equal(t, 3, strings.Count(result.Schedule, "c"), "three times lost: %s", result.Schedule)
}

func TestCleanup(t *testing.T) {
	var got []string
	r, _ := explore(t, func(t *looptest.T, co *coro.Co) error {
		t.Cleanup(func() { got = append(got, "first", fmt.Sprint(t.Loop().IsClosed())) })
		t.Cleanup(func() { got = append(got, "last") })
		ctx := t.Context()
		t.Cleanup(func() { got = append(got, fmt.Sprint(ctx.Err())) })
		return nil
	})
	require.Empty(t, r.errors)
	one := []string{"context canceled", "last", "first", "true"}
	require.Equal(t, append(one, one...), got)
}

func TestBadArgumentsAreRefused(t *testing.T) {
	nothing := func(*looptest.T, *coro.Co) error { return nil }
	for want, call := range map[string]func(){
		"looptest: a nil function to test":                       func() { looptest.Explore(t, nil) },
		"looptest: a nil Option; leave it out":                   func() { looptest.Run(t, nothing, nil) },
		"looptest: Runs of 0; at least one it must be":           func() { looptest.Runs(0) },
		"looptest: Within of -1s; at least some time it takes":   func() { looptest.Within(-time.Second) },
		"looptest: Report to a nil Result; leave the option out": func() { looptest.Report(nil) },
	} {
		require.PanicsWithValue(t, want, call)
	}
	for want, main := range map[string]looptest.Main{
		"looptest: Choose among 0": func(t *looptest.T, _ *coro.Co) error {
			t.Choose("x", 0)
			return nil
		},
		"looptest: Between 2ns and 1ns, which is no range of times": func(t *looptest.T, _ *coro.Co) error {
			t.Between(2, 1)
			return nil
		},
		"looptest: State a second time; one digest is for everything that is shared": func(t *looptest.T, _ *coro.Co) error {
			for range 2 {
				t.State(func() uint64 { return 0 })
			}
			return nil
		},
		"looptest: a run inside of a run of TestBadArgumentsAreRefused; call it with the test's own t, outside of main": func(t *looptest.T, _ *coro.Co) error {
			looptest.Run(t, nothing)
			return nil
		},
	} {
		r, _ := explore(t, main)
		require.Contains(t, r.text(), want)
	}
}

// What a T is told when its run is over nobody would see.
func TestAKeptTIsRefused(t *testing.T) {
	var kept *looptest.T
	looptest.Run(t, func(t *looptest.T, _ *coro.Co) error {
		kept = t
		t.Finally(func() { t.Log("this is in time") })
		return nil
	})
	for _, use := range []func(){
		func() { kept.Error("late") },
		func() { kept.FailNow() },
		func() { kept.Choose("late", 2) },
		func() { kept.Loop() },
		func() { kept.Cleanup(func() {}) },
	} {
		require.PanicsWithValue(t, "looptest: the t of a run of TestAKeptTIsRefused that is over; each run has its own, "+
			"and a goroutine that uses it must end before main does", use)
	}
	require.False(t, kept.Failed())
}

func TestTheClockStaysVirtual(t *testing.T) {
	looptest.Run(t, func(t *looptest.T, co *coro.Co) error {
		err := coro.Sleep(co, time.Hour)
		require.Equal(t, time.Hour, t.Loop().Time())
		return err
	}, looptest.Loop(loop.VirtualTime(false)))
}
