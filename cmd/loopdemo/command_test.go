package main

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
)

func TestWrongCommandLines(t *testing.T) {
	tests := []struct {
		args string
		want []string // on the standard error
	}{
		{"run", []string{"--all", "loopdemo list"}},
		{"run hello --all", []string{"not both"}},
		{"run hello typo", []string{`unknown demo "typo"; see loopdemo list and loopdemo museum`}},
		{"run gathr", []string{`did you mean "gather"?`}},
		{"run Hello", []string{`did you mean "hello"?`}},
		{"run as_completed", []string{`did you mean "as-completed"?`}},
		{"run wiat fire", []string{`"wiat": did you mean "wait"?`, `"fire": did you mean "fire-and-forget"?`}},
		{"run completed-tasks", []string{`did you mean "as-completed-tasks"?`}},
		{"run -- --all", []string{`unknown demo "--all"; see loopdemo list`}},
		{"run --fast", []string{"unknown flag: --fast"}},
		{"run lost-resutl", []string{`unknown demo "lost-resutl": did you mean "lost-result"?`}},
		{"run lost-result/trp", []string{`did you mean "lost-result/trap"?`}},
		{"run lost-result/both", []string{`unknown demo "lost-result/both"`}},
		{"show", []string{"the name of one demo"}},
		{"show hello wait", []string{"the name of one demo"}},
		{"show hallo", []string{`unknown demo "hallo": did you mean "hello"?`}},
		{"list hello", []string{`"hello"`}},
		{"lst", []string{`unknown command "lst": did you mean "list"?`}},
		{"gather", []string{`unknown command "gather": did you mean "run gather"?`}},
		{"lost-result", []string{`unknown command "lost-result": did you mean "museum lost-result"?`}},
		{"lost-result/cure", []string{`did you mean "run lost-result/cure"?`}},
		{"museum lost-resutl", []string{`unknown exhibit "lost-resutl": did you mean "lost-result"?`}},
		{"museum lost-result/trp", []string{`did you mean "lost-result/trap"?`}},
		{"museum hello", []string{`unknown exhibit "hello"; see loopdemo museum`}},
		{"museum lost-result lost-update", []string{"the name of one exhibit"}},
		{"museum --width wide", []string{"--width takes a whole number from 0 to 65535"}},
		{"show lost-result --runnable", []string{"lost-result/trap or lost-result/cure"}},
		{"explain", []string{"explain takes the name of one demo", "loopdemo museum"}},
		{"explain hello wait", []string{"the name of one demo"}},
		{"explain lost-result", []string{"explain takes one program: lost-result/trap or lost-result/cure"}},
		{"explain hallo", []string{`unknown demo "hallo": did you mean "hello"?`}},
		{"explain hello --color red", []string{`--color takes auto, always or never: "red" is none of them`}},
		{"timeline", []string{"timeline takes the name of one demo"}},
		{"timeline hello --svg x.svg --width 3", []string{"--width or --svg, not both"}},
		{"trace", []string{"trace takes the name of one demo"}},
		{"trace hello --format xml", []string{`--format takes text, jsonl or perfetto: "xml" is none of them`}},
		{"trace hello --clock steps", []string{"--clock only with --format perfetto"}},
		{"trace hello --format perfetto --clock sun", []string{"--clock takes steps or loop"}},
		{"run hello --width 30", []string{"only with --trace"}},
		{"kubernetes", []string{`unknown command "kubernetes"; see loopdemo help`}},
		{"help shwo", []string{`unknown command "shwo": did you mean "show"?`}},
		{"--virtual", []string{"unknown flag"}},
		{"serve gather", []string{`"gather"`}},
		{"serve --addr", []string{"--addr takes HOST:PORT, such as 127.0.0.1:8080, and there is none"}},
		{"serve --addr=", []string{`--addr takes HOST:PORT, such as 127.0.0.1:8080: "" has no port`}},
		{"serve --addr 8080", []string{`"8080" has no port`}},
		{"serve --addr ::1:8080", []string{`"::1:8080" has no port, or more than one`}},
		{"serve --addr localhost:http", []string{`"http" is no number from 0 to 65535`}},
		{"serve --addr 127.0.0.1:65536", []string{`"65536" is no number from 0 to 65535`}},
		{"serve --addr 127.0.0.1:-1", []string{`"-1" is no number`}},
		{"export", []string{"export takes one directory"}},
		{"export a b", []string{"export takes one directory"}},
		{"exprt", []string{`unknown command "exprt": did you mean "export"?`}},
		{"-", []string{"unknown command"}},
		{"\x00\xff", []string{"unknown command"}},
		{strings.Repeat("蛇", 10_000), []string{"unknown command"}},
	}
	for _, tt := range tests {
		stdout, stderr, status := loopdemo(t, strings.Fields(tt.args)...)
		require.Equal(t, 2, status, "%.50q", tt.args)
		require.Empty(t, stdout, "%.50q", tt.args)
		for line := range strings.Lines(stderr) {
			require.True(t, strings.HasPrefix(line, "loopdemo: "), line)
		}
		for _, want := range tt.want {
			require.Contains(t, stderr, want, "%.50q", tt.args)
		}
	}
	_, stderr, status := loopdemo(t, "run", "")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, `unknown demo ""`)
}

