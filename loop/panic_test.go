package loop_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

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
	l := loop.New(told.handler(), loop.VirtualTime(true))
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

// A callback that panics leaves nothing of its context behind, whether the loop's goroutine
// calls it or a task that suspends: what comes from an ordinary goroutine after it is in the
// loop's own.
func TestPanicInCallbackEndsItsContext(t *testing.T) {
	v := coro.NewVar("v", "the loop's")
	for name, schedule := range map[string]func(l *loop.Loop, f func()){
		"on the stack of a task":  func(l *loop.Loop, f func()) { l.CallSoon(f) },
		"on the loop's goroutine": func(l *loop.Loop, f func()) { l.CallLater(time.Second, f) },
	} {
		t.Run(name, func(t *testing.T) {
			var told reports
			var seen []string
			require.NoError(t, loop.Main(func(co *coro.Co) error {
				l := loop.Of(co)
				look := func() { seen = append(seen, v.Get(l)) }
				schedule(l, func() {
					v.Set(l, "the callback's")
					done := make(chan error)
					go func() {
						_, err := l.CallSoonThreadsafe(look)
						done <- err
					}()
					require.NoError(t, <-done)
					panic("boom")
				})
				return coro.Sleep(co, 2*time.Second)
			}, told.handler(), loop.VirtualTime(true)))
			require.Len(t, told, 1)
			require.Equal(t, []string{"the loop's"}, seen)
		})
	}
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
