package loop_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// What blocks is named, with what to use instead.
func TestWatchWhatBlocks(t *testing.T) {
	after := func() <-chan time.Time { return time.After(3 * d) }
	for _, test := range []struct {
		name  string
		block func(co *coro.Co)
		want  string
	}{
		{"time.Sleep", func(*coro.Co) { sleep(3 * d) }, "in time.Sleep; use coro.Sleep"},
		{"receive", func(*coro.Co) { <-after() }, "in chan receive; use loop.Receive"},
		{"send", func(*coro.Co) {
			ch := make(chan int)
			go func() { <-after(); <-ch }()
			ch <- 1
		}, "in chan send; use loop.Go, or a channel with room"},
		{"select", func(*coro.Co) {
			select {
			case <-after():
			case <-make(chan int):
			}
		}, "in select; use loop.Receive or loop.Go"},
		{"wait group", func(*coro.Co) {
			var wg sync.WaitGroup
			wg.Go(func() { <-after() })
			wg.Wait()
		}, "in sync.(*WaitGroup).Wait; use coro.Group or loop.ToThread"},
		{"condition", func(*coro.Co) {
			var mu sync.Mutex
			cond := sync.NewCond(&mu)
			time.AfterFunc(3*d, cond.Signal)
			mu.Lock()
			cond.Wait()
			mu.Unlock()
		}, "in sync.(*Cond).Wait; use locks.Condition"},
		{"a future of Submit", func(co *coro.Co) {
			f, err := loop.Submit(loop.Of(co), coro.Do(func(*coro.Co) error { return nil }))
			require.NoError(t, err)
			go func() { <-after(); f.Cancel() }() // the task can never run
			_, err = f.Wait(context.Background())
			require.Error(t, err)
		}, "in executor.(*Future[...]).Wait; use loop.WrapFuture, and await that"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := inBubble(t, func(co *coro.Co) error {
				if err := coro.Sleep(co, time.Hour); err != nil { // the watchdog dozes
					return err
				}
				test.block(co)
				return nil
			})
			require.Len(t, s.all, 2)
			require.Contains(t, s.lines()[0], test.want)
			require.Contains(t, s.lines()[0], `task "main", inBubble.func`)
			require.NotEmpty(t, s.all[0].Stack)
			require.Contains(t, s.all[0].Stack[0].Function, "TestWatchWhatBlocks")
		})
	}
}

func watchedGenerator(y *coro.Yielder[int]) error {
	blockNamed()
	return y.Yield(1)
}

