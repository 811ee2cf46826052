package loop_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// The tests that count on times run in a testing/synctest bubble, where a watchdog looks
// exactly when it is to. The others block on what is released by the first report.

const d = 100 * time.Millisecond

var sleep = time.Sleep // which is what has to be found here; in bubbles only

// stalls are reports, with the time of each.
type stalls struct {
	mu  sync.Mutex
	all []loop.Stall
	at  []time.Time
}

func (s *stalls) add(stall loop.Stall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, stall)
	s.at = append(s.at, time.Now())
}

// lines are the reports as text, without the path of this package.
func (s *stalls) lines() (lines []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stall := range s.all {
		lines = append(lines, strings.ReplaceAll(stall.String(), "github.com/ouro-loop/ouro/loop_test.", ""))
	}
	return lines
}

// blockNamed blocks for three times as long as the watchdogs here allow.
func blockNamed() { sleep(3 * d) }

// inBubble runs main as a task "main" in a bubble, with a watchdog, and gives the reports.
func inBubble(t *testing.T, main func(co *coro.Co) error, opts ...loop.Option) *stalls {
	t.Helper()
	s := new(stalls)
	synctest.Test(t, func(t *testing.T) {
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			co.Task().SetName("main")
			return main(co)
		}, append([]loop.Option{loop.Watchdog(d, s.add), loop.Interrupts(false)}, opts...)...))
	})
	return s
}

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

// What is no stall has no report.
func TestWatchNoStall(t *testing.T) {
	brief := func() { sleep(d / 10) }
	for name, main := range map[string]func(co *coro.Co) error{
		"an idle loop": func(co *coro.Co) error { return coro.Sleep(co, 100*d) },
		"a thousand short entries in an iteration": func(co *coro.Co) error {
			for range 1000 {
				loop.Of(co).CallSoon(brief)
			}
			return coro.Sleep(co, 0)
		},
		"short steps": func(co *coro.Co) error {
			for range 100 {
				brief()
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
			}
			return nil
		},
		"short tasks, one after the other": func(co *coro.Co) error {
			for range 100 {
				coro.CreateTask(co, coro.Do(func(*coro.Co) error { brief(); return nil }))
			}
			return coro.Sleep(co, 0)
		},
		"waiting for a thread": func(co *coro.Co) error {
			_, err := loop.Receive(time.After(10 * d))(co)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { require.Empty(t, inBubble(t, main).lines()) })
	}
	drive := func(t *testing.T, run func(l *loop.Loop)) {
		s := new(stalls)
		synctest.Test(t, func(t *testing.T) {
			l := loop.New(loop.Watchdog(d, s.add))
			run(l)
			require.NoError(t, l.Close())
		})
		require.Empty(t, s.lines())
	}
	t.Run("between two runs", func(t *testing.T) {
		drive(t, func(l *loop.Loop) {
			for range 3 {
				sleep(10 * d)
				l.Stop()
				require.NoError(t, l.RunForever())
			}
		})
	})
	t.Run("between two steps", func(t *testing.T) {
		drive(t, func(l *loop.Loop) {
			for range 10 {
				l.CallSoon(brief)
				l.CallSoon(brief)
				require.NoError(t, l.Step(loop.MaxEntries(1)))
				sleep(10 * d)
			}
		})
	})
	t.Run("a guest whose host is slow", func(t *testing.T) {
		s := new(stalls)
		synctest.Test(t, func(t *testing.T) {
			handed, done := make(chan func(), 1), false
			loop.RunGuest(coro.Do(func(co *coro.Co) error { return coro.Sleep(co, d) }),
				func(step func()) { handed <- step },
				func(_ coro.None, err error) { done = err == nil },
				loop.Watchdog(d, s.add), loop.Interrupts(false))
			for !done {
				step := <-handed
				sleep(10 * d)
				step()
			}
		})
		require.Empty(t, s.lines())
	})
}

