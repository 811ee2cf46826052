package loop_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
)

// who is where the caller runs, as its loop's scheduler and package coro see it.
func who() string {
	at, s, c := sched.WhoCalls()
	if sameAt, sameS, sameC := oneForAll.WhoCalls(); sameAt != at || sameS != s || sameC != c {
		return "somebody who has called before"
	}
	switch at {
	case sched.InCoroutine:
		if c.Scheduler() != s || s.Current() != c {
			return "a wrong coroutine"
		}
		return c.Body().(interface{ Task() coro.AnyTask }).Task().Name()
	case sched.InCallback:
		return "a callback"
	}
	if s != nil || c != nil {
		return "elsewhere, and yet somewhere"
	}
	return "elsewhere"
}

// oneForAll remembers who has called last, on whatever goroutine.
var oneForAll sched.Caller

func track(co *coro.Co) { (*sched.Scheduler)(co.Scheduler()).Track() }

func TestWhoCalls(t *testing.T) {
	noLeak(t)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		var waits *coro.Task[string]
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			waits = coro.CreateTask(g, func(co *coro.Co) (string, error) {
				err := coro.Sleep(co, 2*time.Millisecond) // it has begun before anybody is tracked
				return who(), err
			}, coro.Name("waits"))
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
			if goroutine.HasKeys {
				require.Equal(t, "elsewhere", who(), "nobody has asked for it yet")
			}
			track(co)
			require.Equal(t, "Task-1", who())

			hosted, alone := "", ""
			l.CallSoon(func() { hosted = who() })
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
			require.Equal(t, "a callback", hosted)
			l.CallLater(time.Millisecond, func() { alone = who() })
			if err := coro.Sleep(co, 2*time.Millisecond); err != nil {
				return err
			}
			require.Equal(t, "a callback", alone)
			require.Equal(t, "Task-1", who())
			return nil
		})
		if err != nil {
			return err
		}
		name, err := waits.Result()
		require.NoError(t, err)
		require.Equal(t, "waits", name)

		eager := ""
		coro.CreateTask(co, coro.Do(func(*coro.Co) error { eager = who(); return nil }), coro.Name("eager"), coro.Eager(true))
		require.Equal(t, "eager", eager)
		require.Equal(t, "Task-1", who())

		inside := coro.NewGenerator(func(y *coro.Yielder[string]) error {
			if err := y.Yield(who()); err != nil {
				return err
			}
			if err := coro.Sleep(y.Co(), 0); err != nil {
				return err
			}
			return y.Yield(who())
		})
		n := 0
		for name, err := range inside.All(co) {
			n++
			require.NoError(t, err)
			require.Equal(t, "Task-1", name)
		}
		require.Equal(t, 2, n)

		name, err = loop.ToThread(func(context.Context) (string, error) { return who(), nil })(co)
		require.Equal(t, "elsewhere", name)
		if err != nil {
			return err
		}
		other := make(chan string)
		go func() { other <- who() }()
		require.Equal(t, "elsewhere", <-other)
		return nil
	}))
	require.Equal(t, "elsewhere", who())
}

// What is ended by force, as its loop is closed, is in no coroutine that may suspend.
func TestWhoCallsAtTheEnd(t *testing.T) {
	noLeak(t)
	l := loop.New(loop.Logger((&logged{}).logger()))
	at := ""
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		track(co)
		defer func() { at = who() }()
		return coro.Sleep(co, time.Hour)
	}))
	l.CallLater(time.Millisecond, l.Stop)
	require.NoError(t, l.RunForever())
	require.NoError(t, l.Close())
	require.Equal(t, "a callback", at)
	require.Equal(t, "elsewhere", who())
}

// Loops run side by side, and goroutines come and go, whose keys are used again.
func TestWhoCallsSideBySide(t *testing.T) {
	noLeak(t)
	var loops, others sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		others.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				done := make(chan string)
				go func() { done <- who() }()
				if got := <-done; got != "elsewhere" {
					panic(got)
				}
			}
		})
	}
	for i := range 4 {
		loops.Go(func() {
			for j := range 10 {
				err := loop.Main(func(co *coro.Co) error {
					track(co)
					return coro.Group(co, func(g *coro.TaskGroup) error {
						for k := range 20 {
							name := fmt.Sprint(i, j, k)
							coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
								for range 5 {
									if got := who(); got != name {
										return fmt.Errorf("%q is taken for %q", name, got)
									}
									if err := coro.Sleep(co, 0); err != nil {
										return err
									}
								}
								return nil
							}), coro.Name(name))
						}
						return nil
					})
				})
				if err != nil {
					panic(err)
				}
			}
		})
	}
	loops.Wait()
	close(stop)
	others.Wait()
}

func BenchmarkWhoCalls(b *testing.B) {
	_ = loop.Main(func(co *coro.Co) error {
		track(co)
		b.ReportAllocs()
		var who sched.Caller // as each connection has one
		for b.Loop() {
			who.WhoCalls()
		}
		return nil
	})
}