// Whatever runs is found, on whatever stack.
func TestWatchWho(t *testing.T) {
	blocking := coro.Do(func(*coro.Co) error { blockNamed(); return nil })
	for _, test := range []struct {
		name string
		main func(co *coro.Co) error
		task string
		own  string // innermost but one of the program's calls; the innermost is blockNamed
	}{
		{"a task", func(co *coro.Co) error { blockNamed(); return nil }, "main", "TestWatchWho"},
		{"another task", func(co *coro.Co) error {
			_, err := coro.CreateTask(co, blocking, coro.Name("other")).Await(co)
			return err
		}, "other", "TestWatchWho"},
		{"an eager task", func(co *coro.Co) error {
			_, err := coro.CreateTask(co, blocking, coro.Name("eager"), coro.Eager(true)).Await(co)
			return err
		}, "eager", "TestWatchWho"},
		{"who created an eager task", func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return nil }), coro.Name("eager"), coro.Eager(true))
			blockNamed()
			return nil
		}, "main", "TestWatchWho"},
		{"a task that hosted another one", func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, 0) }), coro.Name("hosted"))
			for range 3 {
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
			}
			blockNamed()
			return nil
		}, "main", "TestWatchWho"},
		{"a renamed task", func(co *coro.Co) error {
			co.Task().SetName("renamed")
			blockNamed()
			return nil
		}, "renamed", "TestWatchWho"},
		{"a task without a name", func(co *coro.Co) error {
			_, err := coro.CreateTask(co, blocking).Await(co)
			return err
		}, "Task-2", "TestWatchWho"},
		{"a task on the worker of one that has ended", func(co *coro.Co) error {
			for range 20 { // too many for a host
				coro.CreateTask(co, coro.Do(func(*coro.Co) error { return nil }), coro.Name("ended"))
			}
			coro.CreateTask(co, blocking, coro.Name("blocks"))
			return coro.Sleep(co, 0)
		}, "blocks", "TestWatchWho"},
		{"a hosted callback", func(co *coro.Co) error {
			loop.Of(co).CallSoon(blockNamed)
			return coro.Sleep(co, 0)
		}, "", ""},
		{"a callback", func(co *coro.Co) error {
			loop.Of(co).CallLater(d, blockNamed)
			return coro.Sleep(co, 5*d)
		}, "", ""},
		{"a callback of a future", func(co *coro.Co) error {
			f := loop.CreateFuture[int](loop.Of(co))
			f.AddDoneCallback(blockNamed)
			if err := f.SetResult(1); err != nil {
				return err
			}
			return coro.Sleep(co, time.Second)
		}, "", ""},
		{"a generator", func(co *coro.Co) error {
			g := coro.NewGenerator(watchedGenerator)
			_, err := g.Next(co)
			return errors.Join(err, g.Close(co))
		}, "main", "watchedGenerator"},
		{"an iterator", func(co *coro.Co) error {
			next, stop := iter.Pull(func(yield func(int) bool) { blockNamed(); yield(1) })
			defer stop()
			next()
			return nil
		}, "main", "TestWatchWho"},
		{"a deferred function", func(co *coro.Co) error {
			defer blockNamed()
			return nil
		}, "main", "TestWatchWho"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := inBubble(t, test.main)
			require.Len(t, s.all, 2, "%v", s.lines())
			for _, stall := range s.all {
				require.Equal(t, test.task, stall.Task)
				require.Equal(t, "time.Sleep", stall.In)
				require.Contains(t, stall.Stack[0].Function, "blockNamed")
				if test.task == "" {
					require.Contains(t, stall.Function, "blockNamed")
					require.Len(t, stall.Stack, 1)
				} else {
					require.Contains(t, stall.Stack[1].Function, test.own)
					require.NotContains(t, stall.Function, "blockNamed")
				}
			}
			require.False(t, s.all[0].Over)
			require.True(t, s.all[1].Over)
		})
	}
}

// attempts is how often a test in real time is tried: on a machine that has other things to
// do, a step may last too long before it has come to where it is to block.
const attempts = 100

// A blocked loop is found in real time as well, by both ways of looking, also if the clock is
// virtual, and if there are many tasks. The stall ends when its first report was seen.
func TestWatchWhileItBlocks(t *testing.T) {
	for _, parked := range []int{0, 1000} {
		for _, test := range []struct {
			name  string
			in    string
			block func(release <-chan struct{})
		}{
			{"computes", "", func(release <-chan struct{}) {
				for released := false; !released; {
					select {
					case <-release:
						released = true
					default:
					}
				}
			}},
			{"receives", "chan receive", func(release <-chan struct{}) { <-release }},
			{"sends", "chan send", func(release <-chan struct{}) {
				ch := make(chan int)
				go func() { <-release; <-ch }()
				ch <- 1
			}},
			{"locks", "sync.(*Mutex).Lock", func(release <-chan struct{}) {
				var mu sync.Mutex
				mu.Lock()
				go func() { <-release; mu.Unlock() }()
				mu.Lock()
			}},
		} {
			t.Run(fmt.Sprintf("parked=%d/%s", parked, test.name), func(t *testing.T) {
				if test.name == "computes" && runtime.GOARCH == "wasm" {
					t.Skip("there is one thread, which the watchdog does not get meanwhile")
				}
				noLeak(t)
				require.NoError(t, loop.Main(func(co *coro.Co) error {
					for range parked {
						coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, coro.Forever) }))
					}
					if err := coro.Sleep(co, 0); err != nil {
						return err
					}
					var s *stalls
					for range attempts {
						s = watchedWhile(co, test.block)
						if foundBlocker(s, "blocker", "TestWatchWhileItBlocks") && s.all[0].In == test.in {
							return nil
						}
					}
					t.Errorf("%v", s.all)
					return nil
				}, loop.VirtualTime(true)))
			})
		}
	}
}

