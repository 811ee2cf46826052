package loop_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
	"github.com/ouro-loop/ouro/trace"
)

// A program does the same, at the same times and in the same order, whether it is asked in
// every entry or never.
func TestInspectChangesNothing(t *testing.T) {
	noLeak(t)
	record := func(ask bool) (lines []string) {
		r := trace.New()
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			l := loop.Of(co)
			note := func(format string, args ...any) {
				lines = append(lines, fmt.Sprintf("%v ", l.Time())+fmt.Sprintf(format, args...))
				if ask {
					answer := asked(l)
					go func() { _, _ = answer() }()
				}
			}
			var lock locks.Lock
			queue := queues.New[int](2)
			return coro.Group(co, func(g *coro.TaskGroup) error {
				for i := range 5 {
					spawn(g, "", func(co *coro.Co) error {
						for n := range 5 {
							err := lock.With(co, func() error {
								note("%d has the lock", i)
								return coro.Sleep(co, time.Duration(i*n%3)*time.Millisecond)
							})
							if err == nil {
								err = queue.Put(co, i)
							}
							if err != nil {
								return err
							}
							note("%d has put", i)
							l.CallSoon(func() { note("%d called", i) })
						}
						return nil
					})
				}
				spawn(g, "", func(co *coro.Co) error {
					for range 25 {
						v, err := queue.Get(co)
						if err != nil {
							return err
						}
						note("got %d", v)
						if _, err := coro.WaitFor(co, coro.Bind0(forever), time.Duration(v%2)*time.Microsecond); !future.IsTimeout(err) {
							return err
						}
						if err := coro.Sleep(co, 0); err != nil {
							return err
						}
					}
					return nil
				})
				return nil
			})
		}, loop.VirtualTime(true), loop.Record(r)))
		return append(lines, told(r.Trace())...)
	}
	want := record(false)
	require.Greater(t, len(want), 75)
	for range 5 {
		require.Equal(t, want, record(true))
	}
}

// A question is no work: who looks for that finds none.
func TestInspectIsNoWork(t *testing.T) {
	t.Run("of a loop between two steps", func(t *testing.T) {
		noLeak(t)
		l := newLoop(t)
		spawn(l, "sleeper", sleeping(time.Second))
		require.NoError(t, l.RunUntilIdle())
		answer := asked(l)
		require.True(t, l.Idle())
		require.Equal(t, coro.Forever, l.MayWait())
		l.CallSoon(func() {}) // goes through the inbox
		require.True(t, l.Asked())
		require.NoError(t, l.RunUntilIdle()) // does not spin
		s, err := answer()
		require.NoError(t, err)
		require.Zero(t, s.Time)
		require.Len(t, s.Tasks, 1)
		require.NoError(t, l.AdvanceTo(time.Minute))
		require.Equal(t, time.Minute, l.Time())
	})
	t.Run("that is asked in the last entry", func(t *testing.T) {
		noLeak(t)
		l := newLoop(t)
		var answer func() (*loop.Snapshot, error)
		l.CallSoon(func() { answer = asked(l) })
		require.NoError(t, l.Step())
		s, err := answer() // the end of the step has given it
		require.NoError(t, err)
		require.True(t, s.Running)
	})
	t.Run("a deadlock is found", func(t *testing.T) {
		noLeak(t)
		var answer func() (*loop.Snapshot, error)
		d := deadlockOf(t, func(co *coro.Co) error {
			loop.Of(co).CallLater(time.Second, func() { answer = asked(loop.Of(co)) })
			return coro.Await(co, coro.NewFuture[int](co))
		})
		require.Len(t, d.Tasks, 1)
		s, err := answer()
		require.NoError(t, err)
		require.Equal(t, "a future", s.Tasks[0].On.Text)
		require.Equal(t, time.Second, s.Time)
	})
	t.Run("a clock that is stuck is found when it would be", func(t *testing.T) {
		noLeak(t)
		run := func(ask bool) (iterations int) {
			l := newLoop(t, loop.StuckAfter(1000))
			spawn(l, "polls", func(co *coro.Co) error {
				for {
					iterations++
					if ask && iterations%3 == 0 {
						answer := asked(l)
						defer func() { _, _ = answer() }()
					}
					if err := coro.Sleep(co, 0); err != nil {
						return err
					}
				}
			}).AddDoneCallback(l.Stop)
			var stuck *loop.StuckError
			require.ErrorAs(t, l.RunForever(), &stuck)
			for _, task := range coro.AllTasks(l) {
				task.Cancel()
			}
			_ = l.RunForever()
			return iterations
		}
		require.Equal(t, run(false), run(true))
	})
}

