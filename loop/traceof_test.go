package loop_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// A trace can be had from any goroutine while the loop runs.
func TestTraceOf(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		l := loop.Of(co)
		task := coro.CreateTask(co, coro.Do1(coro.Sleep, time.Hour), coro.Name("sleeper"))
		traces := make(chan *trace.Trace, 8)
		release := l.Hold()
		go func() {
			defer release()
			var wg sync.WaitGroup
			for range cap(traces) {
				wg.Go(func() {
					tr, err := loop.TraceOf(context.Background(), l)
					if err == nil {
						traces <- tr
					}
				})
			}
			wg.Wait()
			close(traces)
		}()
		require.NoError(t, coro.Sleep(co, time.Second))
		n := 0
		for tr := range traces {
			n++
			last := tr.Events[len(tr.Events)-1]
			require.Equal(t, trace.Run, last.Kind)
			require.Equal(t, trace.Posted, last.What)
			require.Equal(t, "sleeper", tr.Task(2).Name)
		}
		require.Equal(t, cap(traces), n)
		task.Cancel()
	}, loop.Record(trace.New()))
}

func TestTraceOfRefuses(t *testing.T) {
	ctx := context.Background()
	l := newLoop(t)
	require.PanicsWithValue(t, "loop: TraceOf with a nil context; give context.Background()", func() {
		var none context.Context
		_, _ = loop.TraceOf(none, l)
	})
	require.Panics(t, func() { _, _ = loop.TraceOf(ctx, nil) })

	t.Run("it does not run", func(t *testing.T) {
		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(ctx)
		cancel(why)
		_, err := loop.TraceOf(ctx, l)
		require.Equal(t, why, err)
		require.NoError(t, l.Step())
	})
	t.Run("inside", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			_, err := loop.TraceOf(ctx, loop.Of(co))
			require.ErrorIs(t, err, loop.ErrRunning)
		})
	})
	t.Run("no recorder", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := loop.New()
			failed := make(chan error)
			go func() {
				_, err := loop.TraceOf(ctx, l)
				failed <- err
			}()
			synctest.Wait()
			require.NoError(t, l.Step())
			require.EqualError(t, <-failed, "loop: nothing is recorded; give the loop a trace.Recorder, with Record or SetRecorder")
			require.NoError(t, l.Close())
		})
	})
	t.Run("closed meanwhile", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := loop.New(loop.Record(trace.New()))
			failed := make(chan error)
			go func() {
				_, err := loop.TraceOf(ctx, l)
				failed <- err
			}()
			synctest.Wait()
			require.NoError(t, l.Close())
			require.Equal(t, loop.ErrClosed, <-failed)
		})
	})
	t.Run("closed", func(t *testing.T) {
		l := loop.New()
		require.NoError(t, l.Close())
		_, err := loop.TraceOf(ctx, l)
		require.Equal(t, loop.ErrClosed, err)
	})
	t.Run("hermetic", func(t *testing.T) {
		_, err := loop.TraceOf(ctx, newLoop(t, loop.Hermetic(true)))
		require.ErrorIs(t, err, loop.ErrHermetic)
	})
}