// watchedWhile has a task "blocker" block the loop until that is reported.
func watchedWhile(co *coro.Co, block func(release <-chan struct{})) *stalls {
	s := new(stalls)
	release := make(chan struct{}, 1)
	stop := loop.Watch(loop.Of(co), 20*time.Millisecond, func(stall loop.Stall) {
		s.add(stall)
		select {
		case release <- struct{}{}:
		default:
		}
	})
	defer stop()
	_, _ = coro.CreateTask(co, coro.Do(func(*coro.Co) error {
		block(release)
		return nil
	}), coro.Name("blocker")).Await(co)
	return s
}

// foundBlocker reports whether the two reports are of the task of that name, "" for a callback,
// in a function of that name.
func foundBlocker(s *stalls, task, function string) bool {
	if len(s.all) != 2 || s.all[0].Task != task || len(s.all[0].Stack) == 0 {
		return false
	}
	first, last := s.all[0], s.all[1]
	return strings.Contains(first.Stack[0].Function, function) &&
		!first.Over && first.Duration >= 20*time.Millisecond &&
		last.Over && last.Duration >= first.Duration && last.Function == first.Function
}

func firstBlocks(release <-chan struct{}) { <-release }

func secondBlocks(release <-chan struct{}) { <-release }

// hostsBlocker has its own task host another one, and then a callback that blocks.
func hostsBlocker(co *coro.Co, release <-chan struct{}) error {
	coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, coro.Forever) }), coro.Name("hosted"))
	loop.Of(co).CallSoon(func() { secondBlocks(release) })
	return coro.Sleep(co, 0)
}

// Of loops that are blocked side by side each has its own stack.
func TestWatchManyLoops(t *testing.T) {
	for _, debug := range []bool{false, true} { // where workers know their names already
		t.Run(fmt.Sprintf("debug=%v", debug), func(t *testing.T) {
			noLeak(t)
			for range attempts {
				if watchedSideBySide(debug) {
					return
				}
			}
			t.Error("the stacks are not found")
		})
	}
}

// watchedSideBySide has loops block until each has had a report, and reports whether each was of
// the right function.
func watchedSideBySide(debug bool) bool {
	const loops = 6
	var all sync.WaitGroup
	var wrong, seen atomic.Int32
	release := make(chan struct{})
	for i := range loops {
		task, function := "", "secondBlocks"
		if i%2 == 0 {
			task, function = "blocker", "firstBlocks"
		}
		all.Go(func() {
			s := new(stalls)
			var once sync.Once
			err := loop.Main(func(co *coro.Co) error {
				if task == "" {
					return hostsBlocker(co, release)
				}
				_, err := coro.CreateTask(co, coro.Do(func(*coro.Co) error {
					firstBlocks(release)
					return nil
				}), coro.Name(task)).Await(co)
				return err
			}, loop.Interrupts(false), loop.Debug(debug), loop.SlowCallback(time.Hour), loop.Watchdog(20*time.Millisecond, func(stall loop.Stall) {
				s.add(stall)
				once.Do(func() {
					if seen.Add(1) == loops {
						close(release)
					}
				})
			}))
			if err != nil || !foundBlocker(s, task, function) {
				wrong.Add(1)
			}
		})
	}
	all.Wait()
	return wrong.Load() == 0
}

// Tasks that were suspended before there is a watchdog are found.
func TestWatchLate(t *testing.T) {
	s := new(stalls)
	synctest.Test(t, func(t *testing.T) {
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				if err := coro.Sleep(co, time.Second); err != nil {
					return err
				}
				blockNamed()
				return nil
			}), coro.Name("early"))
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
			defer loop.Watch(loop.Of(co), d, s.add)()
			blockNamed()
			_, err := task.Await(co)
			return err
		}, loop.Interrupts(false)))
	})
	require.Len(t, s.all, 4)
	require.Equal(t, "Task-1", s.all[0].Task)
	require.Equal(t, "early", s.all[2].Task)
	for _, stall := range s.all {
		require.Contains(t, stall.Stack[0].Function, "blockNamed")
	}
}
