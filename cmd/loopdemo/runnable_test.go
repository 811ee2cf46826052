package main

import (
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/testkit"
)

func TestRunnableText(t *testing.T) {
	for _, name := range everyProgram() {
		text := succeed(t, "show", name, "--runnable")
		formatted, err := format.Source([]byte(text))
		require.NoError(t, err, name)
		require.Equal(t, string(formatted), text, name)
		require.Contains(t, text, "\npackage main\n", name)
		require.NotContains(t, text, "/cmd/", name)
		require.NotRegexp(t, `\bpy\.`, text, name)
	}
	require.NotContains(t, succeed(t, "show", "hello", "--runnable"), "Python", "it needs nothing of it")
}

func TestRunnableHasNoColumns(t *testing.T) {
	stdout, stderr, status := loopdemo(t, "show", "hello", "--runnable", "--width", "80")
	require.Equal(t, 2, status)
	require.Empty(t, stdout)
	require.Equal(t, "loopdemo: show takes --width or --runnable, not both\n", stderr)
}

// What show --runnable prints compiles in a module that only requires this one, and
// prints what the demo prints.
func TestRunnable(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles all demos and exhibits")
	}
	testkit.NeedsProcesses(t)
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	dir := t.TempDir()
	for _, name := range everyProgram() {
		write(t, filepath.Join(dir, name, "main.go"), succeed(t, "show", name, "--runnable"))
	}

	write(t, filepath.Join(dir, "go.mod"), fmt.Sprintf("module example.com/demos\n\ngo 1.26.0\n\nrequire %s v0.0.0\n\nreplace %[1]s => %q\n",
		modulePath, filepath.ToSlash(root)))
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	write(t, filepath.Join(dir, "go.sum"), string(sums))

	require.Empty(t, goCommand(t, dir, "vet", "./..."))
	for _, name := range []string{"hello", "gather-errors"} { // one of them prints as Python does
		require.Equal(t, golden(t, name), goCommand(t, dir, "run", "./"+name))
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}

// goCommand is what a go command prints, in dir. It may complete go.mod, but not look
// anything up: all that is needed is there, as these tests need it too.
func goCommand(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "go %s: %s", strings.Join(args, " "), out)
	return string(out)
}
