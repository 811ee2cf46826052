//go:build unix

package loop_test

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
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

// In debug mode an interrupt tells where the main task stands, also one that ends the run.
func TestInterruptTellsWhereMainStands(t *testing.T) {
	interrupt := interrupter(t)
	var log logged
	r := loop.NewRunner(loop.Debug(true), loop.SlowCallback(time.Hour), loop.Logger(log.logger()), (&reports{}).handler())
	r.Loop().CallLater(time.Millisecond, interrupt)
	_, err := loop.RunIn(r, coro.Do(func(co *coro.Co) error {
		child := coro.CreateTask(co, coro.Do(never), coro.Name("child"))
		_, err := coro.Shield(co, child).Await(co)
		require.ErrorIs(t, err, future.ErrCanceled)
		loop.Of(co).CallLater(time.Millisecond, interrupt)
		return never(co)
	}))
	require.Equal(t, loop.ErrKeyboardInterrupt, err)
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	require.Len(t, lines, 2)
	for _, part := range []string{
		"level=WARN msg=Interrupted task=", `TestInterruptTellsWhereMainStands.func1() created at `,
		`waits_for="a shield of task \"child\"" held_by="task \"child\""`, "stack=", "interrupt_test.go:",
	} {
		require.Contains(t, lines[0], part)
	}
	require.Contains(t, lines[1], `stack="github.com/ouro-loop/ouro/loop_test.never (`)
	require.NoError(t, r.Close())
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

// An interrupt between two runs is the next one's, and else the Close's.
func TestInterruptBetweenRuns(t *testing.T) {
	for _, test := range []struct {
		name       string
		interrupts int
		then       func(t *testing.T, r *loop.Runner, note func(string))
		closed     error
		want       []string
	}{
		{"ends the next", 1, func(t *testing.T, r *loop.Runner, note func(string)) {
			_, err := loop.RunIn(r, coro.Do(func(*coro.Co) error {
				note("main begins")
				return nil
			}))
			require.Equal(t, loop.ErrKeyboardInterrupt, err)
			v, err := loop.RunIn(r, answering(7, nil))
			require.NoError(t, err, "and not the one after that")
			require.Equal(t, 7, v)
		}, nil, []string{"canceled", "cleaned up"}},
		{"two end it at once", 2, func(t *testing.T, r *loop.Runner, note func(string)) {
			_, err := loop.RunIn(r, coro.Do(never))
			require.Equal(t, loop.ErrKeyboardInterrupt, err)
		}, nil, []string{"canceled", "cleaned up"}},
		{"the cleanup is whole", 1, func(*testing.T, *loop.Runner, func(string)) {},
			loop.ErrKeyboardInterrupt, []string{"canceled", "cleaned up"}},
		{"the run has ended in the very iteration", 0, func(t *testing.T, r *loop.Runner, note func(string)) {
			require.Equal(t, loop.ErrKeyboardInterrupt, do(r, func(co *coro.Co) error {
				pressCtrlC()
				for r.Interrupts() == 0 {
					runtime.Gosched()
				}
				loop.Of(co).CallSoon(func() {}) // the interrupt is ready before main is done
				return nil
			}))
		}, nil, []string{"canceled", "cleaned up"}},
		{"when main has not ended", 0, func(t *testing.T, r *loop.Runner, note func(string)) {
			require.Equal(t, loop.ErrStopped, do(r, func(co *coro.Co) error {
				loop.Of(co).Stop()
				return never(co)
			}))
			r.Loop().CallSoon(pressCtrlC)
			require.Equal(t, loop.ErrKeyboardInterrupt, r.Loop().RunForever())
		}, nil, []string{"canceled", "cleaned up"}},
		{"of however many", 3, func(*testing.T, *loop.Runner, func(string)) {},
			loop.ErrKeyboardInterrupt, []string{"canceled", "cleaned up"}},
		{"ends a run of the loop itself", 1, func(t *testing.T, r *loop.Runner, note func(string)) {
			require.Equal(t, loop.ErrKeyboardInterrupt, r.Loop().RunForever())
		}, nil, []string{"canceled", "cleaned up"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeak(t)
			interrupt := interrupter(t)
			var trace []string
			note := func(text string) { trace = append(trace, text) }
			r := loop.NewRunner()
			_, err := loop.RunIn(r, coro.Do(func(co *coro.Co) error {
				coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					err := never(co)
					note("canceled")
					_ = coro.Sleep(co, 0)
					note("cleaned up")
					return err
				}))
				return coro.Sleep(co, 0)
			}))
			require.NoError(t, err)
			for n := range test.interrupts {
				interrupt()
				for r.Interrupts() == n {
					runtime.Gosched()
				}
			}
			test.then(t, r, note)
			require.Equal(t, test.closed, r.Close())
			require.Equal(t, test.want, trace)
			require.NoError(t, r.Close())
		})
	}
}