// A stall of less than d is never reported, one of more than 1.5 d always, once it has
// lasted between the two, wherever in the rhythm of the watchdog it begins. Both reports tell
// how long, at most a quarter of d too little.
func TestWatchTimes(t *testing.T) {
	for _, busy := range []bool{false, true} {
		for begins := time.Duration(0); begins < d; begins += d / 20 {
			for _, lasts := range []time.Duration{d / 2, d - 1, d, 5 * d / 4, 3*d/2 + 1, 2 * d, 10 * d} {
				var began time.Time
				s := inBubble(t, func(co *coro.Co) error {
					if busy { // or else it dozes before
						for range 30 {
							if err := coro.Sleep(co, d/7); err != nil {
								return err
							}
						}
					}
					if err := coro.Sleep(co, 10*d+begins); err != nil {
						return err
					}
					if busy {
						sleep(begins)
						if err := coro.Sleep(co, 0); err != nil {
							return err
						}
					}
					began = time.Now()
					sleep(lasts)
					return nil
				})
				if lasts < d {
					require.Empty(t, s.all)
					continue
				}
				if lasts <= 3*d/2 && len(s.all) == 0 {
					continue
				}
				require.Len(t, s.all, 2, "%v after %v", lasts, begins)
				seen := s.at[0].Sub(began)
				require.GreaterOrEqual(t, seen, d)
				require.LessOrEqual(t, seen, 3*d/2)
				for i, whole := range []time.Duration{seen, lasts} {
					require.LessOrEqual(t, s.all[i].Duration, whole)
					require.GreaterOrEqual(t, s.all[i].Duration, whole-d/4)
				}
			}
		}
	}
}

// attempts is how often a test in real time is tried: on a machine that has other things to
// do, a step may last too long before it has come to where it is to block.
const attempts = 100

// slowClock is a clock that takes long to tell the time, when it is asked to.
type slowClock struct {
	start time.Time
	slow  atomic.Bool
}

func (c *slowClock) Time() time.Duration {
	if c.slow.Swap(false) {
		sleep(9 * d / 10)
	}
	return time.Since(c.start)
}

func (c *slowClock) SleepTime(t time.Duration) time.Duration { return t - time.Since(c.start) }

// What has passed while the loop rested does not count, also before it takes an entry.
func TestWatchCountsFromWakeUp(t *testing.T) {
	s := new(stalls)
	synctest.Test(t, func(t *testing.T) {
		clock := &slowClock{start: time.Now()}
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			l := loop.Of(co)
			for rests := d; rests < 3*d/2; rests += d / 20 {
				time.AfterFunc(rests, func() {
					clock.slow.Store(true)
					_, _ = l.CallSoonThreadsafe(func() {})
				})
				if err := coro.Sleep(co, 4*d); err != nil {
					return err
				}
			}
			return nil
		}, loop.UseClock(clock), loop.Watchdog(d, s.add), loop.Interrupts(false)))
	})
	require.Empty(t, s.lines())
}

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

// However a stall ends, that is reported.
func TestWatchEnds(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func()
	}{
		{"a panic", func() { panic("boom") }},
		{"a Goexit", runtime.Goexit},
	} {
		for _, hosted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, hosted=%v", test.name, hosted), func(t *testing.T) {
				s := new(stalls)
				synctest.Test(t, func(t *testing.T) {
					ended := make(chan struct{})
					go func() {
						defer close(ended)
						_ = loop.Main(func(co *coro.Co) error {
							loop.Of(co).CallSoon(func() { blockNamed(); test.end() })
							if hosted {
								return coro.Sleep(co, 0)
							}
							return coro.Sleep(co, time.Second)
						}, loop.Watchdog(d, s.add), loop.Interrupts(false), loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
					}()
					<-ended
				})
				require.Len(t, s.all, 2)
				require.True(t, s.all[1].Over)
				require.GreaterOrEqual(t, s.all[1].Duration, 3*d-d/4)
				require.LessOrEqual(t, s.all[1].Duration, 3*d)
			})
		}
	}
}

// What a report does wrong does not end the watchdog.
func TestWatchReportFails(t *testing.T) {
	for name, fail := range map[string]func(){"panics": func() { panic("boom") }, "exits": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := new(stalls)
			synctest.Test(t, func(t *testing.T) {
				require.NoError(t, loop.Main(func(co *coro.Co) error {
					for range 2 {
						blockNamed()
						if err := coro.Sleep(co, 1); err != nil {
							return err
						}
					}
					return nil
				}, loop.Interrupts(false), loop.Logger(slog.New(slog.NewTextHandler(&log, nil))), loop.Watchdog(d, func(stall loop.Stall) {
					s.add(stall)
					fail()
				})))
			})
			require.Len(t, s.all, 4)
			if name == "panics" {
				require.Equal(t, 4, strings.Count(log.String(), "panic in what a watchdog reports to"))
			}
		})
	}
}

