//go:build unix

package subprocess_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/subprocess"
)

func start(t *testing.T, co *coro.Co, pipes subprocess.Pipes, line string) *subprocess.Process {
	t.Helper()
	p, err := subprocess.Start(co, subprocess.Shell(line), pipes)
	require.NoError(t, err)
	return p
}

// CPython: test_subprocess.SubprocessMixin.test_communicate
// CPython: test_subprocess.SubprocessMixin.test_communicate_none_input
// CPython: test_subprocess.SubprocessMixin.test_subprocess_protocol_events
// CPython: test_events.SubprocessTestsMixin.test_subprocess_shell
// CPython: test_events.SubprocessTestsMixin.test_subprocess_exitcode
// CPython: test_subprocess.SubprocessMixin.test_shell
// CPython: test_subprocess.SubprocessMixin.test_empty_input
func TestCommunicate(t *testing.T) {
	run(t, func(co *coro.Co) {
		for _, n := range []int{0, 10, 1 << 20} { // more than fits into a pipe
			p := start(t, co, all, "cat; echo done >&2; exit 7")
			require.False(t, p.Exited())
			require.Positive(t, p.Pid())
			input := bytes.Repeat([]byte("x"), n)
			out, errs, err := p.Communicate(co, input)
			require.NoError(t, err)
			require.Len(t, out, n)
			require.Equal(t, "done\n", string(errs))
			code, err := p.Wait(co)
			require.NoError(t, err)
			require.Equal(t, 7, code)
			require.True(t, p.Exited())
			require.ErrorIs(t, p.Terminate(), os.ErrProcessDone)
		}
	})
}

// A program that does not read what it is given is none that fails.
//
// CPython: test_subprocess.SubprocessMixin.test_communicate_ignore_broken_pipe
func TestCommunicateUnread(t *testing.T) {
	run(t, func(co *coro.Co) {
		p := start(t, co, subprocess.Stdin, "exit 0")
		_, _, err := p.Communicate(co, make([]byte, 1<<20))
		require.NoError(t, err)
		p = start(t, co, 0, "exit 0")
		_, _, err = p.Communicate(co, []byte("x"))
		require.EqualError(t, err, "subprocess: input for a program whose Stdin is no pipe; Start it with that")
		_, err = p.Wait(co)
		require.NoError(t, err)
	})
}

// One talks to it line by line.
//
// CPython: test_events.SubprocessTestsMixin.test_subprocess_exec
// CPython: test_events.SubprocessTestsMixin.test_subprocess_interactive
// CPython: test_subprocess.SubprocessMixin.test_stdin_stdout
func TestTalk(t *testing.T) {
	run(t, func(co *coro.Co) {
		p := start(t, co, subprocess.Stdin|subprocess.Stdout, "while read line; do echo got $line; done")
		defer p.Close()
		for i := range 3 {
			_, err := fmt.Fprintln(p.Stdin, "line", i)
			require.NoError(t, err)
			line, err := p.Stdout.ReadLine(co)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("got line %d\n", i), string(line))
		}
		require.NoError(t, p.Stdin.Close())
		rest, err := p.Stdout.ReadAll(co)
		require.NoError(t, err)
		require.Empty(t, rest)
		code, err := p.Wait(co)
		require.NoError(t, err)
		require.Zero(t, code)
	})
}