// A handler for interrupts takes the Runner's place. When it is removed an interrupt
// ends the run at once, as Python's default handler does; the next run is an ordinary
// one.
func TestInterruptHandler(t *testing.T) {
	for _, early := range []bool{false, true} {
		t.Run(fmt.Sprintf("added before the run: %v", early), func(t *testing.T) {
			noLeak(t)
			interrupt := interrupter(t)
			r := loop.NewRunner()
			l := r.Loop()
			handled := 0
			add := func() error { return l.AddSignalHandler(os.Interrupt, func() { handled++ }) }
			if early {
				require.NoError(t, add())
			}
			v, err := loop.RunIn(r, func(co *coro.Co) (int, error) {
				if !early {
					if err := add(); err != nil {
						return 0, err
					}
				}
				for n := 1; n <= 5; n++ {
					interrupt()
					for handled < n {
						if err := coro.Sleep(co, 0); err != nil {
							return 0, err
						}
					}
				}
				return handled, coro.Sleep(co, 0)
			})
			require.NoError(t, err)
			require.Equal(t, 5, v)

			var told error
			main := coro.Do(func(co *coro.Co) error {
				require.Equal(t, true, l.RemoveSignalHandler(os.Interrupt))
				interrupt()
				told = never(co)
				return told
			})
			_, err = loop.RunIn(r, main)
			require.Equal(t, loop.ErrKeyboardInterrupt, err)
			require.NoError(t, told, "main is not canceled")
			require.False(t, l.RemoveSignalHandler(os.Interrupt))

			_, err = loop.RunIn(r, coro.Do(func(co *coro.Co) error {
				interrupt()
				told = never(co)
				return told
			}))
			require.Equal(t, loop.ErrKeyboardInterrupt, err)
			require.ErrorIs(t, told, future.ErrCanceled, "main is canceled again")
			require.NoError(t, r.Close())
			require.Equal(t, 5, handled)
		})
	}
}

// The loop's own handler is there during the cleanup, as in CPython.
func TestInterruptHandlerDuringCleanup(t *testing.T) {
	interrupt := interrupter(t)
	handled := 0
	_, err := loop.Run(coro.Do(func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			err := never(co)
			interrupt()
			for handled == 0 {
				if err := coro.Sleep(co, 0); err != nil {
					t.Error(err)
				}
			}
			return err
		}))
		err := loop.Of(co).AddSignalHandler(os.Interrupt, func() { handled++ })
		return errors.Join(err, coro.Sleep(co, 0))
	}))
	require.NoError(t, err)
	require.Equal(t, 1, handled)
}

// What the exception handler does must not leave a Runner's watch behind, or a loop's.
func TestSignalsLetGoWhateverTheExceptionHandlerDoes(t *testing.T) {
	for name, do := range map[string]func(){
		"panics":  func() { panic("in the exception handler") },
		"goexits": runtime.Goexit,
	} {
		opts := []loop.Option{
			loop.Logger((&logged{}).logger()),
			loop.OnException(func(*loop.Loop, future.ErrorContext) { do() }),
		}
		for _, from := range []struct {
			name string
			run  func()
		}{
			{"a Runner", func() {
				_, _ = loop.Run(coro.Do(func(co *coro.Co) error {
					coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
						_ = never(co)
						return errors.New("when canceled")
					}))
					return coro.Sleep(co, 0)
				}), opts...)
			}},
			{"a Runner that runs nothing", func() {
				r := loop.NewRunner(opts...)
				r.Loop().CallSoon(func() { panic("in a callback") })
				_ = r.Close()
			}},
			{"a loop", func() {
				l := loop.New(opts...)
				_ = l.AddSignalHandler(os.Interrupt, func() {})
				coro.CreateTask(l, noop)
				_ = l.Close()
			}},
			{"a loop with an executor that panics", func() {
				defer func() { _ = recover() }()
				l := loop.New(opts...)
				_ = l.AddSignalHandler(os.Interrupt, func() {})
				l.SetDefaultExecutor(panicking{})
				_ = l.Close()
			}},
		} {
			t.Run(from.name+" "+name, func(t *testing.T) {
				out, killed := inChild(t, func() {
					before := runtime.NumGoroutine()
					onGoroutine(from.run)
					for runtime.NumGoroutine() > before {
						runtime.Gosched()
					}
					fmt.Println("no goroutine left")
					pressCtrlC()
					select {}
				}).wait(t)
				require.Contains(t, out, "no goroutine left\n")
				require.True(t, killed)
			})
		}
	}
}

// panicking is an executor that panics.
type panicking struct{}

func (panicking) Execute(executor.Job) error { return executor.ErrShutdown }

func (panicking) Shutdown(executor.Pending) <-chan struct{} { panic("in Shutdown") }

