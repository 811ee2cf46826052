package loop_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// contextless makes a function for ToThread of one that takes no context.
func contextless[T any](f func() (T, error)) func(context.Context) (T, error) {
	return func(context.Context) (T, error) { return f() }
}

func TestToThread(t *testing.T) {
	errTest := errors.New("test")
	v := coro.NewVar("test_ctx", "")
	for _, test := range []struct {
		name string
		main coro.Func[int]
		want int
		err  error
	}{
		// CPython: test_threads.ToThreadTests.test_to_thread
		{"gives the result", func(co *coro.Co) (int, error) {
			return loop.ToThread(contextless(func() (int, error) { return 40 + 2, nil })).Await(co)
		}, 42, nil},
		// CPython: test_threads.ToThreadTests.test_to_thread_exception
		{"gives the error", func(co *coro.Co) (int, error) {
			return loop.ToThread(contextless(func() (int, error) { return 0, errTest })).Await(co)
		}, 0, errTest},
		// CPython: test_threads.ToThreadTests.test_to_thread_once
		{"calls the function once", func(co *coro.Co) (int, error) {
			var calls atomic.Int32
			_, err := loop.ToThread(contextless(func() (int, error) {
				calls.Add(1)
				return 0, nil
			})).Await(co)
			return int(calls.Load()), err
		}, 1, nil},
		// CPython: test_threads.ToThreadTests.test_to_thread_concurrent
		{"many side by side", func(co *coro.Co) (int, error) {
			var calls atomic.Int32
			var all []coro.Func[int]
			for range 10 {
				all = append(all, loop.ToThread(contextless(func() (int, error) { return int(calls.Add(1)), nil })))
			}
			_, err := coro.Gather(co, coro.Each[int](all)...).Await(co)
			return int(calls.Load()), err
		}, 10, nil},
		// CPython: test_threads.ToThreadTests.test_to_thread_contextvars
		{"with the context variables", func(co *coro.Co) (int, error) {
			v.Set(co, "parrot")
			got, err := loop.ToThread(func(ctx context.Context) (string, error) { return ctx.Value(v).(string), nil }).Await(co)
			require.Equal(t, "parrot", got)
			return 0, err
		}, 0, nil},
		{"a copy of them, made when it is awaited", func(co *coro.Co) (int, error) {
			started, changed := make(chan struct{}), make(chan struct{})
			f := loop.ToThread(func(ctx context.Context) (string, error) {
				close(started)
				<-changed
				return ctx.Value(v).(string), nil
			})
			v.Set(co, "before")
			task := coro.CreateTask(co, func(co *coro.Co) (string, error) { return f.Await(co) })
			_, err := loop.Receive(started).Await(co)
			require.ErrorIs(t, err, loop.ErrChannelClosed)
			v.Set(co, "after")
			v.Set(task.Vars(), "after")
			close(changed)
			got, err := task.Await(co)
			require.Equal(t, "before", got)
			return 0, err
		}, 0, nil},
		// A thread cannot be canceled; waiting for it can.
		{"canceled while it works", func(co *coro.Co) (int, error) {
			started, release, ended := make(chan int, 1), make(chan struct{}), make(chan int, 1)
			task := coro.CreateTask(co, loop.ToThread(func(ctx context.Context) (int, error) {
				started <- 1
				<-release
				ended <- 7
				return 7, nil
			}))
			_, err := loop.Receive(started).Await(co)
			require.NoError(t, err)
			task.Cancel()
			_, err = task.Await(co)
			require.ErrorIs(t, err, future.ErrCanceled)
			close(release)
			return loop.Receive(ended).Await(co)
		}, 7, nil},
	} {
		for _, clock := range []struct {
			name string
			opts []loop.Option
		}{{"real time", nil}, {"virtual time", []loop.Option{loop.VirtualTime(true)}}} {
			t.Run(test.name+" in "+clock.name, func(t *testing.T) {
				got, err := loop.Run(test.main, clock.opts...)
				require.ErrorIs(t, err, test.err)
				require.Equal(t, test.want, got)
			})
		}
	}
}