// Without a function the loop's logger is told, and may panic.
func TestWatchLogs(t *testing.T) {
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), panickingHandler{}} {
		synctest.Test(t, func(t *testing.T) {
			require.NoError(t, loop.Main(func(*coro.Co) error { blockNamed(); return nil },
				loop.Interrupts(false), loop.Logger(slog.New(handler)), loop.Watchdog(d, nil)))
		})
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	require.Len(t, lines, 2)
	require.Contains(t, lines[0], "level=WARN msg=\"loop blocked: task")
	require.Contains(t, lines[0], "in time.Sleep; use coro.Sleep")
	require.Contains(t, lines[0], "stack=")
	require.Contains(t, lines[0], "blockNamed (")
	require.Contains(t, lines[1], "level=WARN msg=\"loop free again: task")
}

type panickingHandler struct{ slog.Handler }

func (panickingHandler) Enabled(_ context.Context, _ slog.Level) bool { panic("boom") }

// stop ends the watchdog, wherever and however often it is called.
func TestWatchStop(t *testing.T) {
	t.Run("again, by several", func(t *testing.T) {
		noLeak(t)
		l := newLoop(t)
		stop := loop.Watch(l, time.Millisecond, nil)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(stop)
		}
		wg.Wait()
		stop()
	})
	t.Run("by the report", func(t *testing.T) {
		s := new(stalls)
		synctest.Test(t, func(t *testing.T) {
			require.NoError(t, loop.Main(func(co *coro.Co) error {
				stops := make(chan func(), 1)
				stops <- loop.Watch(loop.Of(co), d, func(stall loop.Stall) {
					s.add(stall)
					stop := <-stops
					stop()
					stops <- stop
				})
				for range 3 {
					blockNamed()
					if err := coro.Sleep(co, 1); err != nil {
						return err
					}
				}
				return nil
			}, loop.Interrupts(false)))
		})
		require.Len(t, s.all, 2, "the second comes at once")
		require.True(t, s.all[1].Over)
	})
	t.Run("during a stall", func(t *testing.T) {
		s := new(stalls)
		synctest.Test(t, func(t *testing.T) {
			require.NoError(t, loop.Main(func(co *coro.Co) error {
				stop := loop.Watch(loop.Of(co), d, s.add)
				blockNamed()
				stop()
				blockNamed()
				return nil
			}, loop.Interrupts(false)))
		})
		require.Len(t, s.all, 2)
		require.Equal(t, 3*d, s.all[1].Duration)
	})
	t.Run("waits for the report", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			reported := 0
			require.NoError(t, loop.Main(func(co *coro.Co) error {
				stop := loop.Watch(loop.Of(co), d, func(loop.Stall) {
					sleep(10 * d)
					reported++
				})
				sleep(2 * d)
				stop()
				require.Equal(t, 2, reported)
				return nil
			}, loop.Interrupts(false)))
		})
	})
	t.Run("Close", func(t *testing.T) {
		noLeak(t)
		l := loop.New(loop.Watchdog(time.Millisecond, nil))
		loop.Watch(l, time.Hour, nil)
		require.NoError(t, l.Close())
	})
	t.Run("Close by the report", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			errs := make(chan error, 2)
			var l *loop.Loop
			l = loop.New(loop.Watchdog(d, func(loop.Stall) { errs <- l.Close() }))
			l.CallSoon(func() { blockNamed(); l.Stop() })
			require.NoError(t, l.RunForever())
			require.ErrorIs(t, <-errs, loop.ErrRunning)
			require.NoError(t, l.Close(), "whose report of the end calls it again")
			require.NoError(t, <-errs)
		})
	})
}

// Reports that stop each other's watchdogs, or close each other's loops, do not wait for each
// other. Close waits for both.
func TestWatchStopEachOther(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(l *loop.Loop, stop func())
	}{
		{"stop", func(_ *loop.Loop, stop func()) { stop(); sleep(5 * d) }},      // until the loops have ended
		{"Close", func(l *loop.Loop, _ func()) { sleep(5 * d); _ = l.Close() }}, // which must not run
	} {
		for _, loops := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s, of %d loops", test.name, loops), func(t *testing.T) {
				noLeak(t)
				var ended atomic.Int32
				synctest.Test(t, func(t *testing.T) {
					var stops [2]func()
					var at [2]chan struct{} // in its report
					watched := make([]*loop.Loop, 2)
					for i := range watched {
						at[i] = make(chan struct{})
						if watched[i] = watched[0]; i < loops {
							watched[i] = loop.New()
						}
						stops[i] = loop.Watch(watched[i], d, func(s loop.Stall) {
							if s.Over {
								return
							}
							close(at[i])
							<-at[1-i]
							test.end(watched[1-i], stops[1-i])
							ended.Add(1)
						})
					}
					var wg sync.WaitGroup
					for _, l := range watched[:loops] {
						l.CallSoon(func() { blockNamed(); l.Stop() })
						wg.Go(func() {
							_ = l.RunForever()
							_ = l.Close()
						})
					}
					wg.Wait()
					require.EqualValues(t, 2, ended.Load(), "Close waits for a report that has stopped its own watchdog")
				})
			})
		}
	}
}

