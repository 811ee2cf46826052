package looptest_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

// A sharing is a random program of tasks that sleep, and read and write a few variables. The same
// seed gives the same one.
type sharing struct {
	tasks [][]access
	vars  int
	notes bool // what was read, in the end
}

type access struct {
	sleep    time.Duration
	from, to int // variables
	plus     int
}

func newSharing(seed uint64) sharing {
	r := rand.New(rand.NewPCG(seed, 7))
	s := sharing{vars: 1 + r.IntN(3)}
	for range 2 + r.IntN(3) {
		var steps []access
		for range 1 + r.IntN(2) {
			steps = append(steps, access{time.Duration(1 + r.IntN(2)), r.IntN(s.vars), r.IntN(s.vars), r.IntN(3)})
		}
		s.tasks = append(s.tasks, steps)
	}
	return s
}

// main runs the program, and adds what comes of it to outcomes. Digest is given the variables.
func (s sharing) main(outcomes map[string]int, digest func(vars []int) uint64) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		vars := make([]int, s.vars)
		read := make([]int, len(s.tasks)) // each task's own
		if digest != nil {
			t.State(func() uint64 { return digest(vars) })
		}
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			for i, steps := range s.tasks {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					for _, a := range steps {
						if err := coro.Sleep(co, a.sleep*time.Millisecond); err != nil {
							return err
						}
						read[i] = 10*read[i] + vars[a.from]
						if a.plus > 0 {
							vars[a.to] = vars[a.from] + a.plus
						}
					}
					return nil
				}))
			}
			return nil
		})
		if s.notes {
			t.Note(read)
		}
		outcomes[fmt.Sprint(vars, read)]++
		return err
	}
}

var many = flag.Bool("many", false, "compare 200 programs with and without states, not 40")

func all(vars []int) uint64 { return looptest.Digest(vars) }

func TestPruneChangesNoOutcome(t *testing.T) {
	long := looptest.Within(time.Hour)
	programs := uint64(40)
	if *many {
		programs = 200
	}
	runs, fewer, compared := 0, 0, 0
	for seed := range programs {
		p := newSharing(seed)
		for _, slow := range []bool{false, true} {
			want, got := map[string]int{}, map[string]int{}
			_, plain := explore(t, p.main(want, nil), long, looptest.SlowSteps(slow), looptest.Runs(6000))
			r, pruned := explore(t, p.main(got, all), long, looptest.SlowSteps(slow), looptest.Runs(6000))
			require.Empty(t, r.errors, "program %d", seed)
			if !plain.All {
				continue
			}
			compared++
			require.True(t, pruned.All)
			require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)), "program %d, slow %v", seed, slow)
			require.LessOrEqual(t, pruned.Runs, plain.Runs)
			runs, fewer = runs+plain.Runs, fewer+pruned.Runs
		}
	}
	require.Greater(t, compared, int(programs))
	require.Less(t, fewer, runs)
	t.Logf("%d programs: %d runs, and %d with states", compared, runs, fewer)
}

// rounds are n tasks that wake up at the same time, twice; the first of them write.
func rounds(n, writers int, state bool, outcomes map[string]int) looptest.Main {
	p := sharing{vars: 1}
	for i := range n {
		a := access{sleep: 1}
		if i < writers {
			a.plus = i + 1
		}
		p.tasks = append(p.tasks, []access{a, a})
	}
	if !state {
		return p.main(outcomes, nil)
	}
	return p.main(outcomes, all)
}

func TestPruneSparesRuns(t *testing.T) {
	for _, test := range []struct{ tasks, writers, plain, most int }{
		{4, 0, 576, 60},
		{4, 2, 576, 480},
		{5, 0, 14400, 300},
	} {
		outcomes := map[string]int{}
		_, result := explore(t, rounds(test.tasks, test.writers, true, outcomes),
			looptest.SlowSteps(false), looptest.Runs(20000), looptest.Within(time.Hour))
		require.True(t, result.All)
		require.LessOrEqual(t, result.Runs, test.most)
		if test.plain < 1000 {
			_, plain := explore(t, rounds(test.tasks, test.writers, false, outcomes), looptest.SlowSteps(false))
			require.Equal(t, test.plain, plain.Runs)
		}
	}
}

func TestPruneNeedsAWholeDigest(t *testing.T) {
	found := 0
	for seed := range uint64(40) {
		p := newSharing(seed)
		p.notes = true
		r, _ := explore(t, p.main(map[string]int{}, func(vars []int) uint64 { return looptest.Digest(vars) }), looptest.SlowSteps(false))
		require.Empty(t, r.errors)
		r, _ = explore(t, p.main(map[string]int{}, func(vars []int) uint64 { return 0 }), looptest.SlowSteps(false))
		if len(r.errors) > 0 {
			require.Contains(t, r.text(), "it lacks something that they share")
			found++
		}
	}
	t.Log(found)
	require.Greater(t, found, 0)
}

func TestDigest(t *testing.T) {
	require.Equal(t, looptest.Digest(1, "a", []int{2}), looptest.Digest(1, "a", []int{2}))
	for _, other := range [][]any{{1}, {1, "a"}, {1, "b", []int{2}}, {1, "a", []int{2}, nil}, {"1", "a2"}} {
		require.NotEqual(t, looptest.Digest(1, "a", []int{2}), looptest.Digest(other...))
	}
}

// What is known of the clock is part of a state: whether it had gone on while timers were set,
// settles what may be chosen of others that were set between them.
func TestStateOfTheClock(t *testing.T) {
	outcomes := func(withState bool) []string {
		all := map[string]int{}
		_, result := explore(t, func(lt *looptest.T, co *coro.Co) error {
			got := ""
			if withState {
				lt.State(func() uint64 { return looptest.Digest(got) })
			}
			l := loop.Of(co)
			for _, timer := range []struct {
				after time.Duration
				note  string
			}{{1, ""}, {2, "x"}, {2, "y"}, {1, ""}} {
				l.CallLater(timer.after, func() {
					if timer.note != "" {
						l.CallSoon(func() { got += "|" })
					}
					got += timer.note
				})
			}
			err := coro.Sleep(co, 3)
			all[got]++
			return err
		})
		require.True(t, result.All)
		return slices.Sorted(maps.Keys(all))
	}
	require.Equal(t, outcomes(false), outcomes(true))
}
