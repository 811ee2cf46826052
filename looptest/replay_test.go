package looptest_test

import (
	"errors"
	"flag"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/looptest"
)

// withFlag sets a flag of the package for the rest of the test.
func withFlag(t *testing.T, name, value string) {
	t.Helper()
	before := flag.Lookup(name).Value.String()
	require.NoError(t, flag.Set(name, value))
	t.Cleanup(func() { require.NoError(t, flag.Set(name, before)) })
}

// head is what a report says before it says how the failure was found.
var head = regexp.MustCompile(`(?s)^(.*?)\nlooptest: .*?replay: +(\S.*?)\nhash: +(\w+)`)

func TestAFailureIsReplayed(t *testing.T) {
	r, result := explore(t, transfers(false))
	found := head.FindStringSubmatch(r.text())
	require.Equal(t, "go test -run '^TestAFailureIsReplayed$' -looptest.schedule='"+result.Schedule+"'", found[2])

	withFlag(t, "looptest.schedule", result.Schedule)
	again, second := explore(t, transfers(false))
	require.Contains(t, again.text(), found[1], "the same failure")
	require.Contains(t, again.text(), "hash:     "+found[3])
	require.Equal(t, result.Hash, second.Hash)
	require.Equal(t, result.Schedule, second.Schedule)
	require.Equal(t, 1, second.Runs)
}

func TestAScheduleOfAnotherTestIsRefused(t *testing.T) {
	for given, want := range map[string]string{
		"t0/3=1": "looptest: the schedule t0/3=1 is of another test, or of another version of it: " +
			"choice 0 is an order of timers among 3 in the schedule, and a time that steps take among 2 in the program",
		"s90/2=1": "looptest: the schedule s90/2=1 is of another test, or of another version of it: " +
			"choice 90 is a time that steps take among 2 in the schedule, and the program makes but 6 choices",
		"d1=9ms": "looptest: the schedule d1=9ms is of another test, or of another version of it: " +
			"choice 1 is a delay in the schedule, and one from 1ms to 8ms in the program, not 9ms",
		"nonsense": `looptest: "nonsense" is no schedule: "n" is not a kind of choice that this version has`,
	} {
		withFlag(t, "looptest.schedule", given)
		r, _ := explore(t, transfers(false))
		require.Equal(t, []string{want}, r.errors)
	}
}

func TestAScheduleThatPassesIsSaidToPass(t *testing.T) {
	withFlag(t, "looptest.schedule", "s0/2=1")
	r, _ := explore(t, transfers(true))
	require.Empty(t, r.errors)
	require.Equal(t, []string{"looptest: the schedule s0/2=1 passes"}, r.logs)
}

// A test with several explorations says which one a schedule is for.
func TestTheSecondExploration(t *testing.T) {
	two := func(tb testing.TB) {
		looptest.Explore(tb, transfers(true))
		looptest.Explore(tb, transfers(false))
	}
	r := observe(t, two)
	found := head.FindStringSubmatch(r.text())
	require.Regexp(t, `-looptest.schedule='#2:[^']+'$`, found[2])

	withFlag(t, "looptest.schedule", regexp.MustCompile(`'(#2:.*)'`).FindStringSubmatch(found[2])[1])
	again := observe(t, two)
	require.Contains(t, again.text(), found[1])
	require.Equal(t, []string{"looptest: not run: the schedule that was given is for exploration 2 of the test"}, again.logs)
}

func TestTheEnvironmentIsAsGoodAsAFlag(t *testing.T) {
	t.Setenv("LOOPTEST_RUNS", "7")
	_, result := explore(t, transfers(true))
	require.Equal(t, 7, result.Runs)
	withFlag(t, "looptest.runs", "5")
	_, result = explore(t, transfers(true))
	require.Equal(t, 5, result.Runs)
	t.Setenv("LOOPTEST_SEED", "two")
	require.PanicsWithValue(t, `looptest: "two" for -looptest.seed or LOOPTEST_SEED, which is to be a number, or now`,
		func() { looptest.Run(t, transfers(true)) })
}

// A bug that needs six choices of twelve is found by chance alone, and then all the same by its
// shortest schedule.
func TestRandomAlone(t *testing.T) {
	main := func(t *looptest.T, _ *coro.Co) error {
		n := 0
		for range 12 {
			n += t.Choose("bit", 2)
		}
		if n == 6 || n == 1 && t.Choose("last", 2) == 1 {
			return errors.New("found")
		}
		return nil
	}
	_, result := explore(t, main)
	require.Equal(t, 25, result.Runs)
	withFlag(t, "looptest.random", "true")
	r, result := explore(t, main)
	require.Less(t, result.Runs, 10)
	require.Contains(t, r.text(), "; 2 are enough\n")
}

func TestAProgramThatIsNotTheSameEachTime(t *testing.T) {
	kept := 0
	r, _ := explore(t, func(t *looptest.T, co *coro.Co) error {
		kept++
		if kept == 3 {
			return nil // which makes no choice
		}
		t.Choose("a", 2)
		t.Choose("b", 2)
		return nil
	})
	require.Equal(t, []string{"looptest: run 3 does not do the same as one before it with the same schedule: " +
		"choice 1 is a choice of the test among 2 in the schedule, and the program makes but 0 choices.\n" +
		"Something else decides what the program does: time.Now, chance, the order of a range over a map, a goroutine, " +
		"or what is kept from one run to the next."}, r.errors)

	kept = 0
	r, _ = explore(t, func(t *looptest.T, co *coro.Co) error {
		kept++
		if kept > 1 {
			t.Choose("a", 2)
		}
		return nil
	})
	require.Equal(t, []string{"looptest: the usual schedule does not do the same a second time: 1 choices, and 0 the first time.\n" +
		"Something is kept from one run to the next."}, r.errors)

	kept = 0
	r, _ = explore(t, func(t *looptest.T, co *coro.Co) error {
		kept++
		require.NotEqual(t, 2, kept)
		return coro.Sleep(co, time.Second*time.Duration(t.Choose("a", 2)))
	})
	require.Contains(t, r.text(), "has failed, and does not when it is run again: something else decides what the program does")
}
