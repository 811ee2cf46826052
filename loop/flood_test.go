package loop_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// An iteration takes in a bounded number of posts, in order; timers and what the loop
// itself schedules come in between.
func TestPostsOfAnIterationAreBounded(t *testing.T) {
	const n = 2*loop.MaxPosts + 7
	l := loop.New(loop.VirtualTime(true))
	defer func() { require.NoError(t, l.Close()) }()
	var ran []int
	for i := range n {
		_, err := l.CallSoonThreadsafe(func() { ran = append(ran, i) })
		require.NoError(t, err)
	}
	var iterations []int // how many posts had run before each
	var tick func()
	tick = func() {
		iterations = append(iterations, len(ran))
		if len(ran) < n {
			l.CallSoon(tick)
		} else {
			l.Stop()
		}
	}
	l.CallLater(0, func() { iterations = append(iterations, -len(ran)) })
	l.CallSoon(tick)
	require.NoError(t, l.RunForever())
	// CallSoon takes in the posts that came before it, as many as an iteration may; then
	// the first iteration takes in as many again, and then the timer, which is due.
	require.Equal(t, []int{loop.MaxPosts, -2 * loop.MaxPosts, 2 * loop.MaxPosts, n}, iterations)
	for i, v := range ran {
		require.Equal(t, i, v)
	}
}

// Goroutines that post without pause neither hold a timer up nor keep Run from ending.
func TestFloodOfPosts(t *testing.T) {
	testkit.NeedsPreemption(t)
	var posters sync.WaitGroup
	ended := make(chan struct{})
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		for range 4 {
			posters.Go(func() {
				for {
					if _, err := l.CallSoonThreadsafe(func() {}); err != nil {
						return
					}
				}
			})
		}
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			defer close(ended)
			return coro.Sleep(co, time.Hour)
		}))
		return coro.Sleep(co, time.Millisecond)
	}))
	<-ended
	posters.Wait()
}
