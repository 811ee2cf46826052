package loop_test

import (
	"bytes"
	"context"
	"fmt"
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
