package loop_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A mainLoop is an application's, which knows nothing of event loops.
type mainLoop struct {
	queue chan func()
	ended bool
}

func newMainLoop() *mainLoop { return &mainLoop{queue: make(chan func(), 1000)} }

func (m *mainLoop) soon(step func()) { m.queue <- step }

func (m *mainLoop) run(t *testing.T) (steps int) {
	for !m.ended {
		select {
		case step := <-m.queue:
			steps++
			step()
		case <-time.After(time.Minute):
			t.Fatal("the guest is lost")
		}
	}
	return steps
}

// rest runs what a guest hands out until it rests.
func (m *mainLoop) rest() {
	for len(m.queue) > 0 {
		(<-m.queue)()
	}
}

// A guest returns what Run returns, with the same trace.
func TestGuestIsRun(t *testing.T) {
	errBad := errors.New("bad")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errBad)
	for name, test := range map[string]struct {
		main func(trace func(string)) coro.Func[int]
		opts []loop.Option
	}{
		"value": {main: func(trace func(string)) coro.Func[int] {
			return func(co *coro.Co) (int, error) {
				for range 3 {
					trace("main")
					if err := coro.Sleep(co, time.Second); err != nil {
						return 0, err
					}
				}
				return 7, nil
			}
		}},
		"error": {main: func(func(string)) coro.Func[int] {
			return func(co *coro.Co) (int, error) { return 0, errBad }
		}},
		"tasks that are left": {main: func(trace func(string)) coro.Func[int] {
			return func(co *coro.Co) (int, error) {
				for _, name := range []string{"a", "b"} {
					coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
						defer trace("end of " + name)
						err := coro.Sleep(co, time.Hour)
						trace("canceled " + name)
						_ = coro.Sleep(co, time.Second)
						return err
					}))
				}
				loop.Of(co).CallLater(2*time.Hour, func() { trace("never") })
				return 1, coro.Sleep(co, time.Minute)
			}
		}},
		"thread": {main: func(trace func(string)) coro.Func[int] {
			return func(co *coro.Co) (int, error) {
				return loop.ToThread(func(context.Context) (int, error) { return 3, nil })(co)
			}
		}},
		"deadlock": {main: func(trace func(string)) coro.Func[int] {
			return func(co *coro.Co) (int, error) {
				defer trace("unwound")
				return loop.CreateFuture[int](loop.Of(co)).Await(co)
			}
		}},
		"context": {
			main: func(trace func(string)) coro.Func[int] {
				return func(co *coro.Co) (int, error) { return 0, coro.Sleep(co, time.Hour) }
			},
			opts: []loop.Option{loop.Context(ctx)},
		},
		"stop": {main: func(trace func(string)) coro.Func[int] {
			return func(co *coro.Co) (int, error) {
				loop.Of(co).Stop()
				return 0, coro.Sleep(co, time.Hour)
			}
		}},
		"interrupt": {main: func(trace func(string)) coro.Func[int] {
			return func(co *coro.Co) (int, error) {
				defer trace("cleanup")
				return 0, loop.ErrKeyboardInterrupt
			}
		}},
		"panic": {main: func(trace func(string)) coro.Func[int] {
			return func(co *coro.Co) (int, error) { panic("oops") }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			opts := append([]loop.Option{loop.VirtualTime(true), loop.Interrupts(false)}, test.opts...)
			var want, got []string
			wantV, wantErr := loop.Run(test.main(func(s string) { want = append(want, s) }), opts...)

			m := newMainLoop()
			loop.RunGuest(test.main(func(s string) { got = append(got, s) }), m.soon, func(v int, err error) {
				m.ended = true
				require.Equal(t, wantV, v)
				if wantErr == nil {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, wantErr.Error())
				}
			}, opts...)
			require.Empty(t, got, "it has begun before the application called")
			m.run(t)
			require.Equal(t, want, got)
		})
	}
}

// With a real clock the guest is called when a timer is due, and when something comes in.
func TestGuestOnARealClock(t *testing.T) {
	m := newMainLoop()
	posted := make(chan struct{})
	loop.RunGuest(coro.Do(func(co *coro.Co) error {
		l := loop.Of(co)
		if err := coro.Sleep(co, time.Millisecond); err != nil {
			return err
		}
		f := loop.CreateFuture[coro.None](l)
		go func() {
			<-posted
			_, _ = l.CallSoonThreadsafe(func() { _ = f.SetResult(coro.None{}) })
		}()
		close(posted)
		_, err := f.Await(co)
		return err
	}), m.soon, func(_ coro.None, err error) {
		m.ended = true
		require.NoError(t, err)
	}, loop.Interrupts(false))
	require.Less(t, m.run(t), 30, "steps")
}

