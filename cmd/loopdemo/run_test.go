package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/loop"
)

// Each demo prints what it should, in virtual time. The bubble is for to-thread,
// which really sleeps.
func TestVirtualTime(t *testing.T) {
	for _, name := range demoNames() {
		synctest.Test(t, func(t *testing.T) {
			got := succeed(t, "run", name, "--virtual")
			if name == "to-thread" {
				got = withoutTimes(got)
			}
			if *update {
				require.NoError(t, os.WriteFile(goldenFile(name), []byte(got), 0o644))
			}
			require.Equal(t, golden(t, name), got, name)
		})
	}
}

// On a real clock each prints the same, but for the time of day.
func TestRealTime(t *testing.T) {
	for _, name := range demoNames() {
		inBubble(t, name, func(t *testing.T) {
			got := succeed(t, "run", name, "--seed", "1")
			require.Equal(t, withoutTimes(golden(t, name)), withoutTimes(got), name)
		})
	}
}

// inBubble runs a test of a demo where time costs nothing. For those that have sockets on a real clock it would
// stand still there.
func inBubble(t *testing.T, name string, test func(t *testing.T)) {
	if slices.Contains([]string{"echo", "chat", "http"}, name) {
		test(t)
	} else {
		synctest.Test(t, test)
	}
}

func TestTimePasses(t *testing.T) {
	seconds := map[string]float64{
		"hello": 0, "sequential": 0, "concurrent": 0.3, "as-completed": 0.3, "to-thread": 2,
		"create-task": 0.2, "gather": 0.1, "gather-errors": 0, "gather-fails": 0.3,
		"task-name": 0.1, "task-object": 3, "gather-tasks": 10, "as-completed-tasks": 10,
		"fire-and-forget": 0, "task-group": 0.2, "event": 0.1, "rate-limit": 0.5, "barrier": 0.6,
		"producer-consumer": 0.5, "dining": 0.7,
	}
	for name, want := range seconds {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			succeed(t, "run", name)
			require.InDelta(t, want, time.Since(begin).Seconds(), 1e-3, name)
		})
	}
}

// All demos at once.
func TestRunAll(t *testing.T) {
	var got string
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		got = succeed(t, "run", "--all", "--virtual")
		require.Equal(t, 2*time.Second, time.Since(begin), "only to-thread sleeps, in a thread")
	})
	var want []string
	for _, name := range demoNames() {
		want = append(want, "== "+name+"\n"+golden(t, name))
	}
	blocks := strings.SplitAfter(got, "\n\n== ")
	require.Len(t, blocks, len(want))
	threads := slices.Index(demoNames(), "to-thread")
	blocks[threads] = withoutTimes(blocks[threads])
	require.Equal(t, strings.Join(want, "\n"), strings.Join(blocks, ""))
}

// No bubble: all demos but the one that would sleep.
func TestRunWithoutBubble(t *testing.T) {
	names := slices.DeleteFunc(demoNames(), func(name string) bool { return name == "to-thread" })
	got := succeed(t, slices.Concat([]string{"run"}, names, []string{"--virtual"})...)
	var want []string
	for _, name := range names {
		want = append(want, "== "+name+"\n"+golden(t, name))
	}
	require.Equal(t, strings.Join(want, "\n"), got)
}

func TestRunSeveral(t *testing.T) {
	require.Equal(t, "== hello\nhello\n\n== gather-errors\n[1, ValueError('boom')]\n\n== hello\nhello\n",
		succeed(t, "run", "hello", "gather-errors", "hello", "--virtual"))
}

// The seed decides the random demos. Without one they differ from run to run, but
// not in virtual time.
func TestSeed(t *testing.T) {
	for _, name := range []string{"gather-groups", "cancel-group", "wait"} {
		synctest.Test(t, func(t *testing.T) {
			seven := succeed(t, "run", name, "--virtual", "--seed", "7")
			require.Equal(t, seven, succeed(t, "run", name, "--virtual", "--seed=7"))
			require.Equal(t, seven, succeed(t, "run", name, "--seed", "7"))
			require.NotEqual(t, seven, succeed(t, "run", name, "--virtual", "--seed", "8"))

			without := succeed(t, "run", name, "--virtual")
			require.Equal(t, without, succeed(t, "run", name, "--virtual"))
			require.NotEqual(t, succeed(t, "run", name), succeed(t, "run", name))

			// It does not matter what else is run.
			require.Equal(t, "== hello\nhello\n\n== "+name+"\n"+seven,
				succeed(t, "run", "hello", name, "--virtual", "--seed", "7"))
		})
	}
}

var groups = []int{5, 3, 9} // members of each

