//go:build unix

package supervisor_test

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/supervisor"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
	"github.com/ouro-loop/ouro/subprocess"
)

// A supervised program, and what was logged of it.
type supervised struct {
	task *coro.Task[coro.None]
	log  *queues.Queue[string]
}

// supervise runs a test beside a program that is a script, which is to end when the test has.
func supervise(t *testing.T, script string, p supervisor.Program, test func(co *coro.Co, s *supervised)) {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip(err)
	}
	testkit.Run(t, func(co *coro.Co) {
		s := &supervised{log: queues.New[string](0)}
		p.Name, p.Command = "script", func() *exec.Cmd { return subprocess.Shell(script) }
		p.Log = func(name, line string) {
			require.Equal(t, "script", name)
			require.NoError(t, s.log.PutNowait(line))
		}
		s.task = coro.CreateTask(co, coro.Do(p.Keep))
		test(co, s)
		s.task.Cancel()
		testkit.WaitEnded(t, co, s.task)
		require.True(t, s.task.Canceled())
	}, loop.VirtualTime(false), loop.ReportLeaks(true))
}

// logs expects lines to be logged next.
func (s *supervised) logs(t *testing.T, co *coro.Co, lines ...string) {
	t.Helper()
	for _, want := range lines {
		got, err := s.log.Get(co)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// What ends is started again, however it has ended, and all that it prints is logged.
func TestRestart(t *testing.T) {
	for script, want := range map[string][]string{
		"echo one; echo two; printf three": {"one", "two", "three", "(ended with exit code 0; it is started again in 0s)"},
		"echo oops >&2; exit 3":            {"oops", "(ended with exit code 3; it is started again in 0s)"},
		"kill -9 $$":                       {"(ended by signal: killed; it is started again in 0s)"},
	} {
		t.Run(script, func(t *testing.T) {
			supervise(t, script, supervisor.Program{Grace: time.Minute}, func(co *coro.Co, s *supervised) {
				for range 3 {
					s.logs(t, co, "(started)")
					s.logs(t, co, want...)
				}
			})
		})
	}
}

// What cannot be started is tried again.
func TestNoSuchProgram(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		log := queues.New[string](0)
		p := &supervisor.Program{
			Command: func() *exec.Cmd { return exec.Command("/no/such/program") },
			Log:     func(_, line string) { require.NoError(t, log.PutNowait(line)) },
		}
		task := coro.CreateTask(co, coro.Do(p.Keep))
		for range 2 {
			got, err := log.Get(co)
			require.NoError(t, err)
			require.Equal(t, "(fork/exec /no/such/program: no such file or directory; it is started again in 0s)", got)
		}
		task.Cancel()
		testkit.WaitCanceled(t, co, task)
	}, loop.VirtualTime(false), loop.ReportLeaks(true))
}

// Who is asked to end may say something.
func TestEnd(t *testing.T) {
	supervise(t, "trap 'echo good bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done", supervisor.Program{Grace: time.Minute}, func(co *coro.Co, s *supervised) {
		s.logs(t, co, "(started)", "ready")
		s.task.Cancel()
		testkit.WaitCanceled(t, co, s.task)
		s.logs(t, co, "good bye")
		require.True(t, s.log.Empty())
	})
}

// Who does not end when it is asked to, is killed, and is not there any more then.
func TestKill(t *testing.T) {
	script := "trap '' TERM; echo $$; while :; do sleep 0.01; done"
	supervise(t, script, supervisor.Program{Grace: 10 * time.Millisecond}, func(co *coro.Co, s *supervised) {
		s.logs(t, co, "(started)")
		line, err := s.log.Get(co)
		require.NoError(t, err)
		pid, err := strconv.Atoi(line)
		require.NoError(t, err)
		s.task.Cancel()
		testkit.WaitCanceled(t, co, s.task)
		s.logs(t, co, "(killed)")
		require.True(t, s.log.Empty())
		require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
	})
}

// Who cancels twice does not wait.
func TestHurry(t *testing.T) {
	supervise(t, "trap '' TERM; echo ready; while :; do sleep 0.01; done", supervisor.Program{Grace: time.Hour}, func(co *coro.Co, s *supervised) {
		s.logs(t, co, "(started)", "ready")
		s.task.Cancel()
		testkit.Pass(t, co, 10)
		require.False(t, s.task.Done())
		s.task.Cancel()
		testkit.WaitCanceled(t, co, s.task)
		s.logs(t, co, "(killed)")
	})
}

// A child that is left behind has the pipes, and is not waited for.
func TestChildren(t *testing.T) {
	p := supervisor.Program{Backoff: supervisor.Backoff{First: time.Hour}} // a second one nobody would end
	supervise(t, "sleep 60 & echo $!", p, func(co *coro.Co, s *supervised) {
		s.logs(t, co, "(started)")
		pid, err := s.log.Get(co)
		require.NoError(t, err)
		line, err := s.log.Get(co)
		require.NoError(t, err)
		require.Contains(t, line, "(ended with exit code 0; it is started again in ")
		require.NoError(t, subprocess.Run(co, exec.Command("kill", pid)))
	})
}

// A line that is too long comes in pieces.
func TestLongLines(t *testing.T) {
	script := "printf '%010000d\\nshort\\n' 0"
	supervise(t, script, supervisor.Program{Grace: time.Minute}, func(co *coro.Co, s *supervised) {
		s.logs(t, co, "(started)")
		all := ""
		for len(all) < 10_000 {
			piece, err := s.log.Get(co)
			require.NoError(t, err)
			require.LessOrEqual(t, len(piece), supervisor.MaxLine)
			all += piece
		}
		require.Equal(t, strings.Repeat("0", 10_000), all)
		s.logs(t, co, "short")
	})
}

// Several are kept side by side, and one that fails has no effect on the other.
func TestSeveral(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		last := map[string]string{}
		seen := queues.New[string](0)
		program := func(name, script string) *supervisor.Program {
			return &supervisor.Program{
				Name:    name,
				Command: func() *exec.Cmd { return subprocess.Shell(script) },
				Grace:   time.Minute,
				Log: func(name, line string) {
					last[name] = line
					require.NoError(t, seen.PutNowait(name+": "+line))
				},
			}
		}
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			return supervisor.Run(co, program("steady", "echo ready; exec sleep 1000"), program("broken", "exit 1"))
		}))
		restarts := 0
		for restarts < 3 || last["steady"] != "ready" {
			line, err := seen.Get(co)
			require.NoError(t, err)
			if strings.HasPrefix(line, "broken: (ended") {
				restarts++
			}
		}
		task.Cancel()
		err := coro.Await(co, task)
		require.True(t, future.IsCanceled(err))
		require.Equal(t, "ready", last["steady"])
	}, loop.VirtualTime(false), loop.ReportLeaks(true))
}
