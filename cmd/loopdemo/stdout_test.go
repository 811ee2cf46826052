package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/testkit"
)

// asProcess is set for a process that is loopdemo, not its tests.
const asProcess = "LOOPDEMO_AS_PROCESS"

func TestMain(m *testing.M) {
	if os.Getenv(asProcess) != "" {
		main() // exits
	}
	os.Exit(m.Run())
}

// process runs loopdemo as a process of its own, which prints to stdout.
func process(t *testing.T, stdout *os.File, args ...string) (stderr string, status int) {
	t.Helper()
	testkit.NeedsProcesses(t)
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProcess+"=1")
	var errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = stdout, &errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return errs.String(), cmd.ProcessState.ExitCode()
}

func TestOutputCannotBeWritten(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("needs a /dev/full:", err)
	}
	defer full.Close()
	for _, args := range []string{
		"", "list", "show hello", "show hello --width 200", "show hello --runnable", "run hello", "run --all --virtual", "run wait",
		"help", "run --help", "--version",
	} {
		stderr, status := process(t, full, strings.Fields(args)...)
		require.Equal(t, 1, status, args)
		require.Regexp(t, `^loopdemo: the output cannot be written: .*no space left on device\n$`, stderr, args)
	}

	// There is no output to be written.
	stderr, status := process(t, full, "run", "hallo")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "unknown demo")
}

// As a process it prints what it prints in these tests.
func TestProcess(t *testing.T) {
	for _, args := range []string{"", "list", "show dining", "run hello dining --virtual", "run --help"} {
		out := tempFile(t)
		stderr, status := process(t, out, strings.Fields(args)...)
		require.Equal(t, 0, status, args)
		require.Empty(t, stderr, args)
		require.Equal(t, succeed(t, strings.Fields(args)...), readAll(t, out), args)
	}
}

// Who reads only the beginning ends it, and needs no message.
func TestReaderGoesAway(t *testing.T) {
	testkit.NeedsProcesses(t)
	if runtime.GOOS == "windows" {
		t.Skip("needs SIGPIPE")
	}
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	defer w.Close()
	stderr, status := process(t, w, "run", "wait")
	require.NotEqual(t, 0, status)
	require.Empty(t, stderr)
}
