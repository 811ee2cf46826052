package aligned_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/museum"
	"github.com/ouro-loop/ouro/trace"
	"github.com/ouro-loop/ouro/trace/explain"
)

func programs(t *testing.T) []aligned.Program {
	t.Helper()
	all := demos.All()
	for _, e := range museum.All() {
		all = append(all, e.TrapProgram, e.CureProgram)
	}
	programs := make([]aligned.Program, len(all))
	for i, d := range all {
		var err error
		programs[i], err = aligned.Of(d)
		require.NoError(t, err)
	}
	return programs
}

// Every program is recorded, and no other.
func TestNoneForgotten(t *testing.T) {
	var want, got []string
	for _, p := range programs(t) {
		want = append(want, aligned.FileOf(p.Name))
	}
	entries, err := os.ReadDir("runs")
	require.NoError(t, err)
	for _, e := range entries {
		got = append(got, e.Name())
	}
	require.ElementsMatch(t, want, got)

	_, err = aligned.Load("gathr")
	require.ErrorIs(t, err, aligned.ErrNotRecorded)
	require.ErrorContains(t, err, "gathr")
}

// At what happens, both sources have a line that can do it.
func TestLinesAreThoseThatDoIt(t *testing.T) {
	tests := []struct {
		name     string
		is       func(m aligned.Moment) bool
		inGo     *regexp.Regexp
		inPython *regexp.Regexp
	}{
		{
			"print", func(m aligned.Moment) bool { return m.Kind == trace.Note && m.What == trace.Print },
			regexp.MustCompile(`Print|py\.|return`), regexp.MustCompile(`print\(|asyncio\.run\(`), // it can be deferred, or a callback
		},
		{
			"sleep", func(m aligned.Moment) bool { return m.Kind == trace.Await && m.What == trace.Sleep },
			regexp.MustCompile(`Sleep`), regexp.MustCompile(`sleep\(`),
		},
		{
			"a task", func(m aligned.Moment) bool { return m.Kind == trace.Await && m.What == trace.OnTask },
			regexp.MustCompile(`Await|Join`), regexp.MustCompile(`await`),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			for _, p := range programs(t) {
				rec, err := aligned.Load(p.Name)
				require.NoError(t, err)
				goLines, pythonLines := strings.Split(p.Go.Text, "\n"), strings.Split(p.Python.Text, "\n")
				for i, m := range rec.Moments {
					if !tt.is(m) || m.Go == 0 || m.Python == 0 {
						continue
					}
					n++
					require.Regexp(t, tt.inGo, goLines[m.Go-1], "%s, event %d, line %d", p.Name, i, m.Go)
					require.Regexp(t, tt.inPython, pythonLines[m.Python-1], "%s, event %d, line %d", p.Name, i, m.Python)
				}
			}
			require.Greater(t, n, 10)
		})
	}
}

// A recording is the same wherever it is made.
func TestNoDirectories(t *testing.T) {
	for _, p := range programs(t) {
		rec, err := aligned.Load(p.Name)
		require.NoError(t, err)
		for _, m := range rec.Moments {
			require.NotRegexp(t, `[/\\]\w+\.go:`, m.Detail.Text+m.Detail.Site, p.Name)
		}
	}
}

// One run in full: the lines of each, in Go and in Python.
func TestLinesOfARun(t *testing.T) {
	rec, err := aligned.Load("fire-and-forget")
	require.NoError(t, err)
	type line struct {
		task         uint32
		inGo, python int
	}
	var got []line
	for _, m := range rec.Moments {
		if l := (line{m.Task, m.Go, m.Python}); len(got) == 0 || got[len(got)-1] != l {
			got = append(got, l)
		}
	}
	require.Equal(t, []line{
		{0, 14, 4}, {0, 23, 10}, {0, 33, 17}, // the functions, and Run
		{1, 24, 11}, {1, 25, 12}, {1, 26, 13}, // main creates the task, and gives way
		{0, 33, 17}, {2, 15, 5}, {2, 16, 6}, // child
		{1, 26, 13}, {1, 29, 14}, {1, 30, 14}, // main returns
		{0, 33, 17}, {2, 16, 6}, {2, 17, 6}, {0, 33, 17}, // child is canceled
		{3, 0, 0}, {0, 33, 17}, {4, 0, 0}, {0, 33, 17}, // of the cleanup
	}, got)
	require.Equal(t, map[int]int{14: 4, 23: 10, 33: 17, 24: 11, 25: 12, 26: 13, 15: 5, 16: 6, 29: 14, 30: 14, 17: 6}, rec.Counterparts())
}

// What package explain is told of a run.
func TestOptions(t *testing.T) {
	rec, err := aligned.Load("producer-consumer")
	require.NoError(t, err)
	o := rec.Options()
	var spawned, args []string
	for i, m := range rec.Moments {
		require.Equal(t, m.Python, o.Python(i))
		if m.Kind == trace.Spawn {
			spawned = append(spawned, o.Function(trace.Task{ID: uint32(m.Object)}))
			args = append(args, m.Args...)
		}
	}
	require.Equal(t, []string{"main", "consume", "consume", "shutdown_asyncgens", "shutdown_default_executor"}, spawned)
	require.Equal(t, []string{"'Ann'", "0.1", "'Bob'", "0.25"}, args)
	require.Zero(t, o.Python(len(rec.Moments)))
}

// The trace of a recording tells a story, with the lines in both languages.
func TestTrace(t *testing.T) {
	for _, p := range programs(t) {
		rec, err := aligned.Load(p.Name)
		require.NoError(t, err)
		tr := rec.Trace()
		require.Len(t, tr.Events, len(rec.Moments))
		for i, m := range rec.Moments {
			require.Equal(t, m.Event, tr.Events[i])
			require.Equal(t, m.Detail, tr.Detail(i))
		}
		story := rec.Story()
		require.NotEmpty(t, story.Steps, p.Name)
	}

	rec, err := aligned.Load("fire-and-forget")
	require.NoError(t, err)
	var printed []explain.At
	story := rec.Story()
	for _, o := range story.Output {
		printed = append(printed, *story.Steps[o.Step].At)
	}
	require.Equal(t, []explain.At{{Task: 0, Go: 25, Python: 12}, {Task: 1, Go: 15, Python: 5}, {Task: 0, Go: 29, Python: 14}}, printed)
	require.Equal(t, []explain.Task{{Name: "main", Func: "main"}, {Name: "Task-2", Func: "child"}}, story.Tasks[:2])
}

func TestEncode(t *testing.T) {
	rec, err := aligned.Load("wait")
	require.NoError(t, err)
	require.Len(t, rec.Numbers, 10)
	b, err := rec.Encode()
	require.NoError(t, err)
	again, err := rec.Encode()
	require.NoError(t, err)
	require.Equal(t, b, again)
	decoded, err := aligned.Decode(b)
	require.NoError(t, err)
	require.Equal(t, rec, decoded)

	_, err = aligned.Decode([]byte("nothing"))
	require.Error(t, err)
}
