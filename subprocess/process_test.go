package subprocess_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/subprocess"
)

// TestMain is also a program for tests, which needs nothing of the system's.
func TestMain(m *testing.M) {
	switch os.Getenv("OURO_TEST_PROGRAM") {
	case "":
		os.Exit(m.Run())
	case "copies":
		_, err := io.Copy(os.Stdout, os.Stdin)
		_, _ = io.WriteString(os.Stderr, "done")
		if err != nil {
			os.Exit(1)
		}
		os.Exit(7)
	case "reads nothing":
		os.Exit(0)
	}
}

const all = subprocess.Stdin | subprocess.Stdout | subprocess.Stderr

func run(t *testing.T, test func(co *coro.Co)) {
	t.Helper()
	testkit.NeedsProcesses(t)
	testkit.Run(t, test, loop.VirtualTime(false), loop.ReportLeaks(true))
}

// program is one of those of TestMain.
func program(t *testing.T, name string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), "OURO_TEST_PROGRAM="+name)
	return cmd
}

func TestProgram(t *testing.T) {
	run(t, func(co *coro.Co) {
		for _, n := range []int{0, 10, 1 << 20} { // more than fits into a pipe
			p, err := subprocess.Start(co, program(t, "copies"), all)
			require.NoError(t, err)
			out, errs, err := p.Communicate(co, bytes.Repeat([]byte("x"), n))
			require.NoError(t, err)
			require.Len(t, out, n)
			require.Equal(t, "done", string(errs))
			code, err := p.Wait(co)
			require.NoError(t, err)
			require.Equal(t, 7, code)
		}
	})
}

func TestProgramThatReadsNothing(t *testing.T) {
	run(t, func(co *coro.Co) {
		p, err := subprocess.Start(co, program(t, "reads nothing"), subprocess.Stdin)
		require.NoError(t, err)
		_, _, err = p.Communicate(co, make([]byte, 1<<20))
		require.NoError(t, err)
	})
}

// One is talked to, and then ended.
func TestProgramEnded(t *testing.T) {
	run(t, func(co *coro.Co) {
		for _, end := range []func(p *subprocess.Process) error{(*subprocess.Process).Kill, (*subprocess.Process).Terminate} {
			p, err := subprocess.Start(co, program(t, "copies"), subprocess.Stdin|subprocess.Stdout)
			require.NoError(t, err)
			for range 3 {
				_, err = io.WriteString(p.Stdin, "hello\n")
				require.NoError(t, err)
				line, err := p.Stdout.ReadLine(co)
				require.NoError(t, err)
				require.Equal(t, "hello\n", string(line))
			}
			require.NoError(t, end(p))
			rest, err := p.Stdout.ReadAll(co)
			require.NoError(t, err)
			require.Empty(t, rest)
			code, err := p.Wait(co)
			require.NoError(t, err)
			require.NotZero(t, code)
			require.ErrorIs(t, p.Kill(), os.ErrProcessDone)
			p.Close()
		}
	})
}

func TestShell(t *testing.T) {
	run(t, func(co *coro.Co) {
		name := "$HOME"
		if runtime.GOOS == "windows" {
			name = "%HOMEPATH%"
		}
		out, err := subprocess.Output(co, subprocess.Shell(`echo "a b" `+name+`&& exit 4`))
		var exit *exec.ExitError
		require.True(t, errors.As(err, &exit), "%v", err)
		require.Equal(t, 4, exit.ExitCode())
		require.Contains(t, string(out), "a b")
		require.False(t, strings.Contains(string(out), name))
	})
}