// A question is not lost that a post comes on top of, and that is taken in, in the middle of an
// entry, with that.
func TestInspectBelowPost(t *testing.T) {
	noLeak(t)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		done := new(locks.Event)
		answer := asked(l)
		if _, err := l.CallSoonThreadsafe(func() {}); err != nil {
			return err
		}
		l.CallSoon(func() {}) // takes the post in
		require.True(t, l.Asked(), "it is answered between two entries only")
		go func() {
			_, _ = answer()
			_, _ = l.CallSoonThreadsafe(done.Set)
		}()
		return done.Wait(co)
	}))
}

// A virtual clock that stands still says so in time, however often it is asked for.
func TestInspectKeepsPatience(t *testing.T) {
	noLeak(t)
	defer loop.SetPatience(200 * time.Millisecond)()
	told := make(chan struct{})
	handler := slog.NewTextHandler(writer(func([]byte) { close(told) }), nil)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		release := l.Hold()
		go func() {
			defer release()
			for {
				select {
				case <-told:
					return
				default:
					_, _ = loop.Inspect(context.Background(), l)
				}
			}
		}()
		return coro.Sleep(co, time.Second)
	}, loop.VirtualTime(true), loop.Logger(slog.New(handler))))
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

// Eight goroutines ask, and others post, while the loop runs: every question is answered and
// every post is run.
func TestInspectUnderLoad(t *testing.T) {
	noLeak(t)
	const posters, posts = 4, 2 * loop.MaxPosts
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		var ran int
		var over atomic.Bool
		var asking, posting sync.WaitGroup
		for range 8 {
			asking.Go(func() {
				for !over.Load() {
					s, err := loop.Inspect(context.Background(), l, loop.Stacks(3))
					if err != nil || len(s.Tasks) == 0 || s.WritePS(io.Discard) != nil || s.WritePSTree(io.Discard) != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for range posters {
			posting.Go(func() {
				for range posts {
					_, _ = l.CallSoonThreadsafe(func() { ran++ })
				}
			})
		}
		var lock locks.Lock
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			for range 20 {
				spawn(g, "", func(co *coro.Co) error {
					for range 50 {
						if err := lock.With(co, func() error { return coro.Sleep(co, time.Microsecond) }); err != nil {
							return err
						}
					}
					return nil
				})
			}
			return nil
		})
		if err != nil {
			return err
		}
		if _, err := loop.ToThread(func(context.Context) (int, error) { posting.Wait(); return 0, nil })(co); err != nil {
			return err
		}
		for ran < posters*posts {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		over.Store(true)
		_, err = loop.ToThread(func(context.Context) (int, error) { asking.Wait(); return 0, nil })(co)
		return err
	}))
}

