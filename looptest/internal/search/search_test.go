package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
)

// A program makes choices, each by those before it.
type program func(choose func(kind schedule.Kind, n int) int) (outcome string)

// run runs a program once by a strategy, and returns its outcome and its schedule.
func run(t *testing.T, s search.Strategy, p program) (string, schedule.Schedule) {
	t.Helper()
	n := 0
	var departed schedule.Schedule
	outcome := p(func(kind schedule.Kind, of int) int {
		c := search.Choice{Kind: kind, N: of}
		pick, err := s.Pick(n, &c)
		require.NoError(t, err)
		require.True(t, 0 <= pick && pick < int64(of), "%d of %d", pick, of)
		if pick > 0 {
			departed = append(departed, schedule.Departure{At: n, Kind: kind, N: of, Pick: pick})
		}
		n++
		return int(pick)
	})
	require.NoError(t, s.End(n, 0))
	return outcome, departed
}

// orders puts n things into an order.
func orders(n int) program {
	return func(choose func(schedule.Kind, int) int) string {
		left := strings.Split("abcdefgh"[:n], "")
		outcome := ""
		for len(left) > 0 {
			i := 0
			if len(left) > 1 {
				i = choose(schedule.Tie, len(left))
			}
			outcome += left[i]
			left = slices.Delete(left, i, i+1)
		}
		return outcome
	}
}

// random is a program with choices in which others are hidden, the same one for the same seed.
func random(seed uint64) program {
	return func(choose func(schedule.Kind, int) int) string {
		outcome, chance := "", rand.New(rand.NewPCG(seed, 0))
		for range chance.IntN(6) {
			i := choose(schedule.Own, 2+chance.IntN(2))
			outcome += fmt.Sprint(i)
			for range i { // what follows depends on it
				if chance.IntN(3) == 0 {
					outcome += fmt.Sprint(choose(schedule.Slow, 2))
				}
			}
		}
		return outcome
	}
}

// brute are the outcomes of a program, found by counting through all picks as through numbers.
func brute(p program) (outcomes []string) {
	picks := []int{}
	for {
		var of []int
		outcome := p(func(_ schedule.Kind, n int) int {
			of = append(of, n)
			if len(of) > len(picks) {
				picks = append(picks, 0)
			}
			return picks[len(of)-1]
		})
		outcomes = append(outcomes, outcome)
		for len(picks) > 0 && picks[len(picks)-1] == of[len(picks)-1]-1 {
			picks = picks[:len(picks)-1]
		}
		if len(picks) == 0 {
			return outcomes
		}
		picks[len(picks)-1]++
	}
}

func TestDeparturesAreAllSchedulesOnce(t *testing.T) {
	programs := []program{orders(1), orders(2), orders(3), orders(6)}
	for seed := range uint64(100) {
		programs = append(programs, random(seed))
	}
	for i, p := range programs {
		s := search.NewDepartures(1_000_000)
		var outcomes, schedules []string
		depth := 0
		for s.Begin() {
			outcome, departed := run(t, s, p)
			outcomes, schedules = append(outcomes, outcome), append(schedules, departed.String())
			require.GreaterOrEqual(t, len(departed), depth, "those with fewer departures come first")
			depth = len(departed)
		}
		want := brute(p)
		require.ElementsMatch(t, want, outcomes, "program %d", i)
		require.True(t, s.All())
		slices.Sort(schedules)
		require.Len(t, slices.Compact(schedules), len(want), "each schedule once")
	}
}

func TestDeparturesSayWhatIsComplete(t *testing.T) {
	s := search.NewDepartures(1_000_000)
	require.Equal(t, -1, s.Complete())
	for complete, runs := range []int{1, 1 + 2 + 1} { // of three, one is moved to the front
		for range runs - complete {
			require.True(t, s.Begin())
			run(t, s, orders(3))
		}
		require.Equal(t, complete, s.Complete())
	}
	require.False(t, s.All())
}

func TestDeparturesThatFindNoRoomAreNotClaimed(t *testing.T) {
	s := search.NewDepartures(3)
	n := 0
	for s.Begin() {
		run(t, s, orders(6))
		n++
	}
	require.False(t, s.All())
	require.Equal(t, 0, s.Complete(), "there are fifteen with one departure, and three were tried")
	require.GreaterOrEqual(t, n, 4)
}

func TestRandomTriesEverything(t *testing.T) {
	s := search.NewRandom(1)
	found := map[string]int{}
	for range 5000 {
		require.True(t, s.Begin())
		outcome, _ := run(t, s, orders(4))
		found[outcome]++
	}
	require.Len(t, found, 24)
	for outcome, n := range found {
		require.Greater(t, n, 100, outcome) // of some 208
	}

	again, other := search.NewRandom(1), search.NewRandom(2)
	differ := false
	for range 20 {
		again.Begin()
		other.Begin()
		a, _ := run(t, again, orders(6))
		b, _ := run(t, other, orders(6))
		differ = differ || a != b
	}
	require.True(t, differ, "of another seed")
}

// Time passes seldom, or nothing would be as usual.
func TestRandomIsSeldomSlow(t *testing.T) {
	s := search.NewRandom(1)
	for range 100 {
		s.Begin()
		slow := 0
		run(t, s, func(choose func(schedule.Kind, int) int) string {
			for range 1000 {
				slow += choose(schedule.Slow, 2)
			}
			return ""
		})
		require.LessOrEqual(t, slow, 3)
	}
}