// CPython: test_subprocess.SubprocessMixin.test_kill
// CPython: test_subprocess.SubprocessMixin.test_terminate
// CPython: test_subprocess.SubprocessMixin.test_send_signal
// CPython: test_subprocess.SubprocessMixin.test_subprocess_concurrent_wait
// CPython: test_subprocess.SubprocessMixin.test_cancel_process_wait
// CPython: test_subprocess.SubprocessTransportTests.test_proc_exited_no_invalid_state_error_on_exit_waiters
// CPython: test_events.SubprocessTestsMixin.test_subprocess_kill
// CPython: test_events.SubprocessTestsMixin.test_subprocess_terminate
// CPython: test_events.SubprocessTestsMixin.test_subprocess_send_signal
func TestSignals(t *testing.T) {
	run(t, func(co *coro.Co) {
		for want, send := range map[int]func(p *subprocess.Process) error{
			-9:  (*subprocess.Process).Kill,
			-15: (*subprocess.Process).Terminate,

			// Not a hang-up, which what runs under nohup ignores.
			-int(syscall.SIGUSR1): func(p *subprocess.Process) error { return p.Signal(syscall.SIGUSR1) },
		} {
			p := start(t, co, subprocess.Stdout, "echo begun; exec sleep 1000")
			_, err := p.Stdout.ReadLine(co)
			require.NoError(t, err)
			var waits []*coro.Task[int]
			for range 3 {
				waits = append(waits, coro.CreateTask(co, p.Wait))
			}
			require.NoError(t, coro.Sleep(co, 0))
			waits[0].Cancel() // which leaves the program and the others alone
			require.NoError(t, coro.Sleep(co, 0))
			require.True(t, waits[0].Canceled())
			require.NoError(t, send(p))
			for _, w := range waits[1:] {
				code, err := w.Await(co)
				require.NoError(t, err)
				require.Equal(t, want, code)
			}
			p.Close()
		}
	})
}

// The exit does not wait for who else has the pipes.
//
// CPython: test_subprocess.SubprocessMixin.test_wait_even_if_pipe_is_open
// CPython: test_subprocess.SubprocessMixin.test_kill_issue43884
func TestWaitWhilePipesAreOpen(t *testing.T) {
	run(t, func(co *coro.Co) {
		p := start(t, co, subprocess.Stdin|subprocess.Stdout, "sh -c 'echo begun; read line' & exit 3")
		defer p.Close() // which ends the other one
		line, err := p.Stdout.ReadLine(co)
		require.NoError(t, err)
		require.Equal(t, "begun\n", string(line))
		code, err := p.Wait(co)
		require.NoError(t, err)
		require.Equal(t, 3, code)
	})
	run(t, func(co *coro.Co) {
		p := start(t, co, subprocess.Stdin|subprocess.Stdout, "sh -c 'echo begun; read line'; echo never")
		defer p.Close()
		line, err := p.Stdout.ReadLine(co)
		require.NoError(t, err)
		require.Equal(t, "begun\n", string(line))
		require.NoError(t, p.Kill())
		code, err := p.Wait(co)
		require.NoError(t, err)
		require.Equal(t, -9, code)
	})
}

// CPython: test_subprocess.SubprocessMixin.test_popen_error
// CPython: test_subprocess.SubprocessMixin.test_popen_error_with_stdin_pipe
func TestStartFails(t *testing.T) {
	run(t, func(co *coro.Co) {
		for _, pipes := range []subprocess.Pipes{0, all} {
			_, err := subprocess.Start(co, exec.Command("/no/such/program"), pipes)
			require.ErrorIs(t, err, os.ErrNotExist)
		}
		cmd := subprocess.Shell("true")
		cmd.Stdout = new(bytes.Buffer)
		_, err := subprocess.Start(co, cmd, 0)
		require.EqualError(t, err, "subprocess: the Cmd has a Stdout that is no file; have a pipe, and a task that copies")
		_, err = subprocess.Start(co, cmd, subprocess.Stdout)
		require.EqualError(t, err, "subprocess: the Cmd has a Stdout, and it is to be a pipe; leave one of them out")
	})
	require.PanicsWithValue(t, "subprocess: Start of a nil Cmd", func() { _, _ = subprocess.Start(nil, nil, 0) })
}

