package coro_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// library is code that was given a context, waits in the caller's coroutine, and tells of the end of
// the context in its own words.
func library(co *coro.Co, ctx context.Context) error {
	if err := coro.Sleep(co, time.Hour); err == nil || ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("library: %w", ctx.Err())
}

func TestCancellationByWayOfALibrary(t *testing.T) {
	own := func(co *coro.Co) error { return library(co, co.Context()) }
	for name, main := range map[string]func(co *coro.Co) error{
		"a task": func(co *coro.Co) error {
			task := coro.CreateTask(co, coro.Do(own))
			if err := coro.Sleep(co, time.Second); err != nil {
				return err
			}
			task.Cancel()
			_, err := task.Await(co)
			require.True(t, future.IsCanceled(err), "%v", err)
			require.True(t, task.Canceled())
			require.EqualError(t, err, "canceled: library: context canceled")
			require.EqualError(t, errors.Unwrap(err), "library: context canceled")
			return nil
		},
		"before the first step": func(co *coro.Co) error {
			ran := false
			task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { ran = true; return own(co) }))
			task.Cancel()
			_, err := task.Await(co)
			require.True(t, future.IsCanceled(err))
			require.False(t, ran)
			return nil
		},
		"canceled before it asked for the context": func(co *coro.Co) error {
			var task *coro.Task[coro.None]
			task = coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				task.Cancel()
				return co.Context().Err()
			}))
			_, err := task.Await(co)
			require.True(t, future.IsCanceled(err))
			return nil
		},
		"a timeout": func(co *coro.Co) error {
			err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return own(co) })
			var timeout *future.TimeoutError
			require.ErrorAs(t, err, &timeout)
			require.EqualError(t, timeout.Cause, "canceled: library: context canceled")
			require.Zero(t, co.Task().Canceling())
			// It is over then: the next one is somebody else's.
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			err = coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return ctx.Err() })
			require.Same(t, context.Canceled, err)
			return nil
		},
		"a timeout with what is derived": func(co *coro.Co) error {
			err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
				ctx, cancel := context.WithTimeout(co.Context(), time.Hour)
				defer cancel()
				return library(co, ctx)
			})
			require.True(t, future.IsTimeout(err))
			var timeout *future.TimeoutError
			require.ErrorAs(t, err, &timeout)
			return nil
		},
		"the outer timeout": func(co *coro.Co) error {
			inner := errors.New("not told")
			err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
				inner = coro.Timeout(co, time.Minute, func(*coro.TimeoutScope) error { return own(co) })
				return inner
			})
			require.True(t, future.IsTimeout(err))
			require.False(t, future.IsTimeout(inner))
			return nil
		},
		"both timeouts": func(co *coro.Co) error {
			err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
				err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return own(co) })
				require.False(t, future.IsTimeout(err), "the outer one has canceled too")
				return err
			})
			require.True(t, future.IsTimeout(err))
			return nil
		},
		"wait for": func(co *coro.Co) error {
			_, err := coro.WaitFor(co, coro.Do(own), time.Second)
			require.True(t, future.IsTimeout(err))
			return nil
		},
		"a group whose body it is": func(co *coro.Co) error {
			bad := errors.New("bad")
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error { return errors.Join(coro.Sleep(co, time.Second), bad) }))
				return own(co)
			})
			var group *coro.ExceptionGroup
			require.ErrorAs(t, err, &group)
			require.Len(t, group.Errors, 1, "the cancellation of the group's own is no error")
			return nil
		},
		"a member of a group": func(co *coro.Co) error {
			bad := errors.New("bad")
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, coro.Do(own))
				return errors.Join(coro.Sleep(co, time.Second), bad)
			})
			var group *coro.ExceptionGroup
			require.ErrorAs(t, err, &group)
			require.Len(t, group.Errors, 1)
			return nil
		},
		"a gather": func(co *coro.Co) error {
			f := coro.Gather(co, coro.Awaitable[coro.None](coro.Do(own)))
			if err := coro.Sleep(co, time.Second); err != nil {
				return err
			}
			f.Cancel()
			_, err := f.Await(co)
			require.True(t, future.IsCanceled(err))
			return nil
		},
		"a shield": func(co *coro.Co) error {
			task := coro.CreateTask(co, coro.Do(own))
			err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error {
				return coro.Await(co, coro.Shield(co, task))
			})
			require.True(t, future.IsTimeout(err))
			require.False(t, task.Done(), "nothing of it was canceled")
			task.Cancel()
			_, err = task.Await(co)
			require.True(t, future.IsCanceled(err))
			return nil
		},
		"another context": func(co *coro.Co) error {
			ctx, cancel := context.WithCancel(co.Context())
			cancel()
			task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { co.Context(); return ctx.Err() }))
			_, err := task.Await(co)
			require.Same(t, context.Canceled, err)
			require.False(t, task.Canceled())
			return nil
		},
		"one of several errors": func(co *coro.Co) error {
			task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return errors.Join(own(co), errors.New("and this")) }))
			if err := coro.Sleep(co, time.Second); err != nil {
				return err
			}
			task.Cancel()
			_, err := task.Await(co)
			require.False(t, future.IsCanceled(err))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) { run(t, main) })
	}
}
