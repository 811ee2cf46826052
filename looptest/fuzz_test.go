package looptest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/looptest"
)

// deep fails if seven picks of six are all the right ones: one schedule in 280,000. A pick that
// is right leads to other lines than one that is not, which is how a fuzzer gets there.
func deep(t *looptest.T, co *coro.Co) error {
	for level := range 7 {
		first, err := firstOfSix(co)
		if err != nil {
			return err
		}
		if !rightAt(level, first) {
			return nil
		}
	}
	t.Fatal("deep down")
	return nil
}

// firstOfSix is which of six timers with one deadline comes first.
func firstOfSix(co *coro.Co) (first int, err error) {
	first = -1
	err = coro.Group(co, func(g *coro.TaskGroup) error {
		for i := range 6 {
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				err := coro.Sleep(co, time.Second)
				if first < 0 {
					first = i
				}
				return err
			}))
		}
		return nil
	})
	return first, err
}

// rightAt has lines of its own for each level: a loop would be the same lines again.
func rightAt(level, pick int) bool {
	switch {
	case level == 0 && pick == 3:
		return true
	case level == 1 && pick == 1:
		return true
	case level == 2 && pick == 4:
		return true
	case level == 3 && pick == 5:
		return true
	case level == 4 && pick == 2:
		return true
	case level == 5 && pick == 3:
		return true
	case level == 6 && pick == 5:
		return true
	}
	return false
}

// FuzzDeep passes by the usual schedule. The fuzzer finds the one that fails in seconds:
//
//	go test -run '^$' -fuzz '^FuzzDeep$' -fuzztime 60s -fuzzminimizetime 10x ./looptest
//
// What it then writes to testdata/fuzz fails in go test as well, and is to be removed again.
func FuzzDeep(f *testing.F) { looptest.Fuzz(f, deep, looptest.SlowSteps(false)) }

// fuzzOne is Fuzz with one input, observed.
func fuzzOne(t *testing.T, bytes string, main looptest.Main, opts ...looptest.Option) *recorded {
	t.Helper()
	return observe(t, func(tb testing.TB) { looptest.OneInput(tb, []byte(bytes), main, opts...) })
}

// Bytes that fail are told as a schedule that needs no fuzzer, and no more picks than it takes.
func TestFuzzFails(t *testing.T) {
	r := fuzzOne(t, "\x08\x01", transfers(false), looptest.SlowSteps(false))
	require.Empty(t, r.errors)
	r = fuzzOne(t, "\x03\xff\x07", transfers(false), looptest.SlowSteps(false))
	require.Len(t, r.errors, 1)
	for _, want := range []string{
		"expected: 80",
		"looptest: the run of the fuzzer's bytes \"\\x03\\xff\\a\" fails, with 2 departures from the usual schedule; 1 is enough\n",
		"replay:   go test -run '^TestFuzzFails$/^seed#0$' -looptest.schedule='d0=",
	} {
		require.Contains(t, r.errors[0], want)
	}
}

// All that fuzzing is for: each pick takes one byte, in the order in which the program comes to
// them.
func TestFuzzDeep(t *testing.T) {
	picks := ""
	for _, pick := range []string{"\x03", "\x01", "\x04", "\x05", "\x02", "\x03", "\x05"} {
		require.Empty(t, fuzzOne(t, picks, deep, looptest.SlowSteps(false)).errors, "after %q", picks)
		picks += pick + "\x00\x00\x00\x00" // the order of the other five
	}
	r := fuzzOne(t, picks, deep, looptest.SlowSteps(false))
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], "deep down")
	require.Contains(t, r.errors[0], "fails, with 7 departures from the usual schedule; 7 are enough\n")
	require.Contains(t, r.errors[0], fmt.Sprintf("'t0/6=3.t%d/6=1.t%d/6=4.t%d/6=5.t%d/6=2.t%d/6=3.t%d/6=5'", 5, 10, 15, 20, 25, 30))
}
