package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// runsQuickly are the demos whose Python version takes no long sleep and prints
// the same every time.
var runsQuickly = []string{
	"hello", "sequential", "concurrent", "as-completed", "create-task", "gather", "gather-errors",
	"gather-fails", "task-name", "fire-and-forget", "task-group", "event", "rate-limit", "barrier",
	"producer-consumer", "echo", "chat", "http",
}

const checkSyntax = `
import ast, sys
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as f:
        ast.parse(f.read(), path)
`

func TestPythonSyntax(t *testing.T) {
	t.Parallel()
	python := findPython(t, 3, 11) // for TaskGroup
	var files []string
	for _, dir := range []string{"demos", "museum"} {
		found, err := filepath.Glob("internal/" + dir + "/*.py")
		require.NoError(t, err)
		files = append(files, found...)
	}
	require.Len(t, files, len(everyProgram()))
	runPython(t, python, checkSyntax, files...)
}

// runScripts runs programs with Python's usual warnings, and gives what each prints.
const runScripts = `
import contextlib, io, json, runpy, sys, warnings
printed = []
for path in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as text, warnings.catch_warnings():
        warnings.simplefilter("default")
        runpy.run_path(path, run_name="__main__")
    printed.append(text.getvalue())
json.dump(printed, sys.stdout)
`

// Python prints what Go does.
func TestPythonPrintsTheSame(t *testing.T) {
	t.Parallel()
	python := findPython(t, 3, 13) // for Queue.shutdown
	var files []string
	for _, name := range runsQuickly {
		files = append(files, "internal/demos/"+strings.ReplaceAll(name, "-", "_")+"_asyncio.py")
	}
	printed := printedBy(t, python, runScripts, files)
	for i, name := range runsQuickly {
		want, got := golden(t, name), printed[i]
		if name == "as-completed" { // where Python starts them in any order
			want, got = sortStarts(want), sortStarts(got)
		}
		require.Equal(t, want, got, name)
	}
}

// printedBy is what each of these programs prints, if script runs them in Python.
func printedBy(t *testing.T, python, script string, files []string) []string {
	t.Helper()
	var printed []string
	require.NoError(t, json.Unmarshal(runPython(t, python, script, files...), &printed))
	require.Len(t, printed, len(files))
	return printed
}

// sortStarts sorts the lines at the beginning that tell of a start.
func sortStarts(s string) string {
	lines := strings.Split(s, "\n")
	n := slices.IndexFunc(lines, func(line string) bool { return !strings.HasSuffix(line, ": started") })
	slices.Sort(lines[:n])
	return strings.Join(lines, "\n")
}

// findPython is the path of a Python of this version or a later one. Without any
// the test is skipped.
func findPython(t *testing.T, major, minor int) string {
	t.Helper()
	path := searchPython("sys.version_info < (%d, %d)", major, minor)
	if path == "" {
		t.Skipf("needs a Python %d.%d or later, and there is none", major, minor)
	}
	return path
}

// findExactly is the path of a Python of this version, of that release or a later one: asyncio was
// mended in some. Without any the test is skipped.
func findExactly(t *testing.T, major, minor, release int) string {
	t.Helper()
	path := searchPython(fmt.Sprintf("sys.version_info[:2] != (%%d, %%d) or sys.version_info[2] < %d", release), major, minor)
	if path == "" {
		t.Skipf("needs a Python %d.%d.%d or a later %d.%d, and there is none", major, minor, release, major, minor)
	}
	return path
}

// searchPython is the path of the first Python of which unfit, with major and minor in its
// places, is not true. It is "" without any.
func searchPython(unfit string, major, minor int) string {
	check := fmt.Sprintf("import sys; sys.exit("+unfit+")", major, minor)
	for _, name := range []string{"python3", "python3.15", "python3.14", "python3.13", "python3.12", "python3.11", "python"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if exec.Command(path, "-I", "-c", check).Run() == nil {
			return path
		}
	}
	return ""
}

func runPython(t *testing.T, python, script string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(python, append([]string{"-I", "-W", "error", "-c", script}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	require.Empty(t, stderr.String())
	return out
}
