package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// What each demo's story says is read in testdata.
func TestExplain(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	for _, name := range demoNames() {
		got := succeed(t, "explain", name)
		file := filepath.Join("testdata", "explain", name+".golden")
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err, "run go test ./cmd/loopdemo -update")
		require.Equal(t, string(want), got, name)
	}
}

// Every program has a story that reads well: in sentences, with no name of a thing inside of
// the library.
func TestExplainEveryProgram(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	sentence := regexp.MustCompile("^ *[0-9]+  [A-Za-z`\"].*[.]$")
	for _, name := range everyProgram() {
		story := succeed(t, "explain", name, "--width", "60000")
		for line := range strings.Lines(story) {
			line = strings.TrimSuffix(line, "\n")
			if line == "" || strings.Contains(line, " prints `") {
				continue
			}
			require.Regexp(t, sentence, line, name)
			for _, ours := range []string{"coro.", "loop.(", "nobody goes", "  .", "``", "`()`", "a callback"} {
				require.NotContains(t, line[6:], ours, name)
			}
		}
	}
}

func TestExplainWidth(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	for _, width := range []string{"40", "80", "120"} {
		columns := map[string]int{"40": 40, "80": 80, "120": 120}[width]
		for _, name := range demoNames() {
			narrow := succeed(t, "explain", name, "--width", width)
			for line := range strings.Lines(narrow) {
				require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), columns, line)
			}
		}
	}
}
