package interop

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/subprocess"
)

// program is where a program is; it may be in one of the directories that are given. Without it the
// test is skipped.
func program(t *testing.T, name string, dirs ...string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range dirs {
		found, err := filepath.Glob(filepath.Join(dir, name))
		require.NoError(t, err)
		if len(found) > 0 {
			return found[len(found)-1]
		}
	}
	t.Skipf("there is no %s on the PATH", name)
	return ""
}

// output runs a program beside the loop's tasks, and returns what it prints.
func output(t *testing.T, co *coro.Co, cmd *exec.Cmd) string {
	t.Helper()
	out, err := subprocess.Output(co, cmd)
	require.NoError(t, err, "%s: %s", cmd, out)
	return string(out)
}

// outputOf is output of a program that is given some input.
func outputOf(t *testing.T, co *coro.Co, cmd *exec.Cmd, input string) string {
	t.Helper()
	p, err := subprocess.Start(co, cmd, subprocess.Stdin|subprocess.Stdout|subprocess.Stderr)
	require.NoError(t, err)
	defer p.Close()
	out, complaints, err := p.Communicate(co, []byte(input))
	require.NoError(t, err)
	code, err := p.Wait(co)
	require.NoError(t, err)
	require.Zero(t, code, "%s: %s", cmd, complaints)
	return string(out)
}
