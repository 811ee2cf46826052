//go:build unix

package loop_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// interrupter gives a function that sends this process an interrupt, and returns
// when it has arrived. Until the end of the test none can kill the process.
func interrupter(t *testing.T) (interrupt func()) {
	arrived := make(chan os.Signal, 8)
	signal.Notify(arrived, os.Interrupt)
	t.Cleanup(func() { signal.Stop(arrived) })
	return func() {
		require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
		<-arrived
	}
}

// never waits for what does not happen.
func never(co *coro.Co) error {
	_, err := loop.CreateFuture[int](loop.Of(co)).Await(co)
	return err
}

// CPython: test_runners.RunnerTests.test_interrupt_call_soon
func TestInterruptBetweenSteps(t *testing.T) {
	interrupt := interrupter(t)
	r := loop.NewRunner()
	r.Loop().CallLater(0, interrupt)
	_, err := loop.RunIn(r, coro.Do(func(co *coro.Co) error {
		for {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
	}))
	require.Equal(t, loop.ErrKeyboardInterrupt, err)
	require.NoError(t, r.Close())
}

// CPython: test_runners.RunnerTests.test_interrupt_wait
func TestInterruptWhileWaiting(t *testing.T) {
	interrupt := interrupter(t)
	r := loop.NewRunner()
	f := loop.CreateFuture[int](r.Loop())
	r.Loop().CallLater(time.Millisecond, interrupt)
	_, err := loop.RunIn(r, func(co *coro.Co) (int, error) { return f.Await(co) })
	require.Equal(t, loop.ErrKeyboardInterrupt, err)
	require.True(t, f.Canceled(), "both the future and the task")

	// The next run knows nothing of it.
	v, err := loop.RunIn(r, answering(7, nil))
	require.NoError(t, err)
	require.Equal(t, 7, v)
	_, err = loop.RunIn(r, answering(0, future.NewCanceledError("own")))
	require.ErrorIs(t, err, future.ErrCanceled)
	require.NotErrorIs(t, err, loop.ErrKeyboardInterrupt)
	require.NoError(t, r.Close())
}

// An interrupt of a main task that others have canceled as well is no interrupt.
//
// CPython: test_runners.RunnerTests.test_interrupt_cancelled_task
func TestInterruptOfCanceledTask(t *testing.T) {
	interrupt := interrupter(t)
	_, err := loop.Run(coro.Do(func(co *coro.Co) error {
		main := co.Task()
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			err := coro.Sleep(co, 0)
			main.Cancel()
			interrupt()
			return err
		}))
		err := never(co)
		for main.Canceling() < 2 { // until the loop knows of the interrupt
			_ = coro.Sleep(co, 0)
		}
		return err
	}))
	require.ErrorIs(t, err, future.ErrCanceled)
	require.NotErrorIs(t, err, loop.ErrKeyboardInterrupt)
}

// The first interrupt cancels the main task, which has its say; the second ends the
// run, and what is left is canceled by the cleanup; during that, one is enough.
func TestInterrupts(t *testing.T) {
	spam := errors.New("spam")
	for _, test := range []struct {
		name string
		main func(co *coro.Co, interrupt func(), note func(string, ...any)) error
		err  error // nil: none
		want []string
	}{
		{"the main task cleans up", func(co *coro.Co, interrupt func(), note func(string, ...any)) error {
			loop.Of(co).CallSoon(interrupt)
			err := never(co)
			note("%v", err)
			note("%v", coro.Sleep(co, 0))
			return err
		}, loop.ErrKeyboardInterrupt, []string{"canceled", "<nil>"}},
		{"the main task takes no notice", func(co *coro.Co, interrupt func(), note func(string, ...any)) error {
			loop.Of(co).CallSoon(interrupt)
			note("%v", never(co))
			return nil
		}, nil, []string{"canceled"}},
		{"the main task fails", func(co *coro.Co, interrupt func(), note func(string, ...any)) error {
			loop.Of(co).CallSoon(interrupt)
			note("%v", never(co))
			return spam
		}, spam, []string{"canceled"}},
		{"the main task is still at work at the second", func(co *coro.Co, interrupt func(), note func(string, ...any)) error {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				err := never(co)
				note("other task %v", err)
				return err
			}))
			loop.Of(co).CallSoon(interrupt)
			note("%v", never(co))
			loop.Of(co).CallSoon(interrupt)
			err := never(co)
			note("%v by the cleanup", err)
			_ = coro.Sleep(co, 0)
			note("ends")
			return err
		}, loop.ErrKeyboardInterrupt, []string{"canceled", "canceled by the cleanup", "other task canceled", "ends"}},
		{"the cleanup hangs", func(co *coro.Co, interrupt func(), note func(string, ...any)) error {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				defer note("unwound")
				note("%v by the cleanup", never(co))
				loop.Of(co).CallSoon(interrupt)
				return never(co)
			}))
			return coro.Sleep(co, 0)
		}, loop.ErrKeyboardInterrupt, []string{"canceled by the cleanup", "unwound"}},
		{"of a task in a group", func(co *coro.Co, interrupt func(), note func(string, ...any)) error {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					interrupt()
					err := never(co)
					note("child %v", err)
					return err
				}))
				return nil
			})
			note("group %v", err)
			return err
		}, loop.ErrKeyboardInterrupt, []string{"child canceled", "group canceled"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			interrupt := interrupter(t)
			var trace []string
			note := func(format string, args ...any) { trace = append(trace, fmt.Sprintf(format, args...)) }
			_, err := loop.Run(coro.Do(func(co *coro.Co) error { return test.main(co, interrupt, note) }),
				(&reports{}).handler())
			require.Equal(t, test.err, err)
			require.Equal(t, test.want, trace)
		})
	}
}

func TestInterruptsNotHandled(t *testing.T) {
	interrupt := interrupter(t)
	v, err := loop.Run(func(co *coro.Co) (int, error) {
		interrupt()
		return 7, coro.Sleep(co, 0)
	}, loop.Interrupts(false))
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

// After a run the signal does again what it did before, which is to kill.
func TestInterruptAfterRun(t *testing.T) {
	const inChild = "OURO_TEST_INTERRUPT"
	if os.Getenv(inChild) != "" {
		_, err := loop.Run(coro.Do(func(co *coro.Co) error {
			_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
			return never(co)
		}))
		fmt.Println("Run returned", err)
		_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
		select {}
	}
	if signal.Ignored(os.Interrupt) {
		t.Skip("interrupts are ignored, as in a shell's background jobs")
	}
	child := exec.Command(os.Args[0], "-test.run=^TestInterruptAfterRun$", "-test.timeout=1m")
	child.Env = append(os.Environ(), inChild+"=1")
	out, err := child.CombinedOutput()
	require.Contains(t, string(out), "Run returned keyboard interrupt")
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	status := exit.Sys().(syscall.WaitStatus)
	require.True(t, status.Signaled(), "%v\n%s", err, out)
	require.Equal(t, syscall.SIGINT, status.Signal())
}