// Who asks a loop that cannot answer is told why.
func TestInspectWithoutAnswer(t *testing.T) {
	t.Run("closed", func(t *testing.T) {
		noLeak(t)
		l := newLoop(t)
		require.NoError(t, l.Close())
		_, err := loop.Inspect(context.Background(), l)
		require.ErrorIs(t, err, loop.ErrClosed)
		require.Empty(t, l.Snapshot().Tasks)
	})
	t.Run("that is closed meanwhile", func(t *testing.T) {
		noLeak(t)
		l := newLoop(t)
		answer := asked(l)
		require.NoError(t, l.Close())
		_, err := answer()
		require.ErrorIs(t, err, loop.ErrClosed)
	})
	t.Run("that a Goexit takes down", func(t *testing.T) {
		noLeak(t)
		l := newLoop(t)
		answers := make(chan func() (*loop.Snapshot, error), 1)
		l.CallSoon(func() {
			answers <- asked(l)
			runtime.Goexit()
		})
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = l.RunForever()
		}()
		_, err := (<-answers)()
		require.ErrorIs(t, err, loop.ErrClosed)
		<-ended
	})
	t.Run("that does not run, in time", func(t *testing.T) {
		noLeak(t)
		l := newLoop(t)
		errLate := errors.New("late")
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(errLate)
		_, err := loop.Inspect(ctx, l)
		require.ErrorIs(t, err, loop.ErrNoAnswer)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorContains(t, err, "it does not run")
		require.False(t, l.Asked())
	})
	t.Run("that does not run, and no end of the wait", func(t *testing.T) {
		noLeak(t)
		_, err := loop.Inspect(context.Background(), newLoop(t))
		require.ErrorIs(t, err, loop.ErrNoAnswer)
		require.ErrorContains(t, err, "Snapshot")
	})
	t.Run("that a task keeps", func(t *testing.T) {
		noLeak(t)
		l := newLoop(t)
		ctx, cancel := context.WithCancel(context.Background())
		failed := make(chan error, 1)
		l.CallSoon(func() {
			go func() {
				_, err := loop.Inspect(ctx, l)
				failed <- err
			}()
			for !l.Asked() {
				runtime.Gosched()
			}
			cancel()
			err := <-failed // while it is kept
			require.ErrorIs(t, err, loop.ErrNoAnswer)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorContains(t, err, "a task or callback keeps it")
		})
		require.NoError(t, l.RunUntilIdle())
		require.False(t, l.Asked())
	})
	t.Run("whose clock panics", func(t *testing.T) {
		noLeak(t)
		c := &brokenClock{}
		l := loop.New(loop.UseClock(c))
		var answer func() (*loop.Snapshot, error)
		l.CallSoon(func() { answer, c.broken = asked(l), true })
		l.CallSoon(l.Stop)
		require.NoError(t, l.RunForever())
		_, err := answer()
		require.ErrorIs(t, err, loop.ErrNoAnswer)
		require.ErrorContains(t, err, "no time")
		c.broken = false
		require.NoError(t, l.Close())
	})
	t.Run("misuse", func(t *testing.T) {
		l := newLoop(t)
		require.PanicsWithValue(t, "loop: Inspect with a nil context; context.Background() never ends", func() {
			var none context.Context
			_, _ = loop.Inspect(none, l)
		})
		require.PanicsWithValue(t, "loop: a nil InspectOption; leave it out", func() { l.Snapshot(nil) })
		require.Panics(t, func() { _, _ = loop.Inspect(context.Background(), nil) })
		require.Panics(t, func() { new(loop.Loop).Snapshot() })
	})
}

type brokenClock struct{ broken bool }

func (c *brokenClock) Time() time.Duration {
	if c.broken {
		panic("no time")
	}
	return 0
}

func (c *brokenClock) SleepTime(time.Duration) time.Duration { return coro.Forever }

// One loop may ask another. Whether it is its own, it cannot always tell.
func TestInspectAnotherLoop(t *testing.T) {
	noLeak(t)
	other := loop.New()
	started, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		other.CallSoon(func() { close(started) })
		_ = other.RunForever()
	}()
	<-started
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		ctx, cancel := context.WithTimeout(co.Context(), time.Minute)
		defer cancel()
		s, err := loop.Inspect(ctx, other)
		require.NoError(t, err)
		require.Empty(t, s.Tasks)
		_, err = loop.Inspect(context.Background(), loop.Of(co))
		if err != nil { // it would have waited for itself for ever
			require.ErrorIs(t, err, loop.ErrNoAnswer)
		}
		return nil
	}))
	other.Stop()
	<-ended
	require.NoError(t, other.Close())
}

// A guest answers while it rests.
func TestInspectGuest(t *testing.T) {
	for name, virtual := range map[string]bool{"real time": false, "virtual time, with work out": true} {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			m := newMainLoop()
			var l *loop.Loop
			var release func()
			event := new(locks.Event)
			loop.RunGuest(coro.Do(func(co *coro.Co) error {
				l = loop.Of(co)
				if virtual {
					release = l.Hold()
				}
				return event.Wait(co)
			}), m.soon, func(_ coro.None, err error) {
				m.ended = true
				require.NoError(t, err)
			}, loop.VirtualTime(virtual), loop.Interrupts(false))
			m.rest()
			for range 3 {
				results := make(chan error, 1)
				go func() {
					s, err := loop.Inspect(context.Background(), l)
					if err == nil && s.Tasks[0].On.Kind != "event" {
						err = errors.New(s.Tasks[0].On.Kind)
					}
					results <- err
				}()
				(<-m.queue)()
				require.NoError(t, <-results)
				m.rest()
				require.Empty(t, m.queue, "it rests again")
			}
			event.Set() // as the application may, between two steps
			if virtual {
				release()
			}
			m.run(t)
		})
	}
}

// A task of Submit is awaited from outside.
func TestInspectSubmitted(t *testing.T) {
	s := seen(t, func(co *coro.Co) error {
		_, err := loop.Submit(loop.Of(co), coro.Do(sleeping(time.Hour)))
		require.NoError(t, err)
		return coro.Sleep(co, time.Second)
	})
	require.Equal(t, "Submit", s.Tasks[1].AwaitedFrom)
}
