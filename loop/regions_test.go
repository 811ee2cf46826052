package loop_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	rtrace "runtime/trace"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

func regionsNap(co *coro.Co) error { return coro.Sleep(co, time.Second) }

func regionsCallback() { panic("in a callback") }

// TestRegions reads an execution trace back: each step of a task is a region of the task's,
// and regions begin and end on one goroutine.
func TestRegions(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds go tool trace")
	}
	if rtrace.IsEnabled() {
		t.Skip("somebody else takes a trace")
	}
	var trace bytes.Buffer
	require.NoError(t, rtrace.Start(&trace))
	var reports testkit.Trace
	l := newLoop(t, loop.Regions(true), reports.Handler())
	l.CallSoon(regionsCallback)
	task := coro.CreateTask(l, coro.Do(regionsNap), coro.Name("napper"))
	coro.CreateTask(l, coro.Do(regionsNap), coro.Quiet())
	require.NoError(t, l.AdvanceTo(time.Second/2))
	l.SetRegions(false)
	l.CallSoon(func() {}) // is in no region
	require.NoError(t, l.Step())
	l.SetRegions(true)
	require.NoError(t, l.AdvanceTo(time.Second))
	l.SetRegions(false) // which ends no task again
	rtrace.Stop()
	require.True(t, task.Done())
	require.Len(t, reports, 1)

	file := filepath.Join(t.TempDir(), "trace")
	require.NoError(t, os.WriteFile(file, trace.Bytes(), 0o600))
	out, err := exec.Command("go", "tool", "trace", "-d=parsed", file).CombinedOutput()
	if _, missing := err.(*exec.Error); missing {
		t.Skip(err)
	}
	require.NoError(t, err, "%s", out)
	var got []string
	goroutines := map[string]bool{}
	event := regexp.MustCompile(`(?m) (G=\d+) (?:(RegionBegin|RegionEnd) Time=\d+ (Task=\d+) Type="(.*)"|(TaskBegin|TaskEnd) Time=\d+ (ID=\d+)|(Log) Time=\d+ (Task=\d+) .*Message="(.*)")`)
	for _, e := range event.FindAllStringSubmatch(string(out), -1) {
		goroutines[e[1]] = true
		what := strings.Join(strings.Fields(strings.Join(e[2:], " ")), " ")
		got = append(got, strings.ReplaceAll(what, "github.com/ouro-loop/ouro/loop_test.", ""))
	}
	require.Len(t, goroutines, 1, "regions begin and end on the loop's goroutine")
	require.Equal(t, []string{
		"RegionBegin Task=0 regionsCallback()", "RegionEnd Task=0 regionsCallback()",
		"TaskBegin ID=1", "Log Task=1 napper", "RegionBegin Task=1 regionsNap", "RegionEnd Task=1 regionsNap",
		"TaskBegin ID=2", "Log Task=2 Task-1", "RegionBegin Task=2 regionsNap", "RegionEnd Task=2 regionsNap",
		"TaskEnd ID=1", "TaskEnd ID=2", // regions are off
		"RegionBegin Task=0 coro.sleeper", "RegionEnd Task=0 coro.sleeper",
		"RegionBegin Task=0 coro.sleeper", "RegionEnd Task=0 coro.sleeper",
		"TaskBegin ID=3", "Log Task=3 napper", "RegionBegin Task=3 regionsNap", "RegionEnd Task=3 regionsNap", "TaskEnd ID=3",
		"TaskBegin ID=4", "Log Task=4 Task-1", "RegionBegin Task=4 regionsNap", "RegionEnd Task=4 regionsNap", "TaskEnd ID=4",
	}, got)
}

// A region ends whatever the entry does, and without a trace there is none.
func TestRegionsWithoutTrace(t *testing.T) {
	var got testkit.Trace
	l := newLoop(t, loop.Regions(true), loop.Debug(true), got.Handler())
	l.CallSoon(func() { panic("boom") })
	coro.CreateTask(l, coro.Do(func(*coro.Co) error {
		got.At(l, "step")
		return nil
	}))
	require.NoError(t, l.Step(loop.MaxEntries(2)))
	require.Equal(t, "0s step", got[1])
	require.Contains(t, got[0], "panic: boom")
}
