package loop_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A clock that cannot move any more ends the run, and the error names what runs.
func TestStuck(t *testing.T) {
	for name, test := range map[string]struct {
		main coro.Func[coro.None]
		want string
	}{
		"a coroutine that polls": {
			coro.Do(func(co *coro.Co) error {
				coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }))
				for {
					if err := coro.Sleep(co, 0); err != nil {
						return err
					}
				}
			}),
			`loop: stuck: the virtual clock has stood at 0s for 1100 iterations, as something was always ready: ` +
				`task "Task-1" at .*/loop/stuck_test.go:\d+`,
		},
		"a timer that sets itself again for now": {
			coro.Do(func(co *coro.Co) error {
				l := loop.Of(co)
				var poll func()
				poll = func() { l.CallLater(0, poll) }
				l.CallLater(time.Second, poll)
				return coro.Sleep(co, time.Hour)
			}),
			`loop: stuck: the virtual clock has stood at 1s for 1100 iterations, as something was always ready: .*TestStuck.*\(\)`,
		},
		"many tasks": {
			coro.Do(func(co *coro.Co) error {
				for range 9 {
					coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
						for {
							if err := coro.Sleep(co, 0); err != nil {
								return err
							}
						}
					}))
				}
				return coro.Sleep(co, time.Hour)
			}),
			`"Task-10" at .*, and 4 more$`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var reported []error
			_, err := loop.Run(test.main, loop.VirtualTime(true), loop.StuckAfter(1000),
				loop.OnException(func(l *loop.Loop, c future.ErrorContext) {
					require.True(t, l.IsRunning(), "it is told when it is found")
					reported = append(reported, c.Err)
				}))
			require.Regexp(t, test.want, err)
			var stuck *loop.StuckError
			require.ErrorAs(t, err, &stuck)
			require.Equal(t, []error{stuck}, reported)
		})
	}
}

// An application that takes a few entries at a time learns of it too.
func TestStuckInSteps(t *testing.T) {
	l := newLoop(t, loop.StuckAfter(1000))
	var poll func()
	poll = func() { l.CallSoon(poll) }
	poll()
	var err error
	for i := 0; err == nil && i < 10_000; i++ {
		err = l.Step(loop.MaxEntries(1))
	}
	require.ErrorContains(t, err, "stuck")
	require.ErrorContains(t, err, "TestStuckInSteps")
}

// The iterations of an application that finds nothing to do, or always comes to where the
// clock could move, are no sign of a clock that cannot.
func TestStuckIsNotIdle(t *testing.T) {
	for name, step := range map[string]func(l *loop.Loop) error{
		"Step":         func(l *loop.Loop) error { return l.Step() },
		"RunUntilIdle": func(l *loop.Loop) error { return l.RunUntilIdle() },
		"AdvanceTo":    func(l *loop.Loop) error { return l.AdvanceTo(0) },
		"RunForever":   func(l *loop.Loop) error { l.Stop(); return l.RunForever() },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLoop(t, loop.StuckAfter(10))
			for i := range 1000 {
				if i%5 == 0 { // for what the user has clicked
					l.CallSoon(func() {})
				}
				require.NoError(t, step(l))
			}
		})
	}
	l := newLoop(t, loop.StuckAfter(10))
	var poll func()
	poll = func() { l.CallLater(0, poll) }
	poll()
	var err error
	for i := 0; err == nil && i < 1000; i++ {
		err = l.Step()
	}
	require.ErrorContains(t, err, "stuck", "a timer is always due")
}

// What the loop has begun to observe is over when the clock moves.
func TestStuckIsNotAnyMore(t *testing.T) {
	_, err := loop.Run(coro.Do(func(co *coro.Co) error {
		for i := range 1050 { // it observes since 1000
			if i == 1040 {
				coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }), coro.Name("early"))
			}
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		if err := coro.Sleep(co, 1); err != nil {
			return err
		}
		for {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
	}), loop.VirtualTime(true), loop.StuckAfter(1000), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	var stuck *loop.StuckError
	require.ErrorAs(t, err, &stuck)
	require.Equal(t, time.Duration(1), stuck.At)
	require.Len(t, stuck.Ran, 1, "in the last iterations: not the early one")
}

// Many iterations are no trouble as long as the clock moves, or others are at work.
func TestStuckIsNot(t *testing.T) {
	yields := func(co *coro.Co) error {
		for range 900 {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return nil
	}
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		for range 10 {
			if err := errors.Join(yields(co), coro.Sleep(co, 1), yields(co)); err != nil {
				return err
			}
			if _, err := loop.ToThreadDo(func(context.Context) error { return nil })(co); err != nil {
				return err
			}
		}
		return nil
	}, loop.VirtualTime(true), loop.StuckAfter(2000)))
	require.NoError(t, loop.Main(func(co *coro.Co) error { return errors.Join(yields(co), yields(co)) },
		loop.VirtualTime(true), loop.StuckAfter(0)))
	require.NoError(t, loop.Main(func(co *coro.Co) error { return errors.Join(yields(co), yields(co)) },
		loop.StuckAfter(1000)), "a real clock moves by itself")
}

// A deadlock is reported when it is found. The tasks are canceled with what it is.
func TestDeadlockIsToldAtOnce(t *testing.T) {
	var trace []string
	err := loop.Main(func(co *coro.Co) error {
		_, err := loop.CreateFuture[int](loop.Of(co)).Await(co)
		trace = append(trace, "canceled: "+err.Error())
		_ = coro.Sleep(co, time.Hour)
		return err
	}, loop.VirtualTime(true), loop.OnException(func(l *loop.Loop, c future.ErrorContext) {
		var deadlock *loop.DeadlockError
		require.ErrorAs(t, c.Err, &deadlock)
		require.Len(t, deadlock.Tasks, 1)
		trace = append(trace, c.Message)
	}))
	var deadlock *loop.DeadlockError
	require.ErrorAs(t, err, &deadlock)
	require.Len(t, trace, 2)
	require.Equal(t, "Deadlock", trace[0])
	require.Contains(t, trace[1], "deadlock: nothing is ready, no timer is set, and nothing else is at work")
}

// What a run has found is no longer the reason of what ends the next one.
func TestDeadlockIsForgotten(t *testing.T) {
	r := loop.NewRunner(loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	var second error
	_, err := loop.RunIn(r, coro.Do(func(co *coro.Co) error {
		_, err := loop.CreateFuture[int](loop.Of(co)).Await(co)
		return err
	}))
	require.Error(t, err)
	_, err = loop.RunIn(r, coro.Do(func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			second = coro.Sleep(co, time.Hour)
			return second
		}))
		return coro.Sleep(co, 1)
	}))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	var canceled *future.CanceledError
	require.ErrorAs(t, second, &canceled)
	_, ok := canceled.Message()
	require.False(t, ok)
}