// What the application does with the loop between two steps, the guest takes up.
func TestGuestIsWokenByTheApplication(t *testing.T) {
	for name, act := range map[string]func(l *loop.Loop, main coro.AnyTask, f *future.Future[int]){
		"Cancel":    func(_ *loop.Loop, main coro.AnyTask, _ *future.Future[int]) { main.Cancel() },
		"SetResult": func(_ *loop.Loop, _ coro.AnyTask, f *future.Future[int]) { _ = f.SetResult(1) },
		"CallSoon": func(l *loop.Loop, _ coro.AnyTask, f *future.Future[int]) {
			l.CallSoon(func() { _ = f.SetResult(1) })
		},
		"CallLater": func(l *loop.Loop, _ coro.AnyTask, f *future.Future[int]) {
			l.CallLater(time.Millisecond, func() { _ = f.SetResult(1) })
		},
		"CreateTask": func(l *loop.Loop, _ coro.AnyTask, f *future.Future[int]) {
			coro.CreateTask(l, coro.Do(func(*coro.Co) error { return f.SetResult(1) }))
		},
	} {
		for _, debug := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", debug ", debug), func(t *testing.T) {
				m := newMainLoop()
				var l *loop.Loop
				var main coro.AnyTask
				var f *future.Future[int]
				loop.RunGuest(func(co *coro.Co) (int, error) {
					l, main, f = loop.Of(co), co.Task(), coro.NewFuture[int](co)
					return f.Await(co)
				}, m.soon, func(_ int, err error) {
					m.ended = true
					require.Equal(t, name == "Cancel", future.IsCanceled(err))
				}, loop.Interrupts(false), loop.Debug(debug))
				m.rest()
				require.False(t, m.ended, "it rests")
				act(l, main, f)
				m.run(t)
			})
		}
	}
}

// A timeout that the application moves is a timer less or more.
func TestGuestTimeoutIsMoved(t *testing.T) {
	m := newMainLoop()
	var l *loop.Loop
	var scope *coro.TimeoutScope
	loop.RunGuest(coro.Do(func(co *coro.Co) error {
		l = loop.Of(co)
		return coro.Timeout(co, time.Hour, func(s *coro.TimeoutScope) error {
			scope = s
			return coro.Sleep(co, coro.Forever)
		})
	}), m.soon, func(_ coro.None, err error) {
		m.ended = true
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}, loop.Interrupts(false))
	m.rest()
	require.NoError(t, scope.Reschedule(l.Deadline(time.Millisecond)))
	m.run(t)
}

// A guest whose virtual clock waits for what does not come says so.
func TestGuestTellsOfAHold(t *testing.T) {
	defer loop.SetPatience(time.Millisecond)()
	var out lockedBuffer
	told := make(chan struct{})
	out.wrote = func() { close(told) }
	m := newMainLoop()
	var release func()
	loop.RunGuest(coro.Do(func(co *coro.Co) error {
		release = loop.Of(co).Hold()
		return coro.Sleep(co, time.Hour)
	}), m.soon, func(_ coro.None, err error) {
		m.ended = true
		require.NoError(t, err)
	}, loop.VirtualTime(true), loop.Interrupts(false), loop.Logger(slog.New(slog.NewTextHandler(&out, nil))))
	m.rest()
	<-told
	require.Contains(t, out.String(), "it waits for 1 hold since")
	release()
	m.run(t)
}

// When done was called the application is left alone, whatever has ended the guest.
func TestGuestHandsOutNothingAfterDone(t *testing.T) {
	for name, main := range map[string]coro.Func[coro.None]{
		"return": coro.Do(func(co *coro.Co) error { return nil }),
		"deadlock in the cleanup": coro.Do(func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				_ = coro.Sleep(co, time.Hour)
				_, err := loop.CreateFuture[int](loop.Of(co)).Await(co)
				return err
			}))
			return coro.Sleep(co, 0)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			m := newMainLoop()
			var l *loop.Loop
			var release func()
			loop.RunGuest(func(co *coro.Co) (coro.None, error) {
				l = loop.Of(co)
				return main(co)
			}, m.soon, func(coro.None, error) {
				m.ended = true
				require.True(t, l.IsClosed())
				release = l.Hold()
			}, loop.VirtualTime(true), loop.Interrupts(false), loop.Logger((&logged{}).logger()))
			m.run(t)
			l.Stop()
			release()
			require.Empty(t, m.queue)
		})
	}
}

