package loop_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// Goroutines post and cancel, each its own and its neighbor's: a callback is called
// exactly if its handle does not say that it was canceled. What handles refer to is
// used again meanwhile.
func TestPostAndCancelRaces(t *testing.T) {
	noLeak(t)
	const goroutines, each = 8, 2_000
	type post struct {
		handle loop.PostedHandle
		called *atomic.Bool
	}
	l := loop.New()
	posts := make([][]post, goroutines)
	handles := make(chan loop.PostedHandle, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				p := post{called: new(atomic.Bool)}
				var err error
				p.handle, err = l.CallSoonThreadsafe(func() { p.called.Store(true) })
				if err != nil {
					panic(err)
				}
				posts[g] = append(posts[g], p)
				switch i % 8 {
				case 0:
					p.handle.Cancel()
				case 3:
					posts[g][i/2].handle.Cancel() // most likely long called
				case 5:
					select {
					case handles <- p.handle:
					default:
					}
				case 7:
					select {
					case h := <-handles:
						h.Cancel()
					default:
					}
				}
			}
		})
	}
	go func() {
		wg.Wait()
		_, _ = l.CallSoonThreadsafe(l.Stop)
	}()
	require.NoError(t, l.RunForever())
	for _, posts := range posts {
		for _, p := range posts {
			require.NotEqual(t, p.called.Load(), p.handle.Canceled())
		}
	}
	require.NoError(t, l.Close())
}

// Cancel reaches the callback that the handle was given out for, and no later one.
func TestHandleOfAPostLongPast(t *testing.T) {
	l := newLoop(t)
	const n = 1000
	var handles []loop.PostedHandle
	called := 0
	for range n {
		h, err := l.CallSoonThreadsafe(func() { called++ })
		require.NoError(t, err)
		drain(t, l)
		handles = append(handles, h)
	}
	last, err := l.CallSoonThreadsafe(func() { called++ })
	require.NoError(t, err)
	for _, h := range handles {
		h.Cancel()
		require.False(t, h.Canceled())
	}
	drain(t, l)
	require.Equal(t, n+1, called)
	require.False(t, last.Canceled())
}

// The handle that comes with an error is good for nothing, and does no harm.
func TestHandleOfARefusedPost(t *testing.T) {
	l := loop.New()
	require.NoError(t, l.Close())
	h, err := l.CallSoonThreadsafe(func() {})
	require.ErrorIs(t, err, loop.ErrClosed)
	h.Cancel()
	require.False(t, h.Canceled())
}

// What was posted before, by whomever, comes before what the loop's own goroutine schedules.
//
// CPython: test_events.EventLoopTestsMixin.test_call_soon_threadsafe
// CPython: test_events.EventLoopTestsMixin.test_call_soon_threadsafe_same_thread
func TestPostsComeBeforeWhatFollows(t *testing.T) {
	for name, post := range map[string]func(f func()){
		"from a goroutine": func(f func()) {
			done := make(chan struct{})
			go func() { defer close(done); f() }()
			<-done
		},
		"from here": func(f func()) { f() },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLoop(t)
			var results []string
			say := func(text string) func() { return func() { results = append(results, text) } }
			post(func() { _, _ = l.CallSoonThreadsafe(say("hello")) })
			l.CallSoon(say("world"))
			testkit.Iterate(t, l)
			require.Equal(t, []string{"hello", "world"}, results)
		})
	}
}

// Goroutines post and wait for the call, so that the loop parks all the time, and every
// post has to wake it. Timers end some of its waits at the same moment.
func TestEveryPostWakesTheLoop(t *testing.T) {
	noLeak(t)
	l := loop.New()
	var tick func()
	tick = func() { l.CallLater(time.Microsecond, tick) }
	l.CallSoon(tick)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			called := make(chan struct{})
			for range 3_000 {
				if _, err := l.CallSoonThreadsafe(func() { called <- struct{}{} }); err != nil {
					panic(err)
				}
				<-called
			}
		})
	}
	go func() {
		wg.Wait()
		l.Stop()
	}()
	require.NoError(t, l.RunForever())
	require.NoError(t, l.Close())
}

// Inside a bubble the loop waits on channels only, and every kind of wake gets through.
func TestWakesInsideABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := loop.New()
		go func() {
			for range 100 {
				<-time.After(time.Second) // in the bubble's time
				called := make(chan struct{})
				if _, err := l.CallSoonThreadsafe(func() { close(called) }); err != nil {
					panic(err)
				}
				<-called
			}
			synctest.Wait()
			l.Stop()
		}()
		var tick func()
		tick = func() { l.CallLater(time.Second, tick) } // at the very time of the posts
		tick()
		start := time.Now()
		require.NoError(t, l.RunForever())
		require.Equal(t, 100*time.Second, time.Since(start))
		require.NoError(t, l.Close())
	})
}
