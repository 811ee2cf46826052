package renew_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned/renew"
)

const loopdemo = "../../.." // its directory

// What is recorded is what the programs do now in Go, and it is aligned with what is recorded
// of them in Python.
func TestInGo(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles all programs")
	}
	recordings, err := renew.Renew(loopdemo, "")
	require.NoError(t, err)
	for _, rec := range recordings {
		stored, err := aligned.Load(rec.Program)
		require.NoError(t, err)
		require.Equal(t, text(t, stored), text(t, rec), "%s: go generate ./cmd/loopdemo", rec.Program)
	}

	// To write the same again changes nothing.
	dir := t.TempDir()
	runs := filepath.Join(dir, "internal/aligned/runs")
	require.NoError(t, os.MkdirAll(runs, 0o777))
	stale := filepath.Join(runs, "stale.json.gz")
	require.NoError(t, os.WriteFile(stale, nil, 0o666))
	require.NoError(t, renew.Write(dir, recordings))
	require.NoFileExists(t, stale)
	for _, rec := range recordings {
		file := aligned.FileOf(rec.Program)
		want, err := os.ReadFile(filepath.Join(loopdemo, "internal/aligned/runs", file))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(runs, file))
		require.NoError(t, err)
		require.Equal(t, want, got, file)
	}
}

// What is recorded is what they do in Python. A later version than the one that it is
// recorded on may need other lines, but not do anything else.
func TestInPython(t *testing.T) {
	python := findPython(t)
	recordedOn := isVersion(t, python, "3.13")
	for _, d := range renew.Programs() {
		p, err := aligned.Of(d)
		require.NoError(t, err)
		rec, err := aligned.Load(p.Name)
		require.NoError(t, err)
		events, err := renew.InPython(python, path(t, p.Python.File), rec.Numbers)
		require.NoError(t, err)
		if recordedOn {
			require.Equal(t, rec.InPython, events, "%s: go generate ./cmd/loopdemo", p.Name)
		}
		require.NoError(t, p.Join(rec, events))
	}
}

// A program that fails, ends with an exit, waits for ever or never waits is recorded, too.
func TestTroubleInPython(t *testing.T) {
	python := findPython(t)
	tests := []struct{ name, program, want string }{
		{"an error", "raise ValueError('boom')", "ValueError('boom')"},
		{"an exit", "import sys\nsys.exit(3)", "SystemExit(3)"},
		{"a deadlock", "import asyncio\nasyncio.run(asyncio.Event().wait())", "RuntimeError('a deadlock: nothing will ever happen again')"},
		{
			"no rest", "import asyncio\nasync def main():\n while True: await asyncio.sleep(0)\nasyncio.run(main())",
			"RuntimeError('stuck: in virtual time this goes on for ever')",
		},
		{"no number left", "import random\nrandom.uniform(1, 2)\nrandom.uniform(1, 2)", "StopIteration()"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "x.py")
			require.NoError(t, os.WriteFile(file, []byte(tt.program), 0o666))
			events, err := renew.InPython(python, file, []float64{0.5})
			require.NoError(t, err)
			last := events[len(events)-1]
			require.Equal(t, aligned.Event{At: "error", Text: tt.want}, last)
		})
	}
	_, err := renew.InPython(python, "no such file.py", nil)
	require.NoError(t, err, "which is the program's error")
	_, err = renew.InPython("no such python", "x.py", nil)
	require.ErrorContains(t, err, "recording x.py")
}

func findPython(t *testing.T) string {
	t.Helper()
	python, err := renew.FindPython()
	if errors.Is(err, renew.ErrNoPython) {
		t.Skip(err)
	}
	require.NoError(t, err)
	return python
}

func isVersion(t *testing.T, python, version string) bool {
	t.Helper()
	out, err := exec.Command(python, "--version").Output()
	require.NoError(t, err)
	return strings.HasPrefix(string(out), "Python "+version+".")
}

func path(t *testing.T, file string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(loopdemo, "internal/*", file))
	require.NoError(t, err)
	require.Len(t, found, 1)
	return found[0]
}

func text(t *testing.T, rec *aligned.Recording) string {
	t.Helper()
	b, err := json.MarshalIndent(rec, "", " ")
	require.NoError(t, err)
	return string(b)
}