// members are the tags of a group.
func members(group int) []string {
	var tags []string
	for i := range groups[group-1] {
		tags = append(tags, fmt.Sprintf("group %d.%d", group, i+1))
	}
	return tags
}

func TestGatherGroupsWhateverTheSeed(t *testing.T) {
	tags := slices.Concat(members(1), members(2), members(3))
	for seed := range 40 {
		lines := runSeeded(t, "gather-groups", seed)
		require.Equal(t, tags, tagged(lines[:17], "> "))
		require.ElementsMatch(t, tags, tagged(lines[17:34], "< "))
		require.Equal(t, tags, quoted(lines[34:]))
	}
}

func TestCancelGroupWhateverTheSeed(t *testing.T) {
	others := slices.Concat(members(1), members(3))
	for seed := range 40 {
		lines := runSeeded(t, "cancel-group", seed)
		require.Equal(t, slices.Concat(members(1), members(2), members(3)), tagged(lines[:17], "> "))
		for i, tag := range members(2) {
			require.Equal(t, "x "+tag+" canceled", lines[17+i])
		}
		require.ElementsMatch(t, others, tagged(lines[20:34], "< "))
		require.Equal(t, others, quoted(lines[34:]))
		require.Equal(t, " CancelledError(),", lines[35])
	}
}

func TestWaitWhateverTheSeed(t *testing.T) {
	const nothingLeft = 466 // a seed with which all are done in two seconds
	for seed := range 40 {
		if seed == 0 {
			seed = nothingLeft
		}
		lines := runSeeded(t, "wait", seed)
		require.Equal(t, seed == nothingLeft, slices.Contains(lines, "unfinished2: 0"))
		require.Equal(t, "Get first result:", lines[0])
		require.Equal(t, "unfinished: 9", lines[2])
		require.Equal(t, "Get more results in 2 seconds:", lines[3])
		unfinished := slices.IndexFunc(lines, func(s string) bool { return strings.HasPrefix(s, "unfinished2: ") })
		require.Equal(t, "Get all other results:", lines[unfinished+1])
		second, third := lines[4:unfinished], lines[unfinished+2:]
		require.Equal(t, "unfinished2: "+strconv.Itoa(len(third)), lines[unfinished])
		require.True(t, slices.IsSortedFunc(second, numerically), "in the order of the tasks")
		require.True(t, slices.IsSortedFunc(third, numerically), "in the order of the tasks")
		require.ElementsMatch(t, strings.Fields("1 2 3 4 5 6 7 8 9 10"), slices.Concat(lines[1:2], second, third))
	}
}

func runSeeded(t *testing.T, name string, seed int) []string {
	t.Helper()
	out := succeed(t, "run", name, "--virtual", "--seed", strconv.Itoa(seed))
	return strings.Split(strings.TrimSuffix(out, "\n"), "\n")
}

// tagged are the lines without what each must begin with.
func tagged(lines []string, mark string) []string {
	var tags []string
	for _, line := range lines {
		tag, ok := strings.CutPrefix(line, mark)
		if !ok {
			tag = "not " + mark + ": " + line
		}
		tags = append(tags, tag)
	}
	return tags
}

var quotedText = regexp.MustCompile(`'([^']*)'`)

// quoted are the strings in the lines, in order.
func quoted(lines []string) []string {
	var texts []string
	for _, m := range quotedText.FindAllStringSubmatch(strings.Join(lines, "\n"), -1) {
		texts = append(texts, m[1])
	}
	return texts
}

func numerically(a, b string) int {
	x, _ := strconv.Atoi(a)
	y, _ := strconv.Atoi(b)
	return x - y
}

// A demo that fails ends the run, and its name is in the error.
func TestDemoFails(t *testing.T) {
	boom := errors.New("boom")
	ran := 0
	fake := func(name string, err error) demos.Demo {
		return demos.Demo{Name: name, Run: func(*rand.Rand, ...loop.Option) error { ran++; return err }}
	}
	err := runDemos(io.Discard, []demos.Demo{fake("good", nil), fake("bad", boom), fake("never", nil)}, 1, nil, runPlainly)
	require.EqualError(t, err, "bad: boom")
	require.ErrorIs(t, err, boom)
	require.Equal(t, 2, ran)

	require.Equal(t, 0, exitStatus(nil))
	require.Equal(t, 1, exitStatus(err))
	require.Equal(t, 2, exitStatus(boom))
	err = runDemos(io.Discard, []demos.Demo{fake("long", loop.ErrKeyboardInterrupt)}, 1, nil, runPlainly)
	require.Equal(t, 130, exitStatus(err))
}
