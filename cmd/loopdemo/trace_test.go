package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// printed is what a program has printed, as its trace has it.
func printed(t *trace.Trace) string {
	var b strings.Builder
	for i, e := range t.Events {
		if e.Kind == trace.Note && e.What == trace.Print {
			b.WriteString(t.Detail(i).Text + "\n")
		}
	}
	return b.String()
}

// traceOf is the trace that the command writes, read again.
func traceOf(t *testing.T, name string) *trace.Trace {
	t.Helper()
	tr, err := trace.ReadJSON(strings.NewReader(succeed(t, "trace", name, "--virtual", "--format", "jsonl")))
	require.NoError(t, err, name)
	return tr
}

// What a program prints is in its trace, and nowhere else.
func TestTracePrints(t *testing.T) {
	for _, name := range demoNames() {
		synctest.Test(t, func(t *testing.T) {
			got := printed(traceOf(t, name))
			if name == "to-thread" {
				got = withoutTimes(got)
			}
			require.Equal(t, golden(t, name), got)
		})
	}
}

// A line that is printed has its place in the step that has printed it.
func TestTracePrintsInOrder(t *testing.T) {
	text := succeed(t, "trace", "gather-tasks", "--virtual")
	var told []string
	for line := range strings.Lines(text) {
		for _, what := range []string{"run #1,", "create Task-", "print: ", "wait for gather", "iteration of 2"} {
			if strings.Contains(line, what) {
				told = append(told, what)
			}
		}
	}
	require.Equal(t, []string{
		"create Task-", "run #1,", "create Task-", "create Task-", "print: ", "wait for gather", "iteration of 2",
	}, told[:7])
}

// The same program gives the same bytes each time, whatever the number of processors.
func TestTraceIsDeterministic(t *testing.T) {
	names := []string{"gather-tasks", "producer-consumer", "wait", "dining", "lost-notify/trap"}
	first := map[string]string{}
	for _, procs := range []int{1, 8} {
		before := runtime.GOMAXPROCS(procs)
		for _, name := range names {
			for _, format := range []string{"text", "jsonl", "perfetto"} {
				got := succeed(t, "trace", name, "--virtual", "--format", format)
				if want, ok := first[name+format]; ok {
					require.Equal(t, want, got, name)
				}
				first[name+format] = got
			}
		}
		runtime.GOMAXPROCS(before)
	}
}

func TestTraceSeed(t *testing.T) {
	seven := succeed(t, "trace", "wait", "--virtual", "--seed", "7")
	require.Equal(t, seven, succeed(t, "trace", "wait", "--virtual", "--seed", "7"))
	require.NotEqual(t, seven, succeed(t, "trace", "wait", "--virtual"))
}

// On the loop's clock nothing takes any time in virtual time; on that of steps everything does.
func TestTraceClock(t *testing.T) {
	lasting := func(args ...string) (n int) {
		var file struct {
			TraceEvents []struct {
				Ph  string
				Dur float64
			}
		}
		args = append([]string{"trace", "gather-tasks", "--virtual", "--format", "perfetto"}, args...)
		require.NoError(t, json.Unmarshal([]byte(succeed(t, args...)), &file))
		for _, e := range file.TraceEvents {
			if e.Ph == "X" && e.Dur >= 1 {
				n++
			}
		}
		return n
	}
	require.Positive(t, lasting())
	require.Equal(t, lasting(), lasting("--clock", "steps"))
	require.Less(t, lasting("--clock", "loop"), lasting())
}

func TestTraceIntoFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace.jsonl")
	require.Empty(t, succeed(t, "trace", "hello", "--virtual", "--format", "jsonl", "-o", file))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, succeed(t, "trace", "hello", "--virtual", "--format", "jsonl"), string(text))

	for _, args := range [][]string{{"trace", "hello", "-o"}, {"timeline", "hello", "--svg"}} {
		_, stderr, status := loopdemo(t, append(args, filepath.Join(file, "not-there"))...)
		require.Equal(t, 1, status)
		require.Contains(t, stderr, "loopdemo: the output cannot be written: ")
	}
}

// The trace of a program that fails is written as well.
func TestTraceOfFailure(t *testing.T) {
	boom := errors.New("boom")
	out := tempFile(t)
	r := &recording{demo: demos.Demo{Name: "bad", Run: func(_ *rand.Rand, opts ...loop.Option) error {
		_, _ = os.Stdout.WriteString("begun\nnot ended")
		return boom
	}}}
	err := writeTrace(r, traceFormat{}, "", out)
	require.EqualError(t, err, "bad: boom")
	require.Equal(t, 1, exitStatus(err))
	text := readAll(t, out)
	require.Contains(t, text, "print: begun\n")
	require.Contains(t, text, "print: not ended\n")
}

// The standard output is given back, and nothing is left behind.
func TestCapture(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("TMP", os.Getenv("TMPDIR"))
	real := os.Stdout
	var lines []string
	c, err := captureStdout(func(task uint32, line string) { lines = append(lines, string(rune('0'+task))+line) })
	require.NoError(t, err)
	c.take(1)
	for _, text := range []string{"a\nb", "c\r\n", "\n", strings.Repeat("x", 10_000) + "\nend"} {
		_, err := os.Stdout.WriteString(text)
		require.NoError(t, err)
		c.take(2)
	}
	c.end()
	c.end()
	c.take(3)
	require.Equal(t, []string{"2a", "2bc", "2", "2" + strings.Repeat("x", 10_000), "0end"}, lines)
	require.Same(t, real, os.Stdout)
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestTimelineCommand(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	for _, name := range everyProgram() {
		for _, width := range []string{"", "40", "120"} {
			args := []string{"timeline", name}
			if width != "" {
				args = append(args, "--width", width)
			}
			got := succeed(t, args...)
			require.NotContains(t, got, "\x1b", name)
			require.Contains(t, got, "█ runs", name)
		}
	}
	require.Equal(t, `iteration   1    2    3  5 7 8
time       0 s        3 s 10 s
main       ░███●─────┄───┄───░█●●✓
Task-2       ░░░░█───┄░█✓
Task-3        ░░░░░█─┄───┄░█✓

░ ready  █ runs  ● prints  ─ waits  ┄ the loop sleeps  ✓ ended
`, succeed(t, "timeline", "gather-tasks"))

	file := filepath.Join(t.TempDir(), "a.svg")
	require.Empty(t, succeed(t, "timeline", "gather-tasks", "--svg", file))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(text, []byte("<svg ")))
}

// Beside what is printed stands what the loop does; what is printed is the same.
func TestRunTrace(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	for _, name := range demoNames() {
		inBubble(t, name, func(t *testing.T) {
			for _, clock := range []string{"--virtual", "--seed=1"} {
				var lines strings.Builder
				for line := range strings.Lines(succeed(t, "run", name, "--trace", clock)) {
					if line, ok := strings.CutPrefix(line, "  │"); ok {
						lines.WriteString(strings.TrimPrefix(line, " "))
					}
				}
				require.Equal(t, withoutTimes(golden(t, name)), withoutTimes(lines.String()), name)
			}
		})
	}
	require.True(t, strings.HasPrefix(succeed(t, "run", "gather-tasks", "--trace", "--virtual", "--width", "60"), `Iteration 1, at 0 s
  main begins because it is the first in the queue.
  │ Start: 00:00:00
Iteration 2, at 0 s
  Task-2 begins because main created it, and its turn has
    come.
`))
	require.Contains(t, succeed(t, "run", "hello", "wait", "--trace", "--virtual"), "\n\n== wait\nIteration 1, at 0 s\n")
}
