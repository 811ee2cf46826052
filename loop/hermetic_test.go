package loop_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
)

// A hermetic loop refuses everything from outside, says what, and goes on.
func TestHermetic(t *testing.T) {
	job := func(context.Context) error { t.Error("it runs"); return nil }
	for what, take := range map[string]func(co *coro.Co, l *loop.Loop) error{
		"a thread":    func(co *coro.Co, _ *loop.Loop) error { _, err := loop.ToThreadDo(job)(co); return err },
		"a goroutine": func(co *coro.Co, _ *loop.Loop) error { _, err := loop.GoDo(job)(co); return err },
		"Receive": func(co *coro.Co, _ *loop.Loop) error {
			ch := make(chan int, 1)
			ch <- 1
			_, err := loop.Receive(ch)(co)
			return err
		},
		"Submit": func(_ *coro.Co, l *loop.Loop) error {
			_, err := loop.Submit(l, coro.Do(func(*coro.Co) error { return job(nil) }))
			return err
		},
		"CallSoonThreadsafe": func(_ *coro.Co, l *loop.Loop) error {
			_, err := l.CallSoonThreadsafe(func() { _ = job(nil) })
			return err
		},
		"a descriptor":     func(_ *coro.Co, l *loop.Loop) error { _, err := l.AddReader(0, func() {}); return err },
		"AddSignalHandler": func(_ *coro.Co, l *loop.Loop) error { return l.AddSignalHandler(syscall.SIGTERM, func() {}) },
	} {
		t.Run(what, func(t *testing.T) {
			require.NoError(t, loop.Main(func(co *coro.Co) error {
				err := take(co, loop.Of(co))
				require.ErrorIs(t, err, loop.ErrHermetic)
				require.EqualError(t, err, "loop: it is hermetic, and takes nothing from outside: "+what+
					" cannot be used; do without, or leave the option Hermetic out; a durable program has durable.Do")
				return coro.Sleep(co, time.Hour)
			}, loop.VirtualTime(true), loop.Hermetic(true)))
		})
	}
	t.Run("an executor of one's own", func(t *testing.T) {
		pool, err := executor.NewThreadPool()
		require.NoError(t, err)
		require.NoError(t, loop.Main(func(co *coro.Co) error {
			loop.Of(co).SetDefaultExecutor(pool)
			_, err := loop.RunInExecutor(loop.Of(co), pool, func() (int, error) { return 1, nil })
			require.ErrorIs(t, err, loop.ErrHermetic)
			return nil
		}, loop.Hermetic(true)))
	})
	t.Run("the end of the context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		require.ErrorIs(t, loop.Main(func(co *coro.Co) error {
			cancel()
			return coro.Sleep(co, time.Hour)
		}, loop.Hermetic(true), loop.Context(ctx)), context.Canceled)
	})
}
