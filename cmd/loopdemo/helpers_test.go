package main

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/museum"
)

var update = flag.Bool("update", false, "write testdata/*.golden anew")

// loopdemo runs the command, and returns what it printed and its exit status. The
// demos print to the standard output of the process, so that is exchanged
// meanwhile: of the tests that run in parallel, only one may call this.
func loopdemo(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	out, errs := tempFile(t), tempFile(t)
	func() {
		realOut, realErr := os.Stdout, os.Stderr
		defer func() { os.Stdout, os.Stderr = realOut, realErr }()
		os.Stdout, os.Stderr = out, errs
		err := execute(args, out)
		if err != nil {
			complain(err)
		}
		status = exitStatus(err)
	}()
	return readAll(t, out), readAll(t, errs), status
}

func tempFile(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "output"))
	require.NoError(t, err)
	return f
}

func readAll(t *testing.T, f *os.File) string {
	t.Helper()
	_, err := f.Seek(0, io.SeekStart)
	require.NoError(t, err)
	text, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return string(text)
}

// succeed runs the command, and returns what it printed; it must not fail.
func succeed(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, status := loopdemo(t, args...)
	require.Equal(t, 0, status, "%q: %s", args, stderr)
	require.Empty(t, stderr, "%q", args)
	return stdout
}

var clockTime = regexp.MustCompile(`\b\d\d:\d\d:\d\d\b`)

// withoutTimes hides what differs from run to run of a demo that shows the time of
// day.
func withoutTimes(s string) string { return clockTime.ReplaceAllString(s, "HH:MM:SS") }

// golden is what a demo prints with --virtual, and the seed of that.
func golden(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(goldenFile(name))
	require.NoError(t, err, "run go test ./cmd/loopdemo -update")
	return string(text)
}

func goldenFile(name string) string { return filepath.Join("testdata", name+".golden") }

func demoNames() []string { return namesOf(demos.All()) }

// everyProgram are the names of the demos, and of the exhibits' programs.
func everyProgram() []string {
	names := demoNames()
	for _, e := range museum.All() {
		names = append(names, e.TrapProgram.Name, e.CureProgram.Name)
	}
	return names
}
