package locks_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// A loop that closes ends its coroutines where they stand. Their deferred functions
// run then, and release what they hold.
func TestCloseWhileWaiting(t *testing.T) {
	l := loop.New(loop.VirtualTime(true), loop.OnException(nothing))
	var mu locks.Lock
	var ev locks.Event
	var cond locks.Condition
	sem, bar := locks.NewSemaphore(1), locks.NewBarrier(3)
	unwound := 0
	task := func(f func(co *coro.Co) error) {
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			defer func() { unwound++ }()
			return f(co)
		}))
	}
	for _, l := range []lockable{&mu, &cond, sem} {
		for range 2 { // one in the body, one in line
			task(func(co *coro.Co) error {
				return l.With(co, func() error { return ev.Wait(co) })
			})
		}
	}
	task(func(co *coro.Co) error {
		if err := mu.Acquire(co); err != nil { // in line
			return err
		}
		defer mu.Release()
		return nil
	})
	task(arrive(bar))
	task(arrive(bar))
	require.ErrorAs(t, l.RunForever(), new(*loop.DeadlockError))
	require.Equal(t, 2, bar.Waiting())
	require.Len(t, mu.Waiters(), 2)

	require.NoError(t, l.Close())
	require.Equal(t, 9, unwound)
	require.False(t, mu.Locked())
	require.False(t, cond.Locked())
	for _, l := range []lockable{&mu, &cond, sem} {
		require.Empty(t, l.Waiters())
	}
	require.Empty(t, ev.Waiters())
	require.Zero(t, bar.Waiting())
	require.Empty(t, bar.Waiters())
}

// A task that waits for a notification when the loop closes has the lock again in its
// deferred functions.
func TestCloseWhileWaitingForNotification(t *testing.T) {
	l := loop.New(loop.VirtualTime(true), loop.OnException(nothing))
	var cond locks.Condition
	var released error
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		if err := cond.Acquire(co); err != nil {
			return err
		}
		defer func() { released = cond.Release() }()
		return cond.Wait(co)
	}))
	require.ErrorAs(t, l.RunForever(), new(*loop.DeadlockError))
	released = errTest
	require.NoError(t, l.Close())
	require.NoError(t, released)
	require.False(t, cond.Locked())
}

// Several tasks that wait for a notification cannot all have the lock again; none of
// them may fail for that.
func TestCloseWhileTheLockIsTaken(t *testing.T) {
	l := loop.New(loop.VirtualTime(true), loop.OnException(nothing))
	var cond locks.Condition
	for range 3 {
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
			return cond.With(co, func() error { return cond.Wait(co) })
		}))
	}
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		return cond.With(co, func() error {
			if err := cond.NotifyAll(); err != nil {
				return err
			}
			_, err := loop.CreateFuture[int](l).Await(co)
			return err
		})
	}))
	require.ErrorAs(t, l.RunForever(), new(*loop.DeadlockError))
	require.NoError(t, l.Close())
	require.False(t, cond.Locked())
	require.Empty(t, cond.Waiters())
}

// An await in a deferred function ends at once while the loop closes.
func TestCloseAwaitsInDeferred(t *testing.T) {
	l := loop.New(loop.VirtualTime(true), loop.OnException(nothing))
	var a, b locks.Lock
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		defer a.Release()
		defer func() {
			_ = b.Acquire(co) // held by the other: not to be had any more
			require.Fail(t, "it goes no further")
		}()
		return a.With(co, func() error { return a.Acquire(co) })
	}))
	coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
		return b.With(co, func() error { return a.Acquire(co) })
	}))
	require.ErrorAs(t, l.RunForever(), new(*loop.DeadlockError))
	require.NoError(t, l.Close())
	require.Empty(t, a.Waiters())
	require.Empty(t, b.Waiters())
	require.False(t, b.Locked())
}

// A Goexit of the body's own, as of t.FailNow, takes the loop down and releases.
func TestGoexitInBody(t *testing.T) {
	var mu locks.Lock
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = loop.Main(func(co *coro.Co) error {
			return mu.With(co, func() error {
				runtime.Goexit()
				return nil
			})
		}, loop.Interrupts(false))
	}()
	<-ended
	require.False(t, mu.Locked())
}
