package loop_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

// running runs a loop on a goroutine of its own until the end of the test.
func running(t *testing.T, opts ...loop.Option) *loop.Loop {
	l := loop.New(opts...)
	var run sync.WaitGroup
	run.Go(func() {
		_ = l.RunForever()
		_ = l.Close()
	})
	t.Cleanup(func() { l.Stop(); run.Wait() })
	return l
}

func TestSubmitAndWait(t *testing.T) {
	l := running(t)
	bg := context.Background()
	errBad, errGone := errors.New("bad"), errors.New("the client is gone")

	v, err := loop.SubmitAndWait(bg, l, func(co *coro.Co) (int, error) { return 7, coro.Sleep(co, 1) })
	require.NoError(t, err)
	require.Equal(t, 7, v)

	_, err = loop.SubmitAndWait(bg, l, coro.Do(func(co *coro.Co) error { return errBad }))
	require.Equal(t, errBad, err)

	_, err = loop.SubmitAndWait(bg, l, coro.Do(func(co *coro.Co) error { co.Task().Cancel(); return coro.Sleep(co, 0) }))
	require.Equal(t, executor.ErrCanceled, err, "from elsewhere")

	t.Run("a context that ends", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(bg)
		cleanedUp := false
		_, err := loop.SubmitAndWait(ctx, l, coro.Do(func(co *coro.Co) error {
			cancel(errGone)
			err := coro.Sleep(co, time.Hour)
			_ = coro.Sleep(co, time.Millisecond)
			cleanedUp = true
			return err
		}))
		require.Equal(t, errGone, err)
		require.True(t, cleanedUp, "it waits for the task")
	})
	t.Run("a task that takes no notice", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(bg)
		v, err := loop.SubmitAndWait(ctx, l, func(co *coro.Co) (string, error) {
			cancel(errGone)
			_ = coro.Sleep(co, time.Hour)
			return "done", nil
		})
		require.NoError(t, err)
		require.Equal(t, "done", v)
	})
	t.Run("a context that has ended", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(bg)
		cancel(errGone)
		_, err := loop.SubmitAndWait(ctx, l, coro.Do(func(*coro.Co) error { t.Error("it runs"); return nil }))
		require.Equal(t, errGone, err)
	})
	t.Run("inside", func(t *testing.T) {
		_, err := loop.SubmitAndWait(bg, l, coro.Do(func(co *coro.Co) error {
			_, err := loop.SubmitAndWait(bg, l, coro.Do(func(*coro.Co) error { return nil }))
			return err
		}))
		require.ErrorIs(t, err, loop.ErrRunning)
	})
	t.Run("a loop that closes", func(t *testing.T) {
		l := running(t)
		_, err := loop.SubmitAndWait(bg, l, coro.Do(func(co *coro.Co) error { loop.Of(co).Stop(); return coro.Sleep(co, time.Hour) }))
		require.Equal(t, loop.ErrClosed, err)
		_, err = loop.SubmitAndWait(bg, l, coro.Do(func(*coro.Co) error { return nil }))
		require.Equal(t, loop.ErrClosed, err)
	})
	require.Panics(t, func() { _, _ = loop.SubmitAndWait[int](bg, l, nil) })
	require.PanicsWithValue(t, "loop: SubmitAndWait of a nil context; give context.Background()", func() {
		var none context.Context
		_, _ = loop.SubmitAndWait(none, l, coro.Do(func(*coro.Co) error { return nil }))
	})
}