func TestReplay(t *testing.T) {
	want := schedule.Schedule{{At: 1, Kind: schedule.Tie, N: 3, Pick: 2}}
	s := search.NewReplay(want)
	require.True(t, s.Begin())
	outcome, got := run(t, s, orders(4))
	require.Equal(t, "adbc", outcome)
	require.Equal(t, want, got)
	require.False(t, s.Begin(), "once")
}

func TestAReplayThatDoesNotFitIsRefused(t *testing.T) {
	delay := &search.Choice{Kind: schedule.Delay, N: 2, Delays: []int64{1e6, 8e6}, Most: 8e6}
	for _, test := range []struct {
		schedule string
		at       int
		choice   *search.Choice
		want     string
	}{
		{"t0/3=1", 0, &search.Choice{Kind: schedule.Tie, N: 2},
			"choice 0 is an order of timers among 3 in the schedule, and an order of timers among 2 in the program"},
		{"t0/3=1", 0, &search.Choice{Kind: schedule.Own, N: 3},
			"choice 0 is an order of timers among 3 in the schedule, and a choice of the test among 3 in the program"},
		{"t0/3=1", 0, delay, "choice 0 is an order of timers among 3 in the schedule, and a delay in the program"},
		{"d0=9ms", 0, delay, "choice 0 is a delay in the schedule, and one from 1ms to 8ms in the program, not 9ms"},
		{"d0=9ms", 0, &search.Choice{Kind: schedule.Own, N: 3},
			"choice 0 is a delay in the schedule, and a choice of the test among 3 in the program"},
	} {
		parsed, err := schedule.Parse(test.schedule)
		require.NoError(t, err)
		s := search.NewReplay(parsed)
		s.Begin()
		_, err = s.Pick(test.at, test.choice)
		require.EqualError(t, err, test.want)
		attempt := search.NewAttempt(parsed)
		attempt.Begin()
		_, err = attempt.Pick(test.at, test.choice)
		require.NoError(t, err)
		require.NoError(t, attempt.End(1, 0))
	}
	s := search.NewReplay(schedule.Schedule{{At: 7, Kind: schedule.Slow, N: 2, Pick: 1}})
	s.Begin()
	require.EqualError(t, s.End(3, 0), "choice 7 is a time that steps take among 2 in the schedule, and the program makes but 3 choices")
}

// A bug needs three departures among many.
func TestShrink(t *testing.T) {
	needed := map[int]int64{3: 1, 17: 2, 30: 1}
	fails := func(s schedule.Schedule) (schedule.Schedule, bool) {
		n := 0
		for _, d := range s {
			if pick, ok := needed[d.At]; ok && d.Pick >= pick {
				n++
			}
		}
		return s, n == len(needed)
	}
	var s schedule.Schedule
	for at := range 40 {
		s = append(s, schedule.Departure{At: at, Kind: schedule.Tie, N: 5, Pick: 4})
	}
	times := 0
	got := search.Shrink(s, 1000, func(s schedule.Schedule) (schedule.Schedule, bool) {
		times++
		return fails(s)
	})
	require.Equal(t, "t3/5=1.t17/5=2.t30/5=1", got.String())
	require.Less(t, times, 100)

	got = search.Shrink(s, 10, fails)
	require.Less(t, len(got), len(s), "as far as it gets in ten times")
	require.Empty(t, search.Shrink(s, 1000, func(s schedule.Schedule) (schedule.Schedule, bool) { return s, true }))
}

// Whatever the order in which departures lose their use, none that is left can be left out.
func TestShrinkLeavesNoneOut(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	for range 2000 {
		var bugs []map[int]int64 // each needs some departures, with picks that are great enough
		for range 1 + random.IntN(6) {
			bug := map[int]int64{}
			for range 1 + random.IntN(6) {
				bug[random.IntN(8)] = 1 + random.Int64N(4)
			}
			bugs = append(bugs, bug)
		}
		fails := func(s schedule.Schedule) bool {
			return slices.ContainsFunc(bugs, func(bug map[int]int64) bool {
				n := 0
				for _, d := range s {
					if pick, ok := bug[d.At]; ok && d.Pick >= pick && d.Pick < pick+2 {
						n++
					}
				}
				return n == len(bug)
			})
		}
		var s schedule.Schedule
		for at := range 8 {
			s = append(s, schedule.Departure{At: at, Kind: schedule.Tie, N: 7, Pick: 1 + random.Int64N(6)})
		}
		if !fails(s) {
			continue
		}
		s = search.Shrink(s, 1000, func(s schedule.Schedule) (schedule.Schedule, bool) { return s, fails(s) })
		require.True(t, fails(s))
		for i := range s {
			require.False(t, fails(slices.Concat(s[:i], s[i+1:])), "%v without its departure %d", s, i)
		}
	}
}

// A delay that chance has picked becomes one that can be read.
func TestShrinkRoundsDelays(t *testing.T) {
	for _, c := range []struct{ picked, least, most, want time.Duration }{
		{3_718_281, 3_000_001, 4_000_000, 4 * time.Millisecond},
		{3_718_281, 3_500_000, 3_999_999, 3_700 * time.Microsecond},
		{3_718_281, 1, time.Hour, 3 * time.Millisecond},
		{3_718_281, 3_718_281, 3_718_282, 3_718_281},
		{2 * time.Second, time.Second, 3 * time.Second, 2 * time.Second},
	} {
		s := schedule.Schedule{{At: 1, Kind: schedule.Delay, Pick: int64(c.picked)}}
		got := search.Shrink(s, 1000, func(s schedule.Schedule) (schedule.Schedule, bool) {
			return s, len(s) == 1 && int64(c.least) <= s[0].Pick && s[0].Pick <= int64(c.most)
		})
		require.Equal(t, c.want, time.Duration(got[0].Pick), "%v", c)
	}
}