// Inside a testing/synctest bubble Run leaves the signal as it is.
func TestInterruptInBubble(t *testing.T) {
	out, killed := inChild(t, func() {
		synctest.Test(t, func(*testing.T) {
			_, err := loop.Run(coro.Do(func(co *coro.Co) error {
				fmt.Println("in a bubble")
				pressCtrlC()
				for {
					if err := coro.Sleep(co, 0); err != nil {
						return err
					}
				}
			}))
			fmt.Println("returned", err)
		})
	}).wait(t)
	require.True(t, killed, out)
	require.Equal(t, "in a bubble\n", out)
}

// A loop that was let go of, since it was stuck, is watched again when it stirs.
func TestInterruptDoesNotKill(t *testing.T) {
	press := func(r *loop.Runner) {
		n := r.Interrupts()
		pressCtrlC()
		for r.Interrupts() == n {
			runtime.Gosched()
		}
	}
	for _, test := range []struct {
		name string
		body func(r *loop.Runner) error
		want string
	}{
		{"when the run has ended after all", func(r *loop.Runner) error {
			return do(r, func(co *coro.Co) error {
				coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					defer fmt.Println("unwound")
					_ = never(co)
					press(r)
					return never(co)
				}))
				err := coro.Sleep(co, 0)
				press(r)
				press(r)
				beStuck()
				return err
			})
		}, "keyboard interrupt\nunwound\nkeyboard interrupt\n"},
		{"a Runner that has run nothing", func(r *loop.Runner) error {
			coro.CreateTask(r.Loop(), coro.Do(func(co *coro.Co) error {
				defer fmt.Println("unwound")
				_ = never(co)
				pressCtrlC()
				return never(co)
			}))
			r.Loop().CallSoon(r.Loop().Stop)
			return r.Loop().RunForever()
		}, "<nil>\nunwound\nkeyboard interrupt\n"},
		{"when the next run begins", func(r *loop.Runner) error {
			err := do(r, func(*coro.Co) error { return nil })
			press(r)
			press(r)
			beStuck()
			return errors.Join(err, do(r, never), do(r, func(co *coro.Co) error {
				press(r)
				return never(co)
			}))
		}, "keyboard interrupt\nkeyboard interrupt\n<nil>\n"},
		{"when a handler has taken over", func(r *loop.Runner) error {
			return do(r, func(co *coro.Co) error {
				press(r)
				press(r)
				_ = loop.Of(co).AddSignalHandler(os.Interrupt, func() {})
				beStuck()
				pressCtrlC()
				return nil
			})
		}, "keyboard interrupt\nkeyboard interrupt\n"},
		{"when a handler takes over later", func(r *loop.Runner) error {
			return do(r, func(co *coro.Co) error {
				press(r)
				press(r)
				beStuck()
				_ = loop.Of(co).AddSignalHandler(os.Interrupt, func() {})
				pressCtrlC()
				return nil
			})
		}, "keyboard interrupt\nkeyboard interrupt\n"},
		{"when it was not stuck, and each run had two", func(r *loop.Runner) error {
			var errs []error
			for range 3 {
				errs = append(errs, do(r, func(co *coro.Co) error {
					press(r)
					_ = never(co)
					_ = coro.Sleep(co, 2*loop.InterruptPatience)
					press(r)
					return never(co)
				}))
			}
			return errors.Join(errs...)
		}, "keyboard interrupt\nkeyboard interrupt\nkeyboard interrupt\n<nil>\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, killed := inChild(t, func() {
				r := loop.NewRunner((&reports{}).handler())
				fmt.Println(test.body(r))
				fmt.Println(r.Close())
			}).wait(t)
			require.False(t, killed, out)
			require.Equal(t, test.want, out)
		})
	}
}

// do is RunIn of a function without a result.
func do(r *loop.Runner, main func(co *coro.Co) error) error {
	_, err := loop.RunIn(r, coro.Do(main))
	return err
}

// An interrupt that is ignored, as in a shell's background jobs, stays so.
func TestInterruptIgnored(t *testing.T) {
	c := newChild(t, func() {
		v, err := loop.Run(func(co *coro.Co) (int, error) {
			for range 3 {
				pressCtrlC()
				if err := coro.Sleep(co, time.Millisecond); err != nil {
					return 0, err
				}
			}
			return 7, nil
		})
		pressCtrlC()
		fmt.Println(v, err, signal.Ignored(os.Interrupt))
	})
	c.cmd.Args = append([]string{"sh", "-c", `trap "" INT; exec "$0" "$@"`}, c.cmd.Args...)
	c.cmd.Path = "/bin/sh"
	c.cmd.Env = append(c.cmd.Env, keepsIgnored+"=1")
	require.NoError(t, c.cmd.Start())
	out, killed := c.wait(t)
	require.False(t, killed)
	require.Equal(t, "7 <nil> true\n", out)
}
