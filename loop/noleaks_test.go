package loop_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// What has been put away, or goes with what is quiet, is no leak: with Run, which cleans up,
// and without.
func TestNoLeaks(t *testing.T) {
	noLeak(t)
	sleep := func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }
	for _, test := range []struct {
		name string
		main func(co *coro.Co) error
	}{
		{"nothing", mailer},
		{"a task group", func(co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, sleep)
				testkit.Spawn(g, mailer)
				return nil
			})
		}},
		{"a task group that fails", func(co *coro.Co) error {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, sleep)
				testkit.Spawn(g, func(*coro.Co) error { return errCard })
				return nil
			})
			require.ErrorIs(t, err, errCard)
			return nil
		}},
		{"a gather", func(co *coro.Co) error {
			_, err := coro.Gather(co, coro.Do(sleep), coro.Do(mailer)).Await(co)
			return err
		}},
		{"as completed", func(co *coro.Co) error {
			for next := range coro.AsCompleted(co, coro.Forever, coro.Awaitable[coro.None](coro.Do(sleep)), coro.Do(mailer)) {
				if _, err := next(co); err != nil {
					return err
				}
			}
			return nil
		}},
		{"a timeout", func(co *coro.Co) error {
			err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return sleep(co) })
			require.True(t, future.IsTimeout(err))
			return nil
		}},
		{"a generator that has ended", func(co *coro.Co) error {
			for _, err := range coro.NewGenerator(func(y *coro.Yielder[int]) error { return y.Yield(1) }).All(co) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		{"a generator that was closed", func(co *coro.Co) error {
			g := coro.NewGenerator(numbers)
			_, err := g.Next(co)
			return errors.Join(err, g.Close(co))
		}},
		{"a generator that has not begun", func(*coro.Co) error {
			coro.NewGenerator(numbers)
			return nil
		}},
		{"an error that was looked at", func(co *coro.Co) error {
			task := testkit.Spawn(co, func(*coro.Co) error { return errCard })
			testkit.Pass(t, co, 2)
			require.Equal(t, errCard, task.Err())
			return nil
		}},
		{"locks", func(co *coro.Co) error {
			var mu locks.Lock
			s := locks.NewBoundedSemaphore(1)
			return errors.Join(
				mu.With(co, func() error { return sleep(co) }),
				s.With(co, func() error { return sleep(co) }),
				mu.Acquire(co), mu.Release(),
			)
		}},
		{"a semaphore that signals", func(co *coro.Co) error {
			s := locks.NewSemaphore(0)
			s.Release()
			return s.Acquire(co)
		}},
		{"a timer that was due", func(co *coro.Co) error {
			loop.Of(co).CallLater(time.Minute, refresh)
			return sleep(co)
		}},
		{"a timer that was canceled", func(co *coro.Co) error {
			loop.Of(co).CallLater(time.Minute, refresh).Cancel()
			return nil
		}},
		{"a Hold that was released", func(co *coro.Co) error {
			loop.Of(co).Hold()()
			return nil
		}},
		{"a goroutine", func(co *coro.Co) error {
			_, err := loop.Go(func(context.Context) (int, error) { return 1, nil })(co)
			return err
		}},
	} {
		for _, debug := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, debug mode %v", test.name, debug), func(t *testing.T) {
				var tr testkit.Trace
				require.NoError(t, leakMain(&tr, test.main, loop.Debug(debug)))

				l := loop.New(loop.VirtualTime(true), loop.ReportLeaks(true), loop.Debug(debug), tr.Handler())
				testkit.Complete(t, l, coro.Do(test.main))
				require.NoError(t, l.Close())
				require.Empty(t, tr)
			})
		}
	}
}

// What is quiet may be left, and so may what was asked to cancel, if the cleanup ends it.
func TestQuietIsNoLeak(t *testing.T) {
	noLeak(t)
	service := func(co *coro.Co) error {
		l := loop.Of(co)
		l.CallLater(time.Hour, refresh)
		testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) })
		_, err := coro.NewGenerator(numbers).Next(co)
		require.NoError(t, err)
		require.NoError(t, new(locks.Lock).Acquire(co))
		l.CallSoon(func() { l.CallSoon(refresh) })
		return coro.Sleep(co, time.Hour)
	}
	var tr testkit.Trace
	l := loop.New(loop.VirtualTime(true), loop.ReportLeaks(true), tr.Handler())
	testkit.Spawn(l, service, coro.QuietTree())
	testkit.Spawn(l, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Quiet())
	testkit.Briefly(t, l)
	require.NoError(t, l.Close())

	require.NoError(t, leakMain(&tr, func(co *coro.Co) error {
		testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }, coro.Quiet())
		begun := testkit.Spawn(co, func(co *coro.Co) error {
			err := coro.Sleep(co, time.Hour)
			_ = coro.Sleep(co, time.Minute) // it takes its time to clean up
			return err
		})
		fresh := testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) })
		testkit.Pass(t, co, 1)
		begun.Cancel()
		fresh.Cancel()
		return nil
	}))
	require.Empty(t, tr)
}

// A function is given up whose future was canceled: that it has not returned yet is no
// leak, so that nothing depends on who is faster.
func TestWorkGivenUpIsNoLeak(t *testing.T) {
	gate := make(chan struct{})
	defer close(gate)
	var tr testkit.Trace
	begun := make(chan struct{}, 2)
	wait := loop.Go(func(context.Context) (int, error) {
		begun <- struct{}{}
		<-gate
		return 0, nil
	})
	err := leakMain(&tr, func(co *coro.Co) error {
		task := coro.CreateTask(co, wait)
		testkit.Pass(t, co, 1)
		<-begun
		task.Cancel()
		testkit.WaitCanceled(t, co, task)
		coro.CreateTask(co, wait, coro.Name("left"))
		testkit.Pass(t, co, 1)
		<-begun
		return nil
	})
	require.Equal(t, []string{`task "left" never awaited, waits for a function on a goroutine (loop_test.TestWorkGivenUpIsNoLeak.func)`}, leakTexts(loop.Leaks(err)))
	require.Empty(t, tr)
}

// Without the option Close has no error, and the exception handler is told, in debug mode too.
func TestLeaksUnasked(t *testing.T) {
	for _, debug := range []bool{false, true} {
		t.Run(fmt.Sprint("debug mode ", debug), func(t *testing.T) {
			var tr testkit.Trace
			l := loop.New(loop.VirtualTime(true), loop.ReportLeaks(false), loop.Debug(debug), tr.Handler())
			testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
				loop.Of(co).CallLater(time.Hour, refresh)
				loop.Of(co).Hold()
				testkit.Spawn(co, func(*coro.Co) error { return errCard })
				testkit.Spawn(co, func(co *coro.Co) error { return coro.Sleep(co, time.Hour) })
				testkit.Pass(t, co, 1)
				return nil
			}))
			require.NoError(t, l.Close())
			require.Equal(t, testkit.Trace{
				"Task was destroyed but it is pending!",
				"Task exception was never retrieved: card refused",
			}, tr)
		})
	}
}

// What the task of another loop holds is no leak of a loop that it has been with.
func TestLockOfAnotherLoopIsNoLeak(t *testing.T) {
	var mu locks.Lock
	acquire := coro.Do(mu.Acquire)
	first := loop.NewRunner(loop.VirtualTime(true), loop.ReportLeaks(true))
	_, err := loop.RunIn(first, acquire)
	require.NoError(t, err)
	require.NoError(t, mu.Release())
	_, err = loop.Run(acquire, loop.VirtualTime(true))
	require.NoError(t, err)
	require.NoError(t, first.Close())
}
