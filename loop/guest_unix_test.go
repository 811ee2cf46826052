//go:build unix

package loop_test

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// A watched descriptor that is not ready holds no virtual clock up, in a guest as in a Run.
func TestGuestWithADescriptor(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	m := newMainLoop()
	loop.RunGuest(coro.Do(func(co *coro.Co) error {
		l := loop.Of(co)
		read := loop.CreateFuture[coro.None](l)
		_, err := l.AddReader(int(r.Fd()), func() {
			l.RemoveReader(int(r.Fd()))
			_ = read.SetResult(coro.None{})
		})
		require.NoError(t, err)
		require.NoError(t, coro.Sleep(co, time.Hour))
		_, err = w.Write([]byte("x"))
		require.NoError(t, err)
		_, err = read.Await(co) // no timer is left: it waits for the descriptor
		require.Equal(t, time.Hour, l.Time())
		return err
	}), m.soon, func(_ coro.None, err error) {
		m.ended = true
		require.NoError(t, err)
	}, loop.VirtualTime(true), loop.Interrupts(false))
	m.run(t)
}

// The application may have a resting guest watch a descriptor, or no longer.
func TestGuestIsGivenADescriptor(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	_, err = w.Write([]byte("x"))
	require.NoError(t, err)
	m := newMainLoop()
	var l *loop.Loop
	f := make(chan func(), 1)
	loop.RunGuest(func(co *coro.Co) (int, error) {
		l = loop.Of(co)
		read := loop.CreateFuture[int](l)
		f <- func() { _ = read.SetResult(1) }
		return read.Await(co)
	}, m.soon, func(v int, err error) {
		m.ended = true
		require.NoError(t, err)
		require.Equal(t, 1, v)
	}, loop.Interrupts(false))
	m.rest()
	_, err = l.AddReader(int(r.Fd()), func() {
		l.RemoveReader(int(r.Fd()))
		(<-f)()
	})
	require.NoError(t, err)
	m.run(t)
}

func TestGuestLosesItsLastDescriptor(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	m := newMainLoop()
	var l *loop.Loop
	loop.RunGuest(coro.Do(func(co *coro.Co) error {
		l = loop.Of(co)
		_, err := l.AddReader(int(r.Fd()), func() {})
		require.NoError(t, err)
		_, err = loop.CreateFuture[int](l).Await(co)
		return err
	}), m.soon, func(_ coro.None, err error) {
		m.ended = true
		var deadlock *loop.DeadlockError
		require.ErrorAs(t, err, &deadlock)
	}, loop.Interrupts(false), loop.VirtualTime(true), loop.Logger((&logged{}).logger()))
	m.rest()
	require.False(t, m.ended)
	require.True(t, l.RemoveReader(int(r.Fd())))
	m.run(t)
}

// Interrupts end a guest as they end a Run: the first cancels main, one more ends it.
func TestGuestIsInterrupted(t *testing.T) {
	interrupt := func() { require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT)) }
	for name, main := range map[string]coro.Func[coro.None]{
		"in main": coro.Do(func(co *coro.Co) error {
			interrupt()
			return coro.Sleep(co, time.Hour)
		}),
		"twice": coro.Do(func(co *coro.Co) error {
			interrupt()
			_ = coro.Sleep(co, time.Hour)
			interrupt()
			return coro.Sleep(co, time.Hour)
		}),
		"in the cleanup": coro.Do(func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				err := coro.Sleep(co, time.Hour)
				interrupt()
				_ = coro.Sleep(co, time.Hour)
				return err
			}))
			return coro.Sleep(co, 0)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			m := newMainLoop()
			loop.RunGuest(main, m.soon, func(_ coro.None, err error) {
				m.ended = true
				require.Equal(t, loop.ErrKeyboardInterrupt, err)
			}, loop.Logger((&logged{}).logger()))
			m.run(t)
		})
	}
}

// The end of the context cancels main, and the cleanup waits for tasks that ignore it.
func TestGuestContextEnds(t *testing.T) {
	noLeak(t)
	errBad := errors.New("bad")
	ctx, cancel := context.WithCancelCause(context.Background())
	ended := false
	m := newMainLoop()
	loop.RunGuest(coro.Do(func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			for range 10 {
				_ = coro.Sleep(co, time.Millisecond) // until it is over, whatever is asked of it
			}
			ended = true
			return nil
		}))
		require.NoError(t, coro.Sleep(co, 0))
		go cancel(errBad)
		return coro.Sleep(co, time.Hour)
	}), m.soon, func(_ coro.None, err error) {
		m.ended = true
		require.ErrorIs(t, err, errBad)
	}, loop.Interrupts(false), loop.Context(ctx))
	m.run(t)
	require.True(t, ended)
}
