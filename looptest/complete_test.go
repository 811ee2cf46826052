package looptest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

// sleepers notes in which order n tasks wake up that sleep for one time, with a bar where an
// iteration ends.
func sleepers(n int, outcomes map[string]int) looptest.Main {
	return func(_ *looptest.T, co *coro.Co) error {
		got := ""
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			for i := range n {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					err := coro.Sleep(co, time.Second)
					if got == "" || got[len(got)-1] == '|' {
						loop.Of(co).CallSoon(func() { got += "|" })
					}
					got += fmt.Sprint(i)
					return err
				}))
			}
			return nil
		})
		outcomes[got]++
		return err
	}
}

func TestCompleteOrdersOfEqualSleeps(t *testing.T) {
	factorial := 1
	for n := 1; n <= 6; n++ {
		factorial *= n
		outcomes := map[string]int{}
		_, result := explore(t, sleepers(n, outcomes), looptest.SlowSteps(false))
		require.Len(t, outcomes, factorial)
		require.Equal(t, looptest.Result{Runs: factorial, All: true}, result)
		for outcome := range outcomes {
			require.True(t, strings.HasSuffix(outcome, "|") && strings.Count(outcome, "|") == 1, "%q: all in one iteration", outcome)
		}
	}
}

// Those that come too late are those that were set later, as on a clock that goes on.
func TestCompleteOrdersThatAreApart(t *testing.T) {
	outcomes := map[string]int{}
	_, result := explore(t, sleepers(3, outcomes))
	require.True(t, result.All)
	require.Equal(t, []string{
		"012|", "01|2|", "021|", "0|12|", "0|1|2|", "0|21|", "102|", "10|2|", "120|", "201|", "210|",
	}, slices.Sorted(maps.Keys(outcomes)))
}

// A step may take so long that what is due later is in time for the same iteration.
func TestLegalOrderOfUnequalSleeps(t *testing.T) {
	outcomes := map[string]int{}
	_, result := explore(t, func(_ *looptest.T, co *coro.Co) error {
		got := ""
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			for i := range 3 {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					err := coro.Sleep(co, time.Second+time.Duration(i))
					got += fmt.Sprint(i)
					return err
				}))
			}
			return nil
		})
		outcomes[got]++
		return err
	})
	require.True(t, result.All)
	require.Equal(t, []string{"012"}, slices.Collect(maps.Keys(outcomes)))
	require.Greater(t, result.Runs, 1)
}

// What asyncio fixes no schedule changes.
func TestLegalSchedulesKeepWhatIsFixed(t *testing.T) {
	_, result := explore(t, func(t *looptest.T, co *coro.Co) error {
		var got []string
		note := func(what string) func() { return func() { got = append(got, what) } }
		l := loop.Of(co)
		f := loop.CreateFuture[int](l)
		for _, name := range []string{"a", "b", "c"} {
			f.AddDoneCallback(note(name))
		}
		for _, name := range []string{"d", "e"} {
			l.CallSoon(note(name))
		}
		l.CallLater(time.Millisecond, note("g"))
		l.CallLater(time.Millisecond, note("h"))
		if err := f.SetResult(1); err != nil {
			return err
		}
		l.CallSoon(note("f"))
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		all := strings.Join(got, "")
		require.Equal(t, "deabcf", strings.NewReplacer("g", "", "h", "").Replace(all))
		return nil
	})
	require.True(t, result.All)
	require.Greater(t, result.Runs, 3)
}

// A tie of a thousand is nothing to wait for.
func TestCompleteTieOfMany(t *testing.T) {
	_, result := explore(t, sleepers(1000, map[string]int{}), looptest.Runs(20))
	require.Equal(t, looptest.Result{Runs: 20}, result)
}
