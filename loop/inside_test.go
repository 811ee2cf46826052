package loop_test

import (
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// pulled calls f on an iterator inside of as many others.
func pulled(depth int, f func()) {
	if depth == 0 {
		f()
		return
	}
	next, stop := iter.Pull(func(yield func(int) bool) {
		pulled(depth-1, f)
		yield(1)
	})
	defer stop()
	next()
}

// Run is refused inside of a running loop, also inside of an iterator that a coroutine or
// a callback pulls; and is not inside of one that nobody but an ordinary goroutine pulls.
func TestRunInsidePulledIterators(t *testing.T) {
	for depth := range 4 {
		run := func() (err error) {
			pulled(depth, func() { err = loop.Main(func(*coro.Co) error { return nil }) })
			return err
		}
		require.NoError(t, run())
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			l := loop.Of(co)
			require.ErrorIs(t, run(), loop.ErrRunning, "in a coroutine, %d deep", depth)
			l.CallSoon(func() { require.ErrorIs(t, run(), loop.ErrRunning, "in a hosted callback, %d deep", depth) })
			require.NoError(t, coro.Sleep(co, 0))
			l.CallLater(time.Millisecond, func() { require.ErrorIs(t, run(), loop.ErrRunning, "in a callback, %d deep", depth) })
			require.NoError(t, coro.Sleep(co, 2*time.Millisecond))
			onGoroutine(func() { require.NoError(t, run(), "on another goroutine") })
			return nil
		}))
	}
}

// A loop is refused in a testing/synctest bubble that it was not made in: it would wait
// for ever.
func TestLoopOfAnotherBubble(t *testing.T) {
	outside := loop.New()
	defer func() { require.NoError(t, outside.Close()) }()
	var inside *loop.Loop
	synctest.Test(t, func(t *testing.T) {
		_, err := loop.RunUntilComplete(outside, coro.Bind0(noop))
		require.ErrorContains(t, err, "synctest bubble")
		inside = loop.New()
		_, err = loop.RunUntilComplete(inside, coro.Do1(coro.Sleep, time.Hour))
		require.NoError(t, err)
		require.NoError(t, inside.Close())
	})
	_, err := loop.RunUntilComplete(outside, coro.Bind0(noop))
	require.NoError(t, err)
}

// A brokenRole panics when it is asked for a report.
type brokenRole struct{}

func (brokenRole) Describe() string        { panic("boom") }
func (brokenRole) Holders() []coro.AnyTask { panic("bang") }

// A role that panics does not hide the rest of the report of a deadlock.
func TestDeadlockOfBrokenRole(t *testing.T) {
	err := loop.Main(func(co *coro.Co) error {
		var c future.Core
		c.Init(co, brokenRole{})
		return co.Suspend(&c)
	}, loop.VirtualTime(true))
	var deadlock *loop.DeadlockError
	require.ErrorAs(t, err, &deadlock)
	require.Len(t, deadlock.Tasks, 1)
	require.Equal(t, "a loop_test.brokenRole, whose Describe panics: boom", deadlock.Tasks[0].On)
	require.Contains(t, deadlock.Tasks[0].Holders[0], "bang")
}