func TestTour(t *testing.T) {
	tour := succeed(t)
	for _, name := range demoNames() {
		require.Contains(t, tour, "\n  "+name+" ")
	}
	require.LessOrEqual(t, longest(strings.Split(tour, "\n")), 80)

	// What it tells to try has to work.
	tried := 0
	for line := range strings.Lines(tour) {
		rest, ok := strings.CutPrefix(line, "  loopdemo ")
		if !ok {
			continue
		}
		tried++
		command, _, _ := strings.Cut(rest, "   ")
		if command == "serve" { // it goes on: TestServe
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			require.NotEmpty(t, succeed(t, strings.Fields(command)...))
		})
	}
	require.Equal(t, 14, tried)
}

func TestList(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(succeed(t, "list"), "\n"), "\n")
	require.Len(t, lines, len(demoNames()))
	for i, d := range demos.All() {
		require.True(t, strings.HasPrefix(lines[i], d.Name+"  "), lines[i])
		require.Contains(t, lines[i], "  "+d.Topic+"  ")
		require.True(t, strings.HasSuffix(lines[i], "  "+d.About), lines[i])
	}
}

func TestHelp(t *testing.T) {
	for _, args := range []string{"--help", "help", "help run", "run --help", "run -h", "show --help", "museum -h", "explain -h", "timeline -h", "trace -h", "serve --help", "export --help"} {
		require.Contains(t, succeed(t, strings.Fields(args)...), "Usage:\n  loopdemo", args)
	}
}

func TestCompletion(t *testing.T) {
	require.Contains(t, mustComplete(t, "run", ""), "\ngather-errors\n")
	require.Contains(t, mustComplete(t, "show", "hello", ""), "hello\n")
	require.Contains(t, mustComplete(t, "run", ""), "\nlost-result\nlost-result/trap\nlost-result/cure\n")
	require.Contains(t, mustComplete(t, "museum", ""), "\nlost-result\n")
	for _, command := range []string{"explain", "timeline", "trace"} {
		require.Contains(t, mustComplete(t, command, ""), "\nlost-result/trap\nlost-result/cure\n")
		require.NotContains(t, mustComplete(t, command, ""), "\nlost-result\n")
	}
}

func mustComplete(t *testing.T, args ...string) string {
	t.Helper()
	stdout, _, status := loopdemo(t, append([]string{"__complete"}, args...)...)
	require.Equal(t, 0, status)
	return stdout
}

// Side by side, both sources can be cut out of what show prints; below each other
// they stand as they are. Neither is wider than a large window.
func TestShow(t *testing.T) {
	for _, name := range demoNames() {
		file := strings.ReplaceAll(name, "-", "_")
		inGo := readSource(t, file+".go")
		inPython := readSource(t, file+"_asyncio.py")
		require.Contains(t, inGo, "opts ...loop.Option) error {", "the function that is run")
		require.Contains(t, inPython, "import asyncio\n")

		below := succeed(t, "show", name, "--width", "40")
		require.Equal(t, titled(file+".go", inGo)+"\n"+titled(file+"_asyncio.py", inPython), below)
		require.Equal(t, below, succeed(t, "show", name), "the output is not a terminal")

		var left, right strings.Builder
		columns := -1
		beside := succeed(t, "show", name, "--width", "150")
		for line := range strings.Lines(beside) {
			line = strings.TrimSuffix(line, "\n")
			require.Equal(t, strings.TrimRight(line, " "), line)
			if columns < 0 {
				columns = strings.Index(line, " | ")
				require.Positive(t, columns, "the two stand side by side")
			}
			require.Equal(t, " |", line[columns:columns+2])
			left.WriteString(strings.TrimRight(line[:columns], " ") + "\n")
			right.WriteString(strings.TrimPrefix(line[columns+2:], " ") + "\n")
		}
		require.Equal(t, titled(file+".go", inGo), strings.TrimRight(left.String(), "\n")+"\n")
		require.Equal(t, titled(file+"_asyncio.py", inPython), strings.TrimRight(right.String(), "\n")+"\n")

		// Not a column less than necessary.
		width := longest(strings.Split(beside, "\n"))
		require.Equal(t, beside, succeed(t, "show", name, "--width", strconv.Itoa(width)))
		require.Equal(t, below, succeed(t, "show", name, "--width", strconv.Itoa(width-1)))
	}
}

func titled(name, text string) string {
	return name + "\n" + strings.Repeat("-", len(name)) + "\n\n" + strings.ReplaceAll(text, "\t", "    ")
}

func readSource(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile("internal/demos/" + file)
	require.NoError(t, err)
	return string(text)
}

func TestExpandTabs(t *testing.T) {
	require.Equal(t, "    x", expandTabs("\tx"))
	require.Equal(t, "a   x", expandTabs("a\tx"))
	require.Equal(t, "äöü x", expandTabs("äöü\tx"))
	require.Equal(t, "abcd    x", expandTabs("abcd\tx"))
}
