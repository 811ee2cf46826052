package loop_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// reports collects what an exception handler is told.
type reports []future.ErrorContext

func (r *reports) handler() loop.Option {
	return loop.OnException(func(_ *loop.Loop, c future.ErrorContext) { *r = append(*r, c) })
}

func explode(*coro.Co) (int, error) { panic("boom") }

func TestPanicInCoroutine(t *testing.T) {
	noLeak(t)
	t.Run("comes out of Run with its stack", func(t *testing.T) {
		_, err := loop.Run(explode)
		var p *future.PanicError
		require.ErrorAs(t, err, &p)
		require.Equal(t, "boom", p.Value)
		require.Contains(t, fmt.Sprintf("%+v", err), "loop_test.explode")
		require.NotContains(t, fmt.Sprintf("%v", err), "loop_test.explode")
	})
	t.Run("comes out of an await, and the loop goes on", func(t *testing.T) {
		v, err := loop.Run(func(co *coro.Co) (int, error) {
			_, err := coro.CreateTask(co, explode).Await(co)
			var p *future.PanicError
			require.ErrorAs(t, err, &p)
			return coro.CreateTask(co, noop).Await(co)
		})
		require.NoError(t, err)
		require.Equal(t, 1, v)
	})
	t.Run("comes out of a group", func(t *testing.T) {
		_, err := loop.Run(coro.Do(func(co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, explode)
				return nil
			})
		}))
		var group *coro.ExceptionGroup
		require.ErrorAs(t, err, &group)
		var p *future.PanicError
		require.ErrorAs(t, err, &p)
	})
	t.Run("with an error as its value", func(t *testing.T) {
		boom := errors.New("boom")
		_, err := loop.Run(func(*coro.Co) (int, error) { panic(boom) })
		require.ErrorIs(t, err, boom)
	})
	t.Run("with a cancellation as its value is no cancellation", func(t *testing.T) {
		_, err := loop.Run(func(*coro.Co) (int, error) { panic(future.ErrCanceled) })
		require.NotErrorIs(t, err, future.ErrCanceled)
		var p *future.PanicError
		require.ErrorAs(t, err, &p)
	})
}

func TestPanicInCallback(t *testing.T) {
	noLeak(t)
	var told reports
	l := loop.New(told.handler(), loop.VirtualTime())
	ran := false
	l.CallSoon(func() { panic("boom") })
	l.CallSoon(func() { ran = true })
	l.CallLater(1, func() { panic("later") })
	l.CallLater(2, l.Stop)
	require.NoError(t, l.RunForever())
	require.True(t, ran, "the callbacks after it run")
	require.Len(t, told, 2)
	require.Contains(t, told[0].Message, "Exception in callback")
	require.Contains(t, told[0].Message, "TestPanicInCallback")
	require.ErrorContains(t, told[0].Err, "panic: boom (at loop/panic_test.go:")
	require.ErrorContains(t, told[1].Err, "panic: later (at loop/panic_test.go:")
	require.NoError(t, l.Close())
}

func TestPanicInPoolJob(t *testing.T) {
	noLeak(t)
	_, err := loop.Run(func(co *coro.Co) (int, error) {
		for range 100 { // more often than there are workers: they survive it
			_, err := loop.ToThread(func(context.Context) (int, error) { panic("boom") }).Await(co)
			var p *future.PanicError
			require.ErrorAs(t, err, &p)
			require.Contains(t, string(p.Stack), "TestPanicInPoolJob")
		}
		return loop.ToThread(func(context.Context) (int, error) { return 1, nil }).Await(co)
	})
	require.NoError(t, err)
}

func TestPanicInExceptionHandler(t *testing.T) {
	noLeak(t)
	var log logged
	l := loop.New(loop.Logger(log.logger()), loop.OnException(func(*loop.Loop, future.ErrorContext) { panic("handler") }))
	l.CallSoon(func() { panic("boom") })
	l.CallSoon(l.Stop)
	require.NoError(t, l.RunForever())
	require.NoError(t, l.Close())
	require.Contains(t, log.String(), "Unhandled error in exception handler")
	require.Contains(t, log.String(), "panic: handler")
	require.Contains(t, log.String(), "panic: boom", "what it was to be told of is not lost")
}
