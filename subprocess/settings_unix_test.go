//go:build unix

package subprocess_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/subprocess"
)

// What a program is started with is what its Cmd says: nothing of that is lost on the way.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	require.NoError(t, err)
	defer null.Close()
	file, err := os.CreateTemp(dir, "")
	require.NoError(t, err)
	_, err = file.WriteString("of a file")
	require.NoError(t, err)
	for _, c := range []struct {
		name  string
		cmd   *exec.Cmd
		set   func(cmd *exec.Cmd)
		pipes subprocess.Pipes
		input string
		out   string
		errs  string
	}{
		// CPython: test_subprocess.SubprocessMixin.test_create_subprocess_env_shell
		{name: "environment of a shell", cmd: subprocess.Shell(`printf $FOO`), set: func(cmd *exec.Cmd) { cmd.Env = append(os.Environ(), "FOO=bar") },
			pipes: subprocess.Stdout, out: "bar"},
		// CPython: test_subprocess.SubprocessMixin.test_create_subprocess_env_exec
		{name: "environment", cmd: exec.Command("printenv", "FOO"), set: func(cmd *exec.Cmd) { cmd.Env = append(os.Environ(), "FOO=baz") },
			pipes: subprocess.Stdout, out: "baz\n"},
		{name: "directory", cmd: subprocess.Shell("ls | wc -l"), set: func(cmd *exec.Cmd) { cmd.Dir = dir }, pipes: subprocess.Stdout, out: "1"},
		// CPython: test_subprocess.SubprocessMixin.test_devnull_input
		{name: "no input", cmd: subprocess.Shell("wc -c"), pipes: subprocess.Stdout | subprocess.Stderr, out: "0"},
		{name: "input of a file", cmd: subprocess.Shell("cat"), set: func(cmd *exec.Cmd) { cmd.Stdin = rewound(t, file) }, pipes: subprocess.Stdout, out: "of a file"},
		// CPython: test_subprocess.SubprocessMixin.test_devnull_output
		{name: "no output", cmd: subprocess.Shell("wc -c; echo told >&2"), set: func(cmd *exec.Cmd) { cmd.Stdout = null },
			pipes: subprocess.Stdin | subprocess.Stderr, input: "abc", errs: "told\n"},
		// CPython: test_subprocess.SubprocessMixin.test_devnull_error
		{name: "no errors", cmd: subprocess.Shell("wc -c; echo told >&2"), pipes: subprocess.Stdin | subprocess.Stdout, input: "abc", out: "3"},
		// CPython: test_subprocess.SubprocessMixin.test_devstdin_input
		{name: "input by its name", cmd: subprocess.Shell("wc -c </dev/stdin"), pipes: all, input: "abc", out: "3"},
		// CPython: test_subprocess.SubprocessMixin.test_stdin_not_inheritable
		// CPython: test_events.SubprocessTestsMixin.test_subprocess_stderr
		{name: "input that ends, as nobody else has it", cmd: subprocess.Shell("tee /dev/stderr"), pipes: all, input: "abc", out: "abc", errs: "abc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(co *coro.Co) {
				if c.set != nil {
					c.set(c.cmd)
				}
				p, err := subprocess.Start(co, c.cmd, c.pipes)
				require.NoError(t, err)
				out, errs, err := p.Communicate(co, []byte(c.input))
				require.NoError(t, err)
				require.Equal(t, c.out, strings.TrimLeft(strings.TrimSuffix(string(out), trailing(c.out)), " "))
				require.Equal(t, c.errs, string(errs))
				code, err := p.Wait(co)
				require.NoError(t, err)
				require.Zero(t, code)
			})
		})
	}
}

// A program may have a session of its own, and is waited for all the same.
//
// CPython: test_subprocess.SubprocessMixin.test_start_new_session
// CPython: test_events.SubprocessTestsMixin.test_subprocess_wait_no_same_group
func TestSession(t *testing.T) {
	run(t, func(co *coro.Co) {
		cmd := subprocess.Shell("read line; exit 8")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		p, err := subprocess.Start(co, cmd, subprocess.Stdin)
		require.NoError(t, err)
		session, err := unix.Getsid(p.Pid())
		require.NoError(t, err)
		require.Equal(t, p.Pid(), session)
		require.NoError(t, p.Stdin.Close())
		code, err := p.Wait(co)
		require.NoError(t, err)
		require.Equal(t, 8, code)
	})
}

// trailing is the newline of what counts, which one system writes with spaces before.
func trailing(want string) string {
	if strings.HasSuffix(want, "\n") {
		return ""
	}
	return "\n"
}

func rewound(t *testing.T, f *os.File) *os.File {
	t.Helper()
	_, err := f.Seek(0, 0)
	require.NoError(t, err)
	return f
}

// Both outputs may go to one pipe, which is the program's own; and it may have others.
//
// CPython: test_events.SubprocessTestsMixin.test_subprocess_stderr_redirect_to_stdout
// CPython: test_streams.StreamTests.test_read_all_from_pipe_reader
func TestPipesOfOnesOwn(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		give func(cmd *exec.Cmd, w *os.File)
	}{
		"both outputs": {"printf OUT:; printf ERR: >&2", func(cmd *exec.Cmd, w *os.File) { cmd.Stdout, cmd.Stderr = w, w }},
		"another":      {"printf OUT:ERR: >&3", func(cmd *exec.Cmd, w *os.File) { cmd.ExtraFiles = []*os.File{w} }},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(co *coro.Co) {
				r, w, err := os.Pipe()
				require.NoError(t, err)
				mine, err := streams.AdoptFile(co, r)
				require.NoError(t, err)
				cmd := subprocess.Shell(c.line)
				c.give(cmd, w)
				p, err := subprocess.Start(co, cmd, 0)
				require.NoError(t, err)
				code, err := p.Wait(co)
				require.NoError(t, err)
				require.Zero(t, code)
				require.NoError(t, w.Close())
				got, err := streams.NewReader(mine, streams.Limit(1)).ReadAll(co)
				require.NoError(t, err)
				require.Equal(t, "OUT:ERR:", string(got))
				require.NoError(t, mine.Close())
			})
		})
	}
}
