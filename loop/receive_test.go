package loop_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

func TestReceive(t *testing.T) {
	noLeak(t)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		ch := make(chan int, 1)
		ch <- 1
		v, err := loop.Receive(ch).Await(co)
		require.NoError(t, err)
		require.Equal(t, 1, v, "what is there is taken at once")
		go func() { ch <- 2; close(ch) }()
		v, err = loop.Receive(ch).Await(co)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		_, err = loop.Receive(ch).Await(co)
		require.ErrorIs(t, err, loop.ErrChannelClosed)
		return nil
	}, loop.VirtualTime(true)))
}

// Whatever moment the cancellation comes at, a value is either received or still in
// the channel.
func TestReceiveLosesNothing(t *testing.T) {
	noLeak(t)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		for i := range 200 {
			ch := make(chan int)
			sent := make(chan struct{})
			task := coro.CreateTask(co, func(co *coro.Co) (int, error) {
				v, err := loop.Receive(ch).Await(co)
				if err != nil {
					return 0, err
				}
				// The value is there; the cancellation comes out of the next await.
				if err := coro.Sleep(co, time.Hour); !errors.Is(err, future.ErrCanceled) {
					return 0, errors.New("the cancellation is lost")
				}
				return v, nil
			})
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
			go func() { ch <- 7; close(sent) }()
			for range i {
				runtime.Gosched()
			}
			task.Cancel("why")
			v, err := task.Await(co)
			if err == nil {
				require.Equal(t, 7, v)
			} else {
				require.ErrorIs(t, err, future.ErrCanceled)
				require.Equal(t, 7, <-ch, "nobody has received it")
			}
			<-sent
		}
		return nil
	}))
}

func TestContextOfATask(t *testing.T) {
	noLeak(t)
	type key struct{}
	parent := context.WithValue(context.Background(), key{}, "value")
	v := coro.NewVar("v", "default")
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		v.Set(co, "set")
		var seen context.Context
		task := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			seen = co.Context()
			require.Equal(t, "value", seen.Value(key{}))
			require.Equal(t, "set", seen.Value(v))
			_, err := loop.GoDo(func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			}).Await(co)
			return err
		}))
		require.NoError(t, coro.Sleep(co, 0))
		require.NoError(t, seen.Err())
		task.Cancel("why")
		require.ErrorIs(t, seen.Err(), context.Canceled)
		var canceled *future.CanceledError
		require.ErrorAs(t, context.Cause(seen), &canceled)
		msg, _ := canceled.Message()
		require.Equal(t, "why", msg)
		_, err := task.Await(co)
		require.ErrorIs(t, err, future.ErrCanceled)
		return nil
	}, loop.Context(parent)))
}

func TestParentContextEndsMain(t *testing.T) {
	noLeak(t)
	cause := errors.New("enough")
	t.Run("while it waits", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(context.Background())
		cleaned := false
		err := loop.Main(func(co *coro.Co) error {
			defer func() { cleaned = coro.Sleep(co, 0) == nil }()
			cancel(cause)
			return coro.Sleep(co, time.Hour)
		}, loop.Context(ctx))
		require.Equal(t, cause, err)
		require.True(t, cleaned)
	})
	t.Run("before it begins", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(cause)
		err := loop.Main(func(*coro.Co) error {
			t.Error("main has begun")
			return nil
		}, loop.Context(ctx))
		require.Equal(t, cause, err)
	})
	t.Run("and main ignores it", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(context.Background())
		v, err := loop.Run(func(co *coro.Co) (int, error) {
			cancel(cause)
			_ = coro.Sleep(co, time.Hour)
			return 1, nil
		}, loop.Context(ctx))
		require.NoError(t, err)
		require.Equal(t, 1, v)
	})
}

// Workers beyond the bound end with their task.
func TestMaxIdleWorkers(t *testing.T) {
	noLeak(t)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		before := workers()
		var tasks []future.Any
		for range 50 {
			tasks = append(tasks, coro.CreateTask(co, coro.Do1(coro.Sleep, time.Second)))
		}
		require.NoError(t, coro.Sleep(co, 0))
		require.Equal(t, before+50, workers())
		_, err := coro.GatherErrors(co, tasks...).Await(co)
		require.Equal(t, before+3, workers())
		return err
	}, loop.VirtualTime(true), loop.MaxIdleWorkers(3)))
}

// workers counts the goroutines that coroutines run on, and no other that may be on its
// way out.
func workers() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "sched.(*worker).run.func1(")
}