// A task that is canceled while a program starts leaves none behind.
//
// CPython: test_subprocess.SubprocessMixin.test_cancel_make_subprocess_transport_exec
// CPython: test_subprocess.SubprocessMixin.test_cancel_post_init
// CPython: test_subprocess.SubprocessMixin.test_subprocess_read_pipe_cancelled
// CPython: test_subprocess.SubprocessMixin.test_subprocess_write_pipe_cancelled
// CPython: test_subprocess.SubprocessMixin.test_subprocess_read_write_pipe_cancelled
func TestStartCanceled(t *testing.T) {
	run(t, func(co *coro.Co) {
		for yields := range 4 {
			mine, theirs, err := os.Pipe() // which ends with the program
			require.NoError(t, err)
			cmd := subprocess.Shell("exec sleep 1000")
			cmd.Stderr = theirs
			task := coro.CreateTask(co, func(co *coro.Co) (*subprocess.Process, error) {
				return subprocess.Start(co, cmd, subprocess.Stdout)
			})
			for range yields {
				require.NoError(t, coro.Sleep(co, 0))
			}
			task.Cancel()
			p, err := task.Await(co)
			if err == nil {
				require.NoError(t, p.Kill())
				_, err = p.Wait(co)
				require.NoError(t, err)
				p.Close()
			} else {
				require.True(t, future.IsCanceled(err))
			}
			end, err := streams.AdoptFile(co, mine)
			require.NoError(t, err)
			require.NoError(t, theirs.Close())
			_, err = end.Read(make([]byte, 1))
			require.Equal(t, io.EOF, err)
			require.NoError(t, end.Close())
		}
	})
}

func TestOutput(t *testing.T) {
	run(t, func(co *coro.Co) {
		out, err := subprocess.Output(co, exec.Command("echo", "hello"))
		require.NoError(t, err)
		require.Equal(t, "hello\n", string(out))
		out, err = subprocess.Output(co, subprocess.Shell("echo some; exit 4"))
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		require.Equal(t, 4, exit.ExitCode())
		require.Equal(t, "some\n", string(out))
		require.NoError(t, subprocess.Run(co, exec.Command("true")))
	})
}

// A task that is canceled ends the program, waits for that, and returns the cancellation.
func TestOutputCanceled(t *testing.T) {
	run(t, func(co *coro.Co) {
		mine, theirs, err := os.Pipe()
		require.NoError(t, err)
		told, err := streams.AdoptFile(co, mine)
		require.NoError(t, err)
		cmd := subprocess.Shell(`trap 'echo ended >&2; exit 0' TERM; echo begun >&2; while :; do sleep 0.01; done`)
		cmd.Stderr = theirs
		task := coro.CreateTask(co, func(co *coro.Co) ([]byte, error) { return subprocess.Output(co, cmd) })
		r := streams.NewReader(told)
		line, err := r.ReadLine(co)
		require.NoError(t, err)
		require.Equal(t, "begun\n", string(line))
		for !strings.Contains(waitsFor(task), "task group") { // until Start has heard of it, too
			require.NoError(t, coro.Sleep(co, time.Millisecond))
		}
		task.Cancel()
		_, err = task.Await(co)
		require.True(t, future.IsCanceled(err))
		require.NoError(t, theirs.Close())
		rest, err := r.ReadAll(co)
		require.NoError(t, err)
		require.Equal(t, "ended\n", strings.TrimLeft(string(rest), " "))
		require.NoError(t, told.Close())
	})
}

// waitsFor is what a task waits for, in words.
func waitsFor(task coro.AnyTask) string {
	if c := task.WaitingOn(); c != nil && c.Role() != nil {
		return c.Role().Describe()
	}
	return ""
}

// A loop that takes nothing from outside starts nothing there.
func TestHermeticLoopsStartNothing(t *testing.T) {
	made := filepath.Join(t.TempDir(), "made")
	looptest.Run(t, func(t *looptest.T, co *coro.Co) error {
		require.ErrorIs(t, subprocess.Run(co, exec.Command("touch", made)), loop.ErrHermetic)
		return nil
	})
	require.NoFileExists(t, made)
}
