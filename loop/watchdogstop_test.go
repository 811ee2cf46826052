package loop_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

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

// A watchdog keeps nothing alive of what has run.
func TestWatchKeepsNothing(t *testing.T) {
	l := newLoop(t)
	defer loop.Watch(l, time.Hour, nil)()
	collected := make(chan struct{})
	func() {
		held := new([1 << 16]byte)
		runtime.AddCleanup(held, func(struct{}) { close(collected) }, struct{}{})
		coro.CreateTask(l, coro.Do(func(*coro.Co) error { held[0]++; return nil }))
		drain(t, l)
	}()
	for {
		select {
		case <-collected:
			return
		default:
			runtime.GC()
		}
	}
}