// A Goexit closes the loop, wherever in a step it is called, and that is all.
func TestGuestGoexit(t *testing.T) {
	for name, test := range map[string]struct {
		main func(l *loop.Loop)
		opts []loop.Option
	}{
		"in main": {main: func(*loop.Loop) { runtime.Goexit() }},
		"in the exception handler, of the cleanup": {
			main: func(l *loop.Loop) {
				coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
					_ = coro.Sleep(co, time.Hour)
					return errors.New("bad")
				}))
				l.CallSoon(func() {})
			},
			opts: []loop.Option{loop.OnException(func(*loop.Loop, future.ErrorContext) { runtime.Goexit() })},
		},
		"in OnAdvance": {
			main: func(l *loop.Loop) {
				coro.CreateTask(l, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }))
			},
			opts: []loop.Option{loop.OnAdvance(func(_, _ time.Duration) { runtime.Goexit() })},
		},
	} {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			var l *loop.Loop
			var kept func()
			m := newMainLoop()
			loop.RunGuest(coro.Do(func(co *coro.Co) error {
				l = loop.Of(co)
				test.main(l)
				if name == "in OnAdvance" {
					return coro.Sleep(co, time.Minute)
				}
				return coro.Sleep(co, 0)
			}), func(step func()) {
				kept = step
				m.soon(step)
			}, func(coro.None, error) { panic("done was called") },
				append(test.opts, loop.VirtualTime(true), loop.Context(ctx), loop.Interrupts(false))...)
			require.False(t, onGoroutine(func() { m.run(t) }))
			require.True(t, l.IsClosed())
			for len(m.queue) > 0 {
				<-m.queue
			}
			l.Stop()
			require.Empty(t, m.queue)
			kept()
		})
	}
}

// An application that closes the loop ends the run.
func TestGuestIsClosed(t *testing.T) {
	noLeak(t)
	for _, virtual := range []bool{true, false} {
		m := newMainLoop()
		var l *loop.Loop
		var trace []string
		loop.RunGuest(coro.Do(func(co *coro.Co) error {
			l = loop.Of(co)
			defer func() { trace = append(trace, "unwound") }()
			defer l.Hold()()
			return coro.Sleep(co, coro.Forever)
		}), m.soon, func(_ coro.None, err error) {
			m.ended = true
			require.Equal(t, loop.ErrClosed, err)
			trace = append(trace, "done")
		}, loop.VirtualTime(virtual), loop.Interrupts(false))
		m.rest()
		require.NoError(t, l.Close())
		m.run(t)
		require.Equal(t, []string{"unwound", "done"}, trace)
		require.Empty(t, m.queue)
	}
}

// An application that owns the loop between two steps may run it as well, and main may end
// in that.
func TestGuestIsRunByTheApplication(t *testing.T) {
	for name, test := range map[string]struct{ main, run error }{
		"return":    {nil, loop.ErrStopped},
		"interrupt": {loop.ErrKeyboardInterrupt, loop.ErrKeyboardInterrupt},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMainLoop()
			var l *loop.Loop
			var f *future.Future[int]
			loop.RunGuest(coro.Do(func(co *coro.Co) error {
				l, f = loop.Of(co), coro.NewFuture[int](co)
				if _, err := f.Await(co); err != nil {
					return err
				}
				return test.main
			}), m.soon, func(_ coro.None, err error) {
				m.ended = true
				require.ErrorIs(t, err, test.main)
			}, loop.Interrupts(false))
			m.rest()
			require.NoError(t, f.SetResult(1))
			var err error
			for err == nil {
				err = l.Step()
			}
			require.ErrorIs(t, err, test.run)
			m.run(t)
		})
	}
}

// In a bubble, whose time an alarm would move, a guest whose clock stands still rests.
func TestGuestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		log := &logged{}
		m := newMainLoop()
		loop.RunGuest(coro.Do(func(co *coro.Co) error {
			let := make(chan struct{})
			go func() {
				<-time.After(time.Hour) // of the bubble
				close(let)
			}()
			_, err := loop.Go(wait(let))(co)
			return err
		}), m.soon, func(_ coro.None, err error) {
			m.ended = true
			require.NoError(t, err)
		}, loop.VirtualTime(true), loop.Logger(log.logger()))
		for !m.ended {
			(<-m.queue)()
		}
		require.Equal(t, time.Hour, time.Since(begun))
		require.Empty(t, log.String())
	})
}

// A soon that calls the step ends the run, and no goroutine is left.
func TestGuestStepsInsideOfAStep(t *testing.T) {
	noLeak(t)
	var ended []error
	loop.RunGuest(coro.Do(func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }))
		loop.Of(co).Stop()
		return coro.Sleep(co, time.Hour)
	}), func(step func()) { step() }, func(_ coro.None, err error) {
		ended = append(ended, err)
	}, loop.Interrupts(false), loop.VirtualTime(true), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	require.Len(t, ended, 1)
	require.ErrorIs(t, ended[0], loop.ErrRunning)
}

func TestGuestOfNil(t *testing.T) {
	m, done := newMainLoop(), func(coro.None, error) {}
	nop := coro.Do(func(*coro.Co) error { return nil })
	require.PanicsWithValue(t, "loop: RunGuest of a nil function", func() { loop.RunGuest(nil, m.soon, done) })
	require.PanicsWithValue(t, "loop: RunGuest of a nil function", func() { loop.RunGuest(nop, nil, done) })
	require.PanicsWithValue(t, "loop: RunGuest of a nil function", func() { loop.RunGuest[coro.None](nop, m.soon, nil) })
}