// A loop that nobody watches any more does nothing for it.
func TestWatchGivenUp(t *testing.T) {
	l := newLoop(t)
	stop := loop.Watch(l, time.Hour, nil)
	other := loop.Watch(l, time.Hour, nil)
	stop()
	l.CallSoon(func() {})
	drain(t, l)
	require.True(t, l.Watched())
	other()
	l.CallSoon(func() {})
	drain(t, l)
	require.False(t, l.Watched())
}

// Each of several watchdogs goes by its own limit.
func TestWatchSeveral(t *testing.T) {
	s := [3]stalls{}
	inBubble(t, func(co *coro.Co) error {
		for range 2 {
			blockNamed()
			if err := coro.Sleep(co, 1); err != nil {
				return err
			}
		}
		return nil
	}, loop.Watchdog(d/10, s[0].add), loop.Watchdog(2*d, s[1].add), loop.Watchdog(4*d, s[2].add))
	require.Len(t, s[0].all, 4)
	require.Len(t, s[1].all, 4)
	require.Empty(t, s[2].all)
}

// A bubble in which nothing can happen any more ends as it does without a watchdog.
func TestWatchDozes(t *testing.T) {
	s := new(stalls)
	synctest.Test(t, func(t *testing.T) {
		l := loop.New(loop.Watchdog(d, s.add))
		ended := make(chan error)
		go func() { ended <- l.RunForever() }()
		sleep(1000 * d)
		start := time.Now()
		synctest.Wait()
		require.Zero(t, time.Since(start))
		_, err := l.CallSoonThreadsafe(blockNamed) // and it wakes
		require.NoError(t, err)
		_, err = l.CallSoonThreadsafe(l.Stop)
		require.NoError(t, err)
		require.NoError(t, <-ended)
		require.NoError(t, l.Close())
	})
	require.Len(t, s.all, 2)
}

// Misuse is refused with a word.
func TestWatchMisuse(t *testing.T) {
	l := newLoop(t)
	report := func(loop.Stall) {}
	require.PanicsWithValue(t, "loop: a Loop that was not made by New, NewRunner or Run; the zero Loop and nil are none",
		func() { loop.Watch(nil, d, report) })
	require.PanicsWithValue(t, "loop: Watch with 0s; a watchdog needs a millisecond or more", func() { loop.Watch(l, 0, report) })
	require.PanicsWithValue(t, "loop: Watchdog with -1s; a watchdog needs a millisecond or more", func() { loop.Watchdog(-time.Second, report) })
	synctest.Test(t, func(t *testing.T) {
		require.PanicsWithValue(t, "loop: Watch outside of the testing/synctest bubble that the loop was made in, or inside of another one; call it where the loop is made",
			func() { loop.Watch(l, d, report) })
	})
	closed := loop.New()
	require.NoError(t, closed.Close())
	require.PanicsWithError(t, loop.ErrClosed.Error(), func() { loop.Watch(closed, d, report) })
}

// A recorder shows what came before a stall.
func TestWatchTellsARecorder(t *testing.T) {
	r, found := troubles()
	inBubble(t, func(co *coro.Co) error {
		if err := coro.Sleep(co, d); err != nil {
			return err
		}
		blockNamed()
		return coro.Sleep(co, d)
	}, loop.Record(r))
	require.Len(t, *found, 1)
	require.Contains(t, (*found)[0].why, `loop free again: task "main"`)
}

// A loop of which nobody wants to know what has gone wrong does nothing more because it was
// watched.
func TestWatchLeavesNoTrace(t *testing.T) {
	hashes := map[uint64]bool{}
	for _, watched := range []bool{false, true} {
		r := trace.New()
		opts := []loop.Option{loop.Record(r), loop.VirtualTime(true)}
		if watched {
			opts = append(opts, loop.Watchdog(d, func(loop.Stall) {}))
		}
		synctest.Test(t, func(t *testing.T) {
			require.NoError(t, loop.Main(func(co *coro.Co) error {
				for range 3 {
					blockNamed()
					if err := coro.Sleep(co, d); err != nil {
						return err
					}
				}
				return nil
			}, append(opts, loop.Interrupts(false))...))
		})
		hashes[r.Trace().Hash()] = true
	}
	require.Len(t, hashes, 1)
}
