//go:build unix

package subprocess_test

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/subprocess"
)

// Who writes to a program that has ended is told.
//
// CPython: test_subprocess.SubprocessMixin.test_stdin_broken_pipe
func TestWriteToAProgramThatEnds(t *testing.T) {
	run(t, func(co *coro.Co) {
		p := start(t, co, subprocess.Stdin, "exit 0")
		defer p.Close()
		_, err := p.Stdin.Write(make([]byte, 1<<20))
		if err == nil { // it has not ended yet
			err = p.Stdin.Drain(co)
		}
		require.ErrorIs(t, err, syscall.EPIPE)
		_, err = p.Wait(co)
		require.NoError(t, err)
	})
}

// What a program has printed can be read after its exit.
//
// CPython: test_subprocess.SubprocessMixin.test_read_stdout_after_process_exit
func TestReadAfterTheExit(t *testing.T) {
	const size = 30_000 // which a pipe has room for
	run(t, func(co *coro.Co) {
		p := start(t, co, subprocess.Stdout, fmt.Sprintf("head -c %d /dev/zero; exit 1", size))
		defer p.Close()
		code, err := p.Wait(co)
		require.NoError(t, err)
		require.Equal(t, 1, code)
		got, err := p.Stdout.ReadExactly(co, size/2)
		require.NoError(t, err)
		require.Len(t, got, size/2)
		got, err = p.Stdout.ReadAll(co)
		require.NoError(t, err)
		require.Len(t, got, size/2)
	})
}

// A pipe that is closed here is a broken one for the program, and the others go on.
//
// CPython: test_events.SubprocessTestsMixin.test_subprocess_close_client_stream
func TestCloseOnePipe(t *testing.T) {
	run(t, func(co *coro.Co) {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		out, err := streams.AdoptFile(co, r)
		require.NoError(t, err)
		cmd := subprocess.Shell(`trap '' PIPE; while read line; do echo "$line" || echo broken >&2; done`)
		cmd.Stdout = w
		p, err := subprocess.Start(co, cmd, subprocess.Stdin|subprocess.Stderr)
		require.NoError(t, err)
		defer p.Close()
		require.NoError(t, w.Close())
		_, err = p.Stdin.WriteString("first\n")
		require.NoError(t, err)
		line, err := streams.NewReader(out).ReadLine(co)
		require.NoError(t, err)
		require.Equal(t, "first\n", string(line))
		require.NoError(t, out.Close())
		_, err = p.Stdin.WriteString("second\n")
		require.NoError(t, err)
		require.NoError(t, p.Stdin.Close())
		told, err := p.Stderr.ReadAll(co)
		require.NoError(t, err)
		require.Contains(t, string(told), "broken\n")
		_, err = p.Wait(co)
		require.NoError(t, err)
	})
}

// Close leaves the program alone, whether it runs or has ended.
//
// CPython: test_subprocess.SubprocessMixin.test_close_kill_running
// CPython: test_subprocess.SubprocessMixin.test_close_dont_kill_finished
// CPython: test_events.SubprocessTestsMixin.test_subprocess_close_after_finish
func TestCloseKillsNothing(t *testing.T) {
	run(t, func(co *coro.Co) {
		p := start(t, co, subprocess.Stdout, "exec sleep 1000")
		p.Close()
		p.Close()
		require.NoError(t, p.Signal(syscall.Signal(0)), "it is there")
		require.NoError(t, p.Kill())
		code, err := p.Wait(co)
		require.NoError(t, err)
		require.Equal(t, -9, code)
		p.Close()
	})
}

// Many at once.
//
// CPython: test_subprocess.SubprocessMixin.test_subprocess_communicate_stdout
func TestOutputsAtOnce(t *testing.T) {
	run(t, func(co *coro.Co) {
		var outputs []coro.Awaitable[[]byte]
		var want []string
		for i := range 10 {
			want = append(want, fmt.Sprintf("foo%d\n", i))
			outputs = append(outputs, coro.Bind(subprocess.Output, exec.Command("echo", fmt.Sprint("foo", i))))
		}
		got, err := coro.Gather(co, outputs...).Await(co)
		require.NoError(t, err)
		for i := range got {
			require.Equal(t, want[i], string(got[i]))
		}
	})
}

// A signal that comes too late is no signal to somebody else, and takes nothing from the exit code.
//
// CPython: test_subprocess.SubprocessMixin.test_subprocess_send_signal_race
// CPython: test_subprocess.SubprocessTransportTests.test_proc_exited
func TestSignalsAtTheExit(t *testing.T) {
	run(t, func(co *coro.Co) {
		for range 10 {
			p := start(t, co, 0, "exit 0")
			err := p.Signal(syscall.SIGUSR1)
			if err != nil {
				require.ErrorIs(t, err, os.ErrProcessDone)
			}
			code, err := p.Wait(co)
			require.NoError(t, err)
			require.Contains(t, []int{0, -int(syscall.SIGUSR1)}, code)
			for _, send := range []func() error{p.Terminate, p.Kill, func() error { return p.Signal(syscall.SIGHUP) }} {
				require.ErrorIs(t, send(), os.ErrProcessDone)
			}
			again, err := p.Wait(co)
			require.NoError(t, err)
			require.Equal(t, code, again)
		}
	})
}
