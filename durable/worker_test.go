package durable_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// reminders is a program that reminds after a month, unless it is told that it is no use.
func (w *world) reminders(co *coro.Co) (string, error) {
	who, err := durable.InputOf[string](co)
	if err != nil {
		return "", err
	}
	text, err := coro.WaitFor(co, coro.Func[string](func(co *coro.Co) (string, error) {
		return durable.Receive[string](co, "done")
	}), 30*24*time.Hour)
	if err == nil {
		return who + " has said " + text, nil
	}
	return w.act("remind " + who)(co)
}

// Two workers run what there is, and nothing twice; who sleeps is put to rest meanwhile.
func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 50
		store, w := durable.NewMemory(), newWorld()
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		ended := map[string]int{}
		var all sync.WaitGroup
		for range 2 {
			worker := durable.NewWorker(store, durable.PollEvery(30*time.Second), durable.OnEnd(func(id string, ok bool, err error) {
				mu.Lock()
				defer mu.Unlock()
				require.NoError(t, err)
				require.True(t, ok)
				ended[id]++
			}))
			durable.Register(worker, "reminders", w.reminders)
			all.Go(func() { require.ErrorIs(t, worker.Run(ctx), context.Canceled) })
		}
		for i := range n {
			require.NoError(t, durable.Start(ctx, store, fmt.Sprint(i), "reminders", durable.Input(fmt.Sprint("user ", i))))
		}
		require.ErrorIs(t, durable.Start(ctx, store, "7", "reminders"), durable.ErrExists)
		pass(time.Hour)
		require.NoError(t, durable.Send(ctx, store, "7", "done", "yes"))
		pass(time.Minute)
		text, done, err := durable.Result[string](ctx, store, "7")
		require.NoError(t, err)
		require.True(t, done)
		require.Equal(t, "user 7 has said yes", text)
		_, done, err = durable.Result[string](ctx, store, "8")
		require.NoError(t, err)
		require.False(t, done)
		pass(31 * 24 * time.Hour)
		text, _, err = durable.Result[string](ctx, store, "8")
		require.NoError(t, err)
		require.Equal(t, "remind user 8 done", text)
		require.Equal(t, n-1, w.times())
		mu.Lock()
		require.Len(t, ended, n)
		for id, times := range ended {
			require.Equal(t, 1, times, id)
		}
		mu.Unlock()
		cancel()
		all.Wait()
	})
}

// Programs that cannot go on are tried again, and not all the time.
func TestWorkerWithTheWrongCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w := durable.NewMemory(), newWorld()
		require.NoError(t, durable.Start(t.Context(), store, "other", "unknown"))
		require.NoError(t, durable.Start(t.Context(), store, "parts", "x"))
		right := w.steps("a", time.Hour, "b")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		worker := durable.NewWorker(store)
		durable.Register(worker, "x", right)
		_ = worker.Run(ctx)
		cancel()
		pass(2 * time.Hour)
		var mu sync.Mutex
		var errs []error
		worker = durable.NewWorker(store, durable.OnEnd(func(_ string, ended bool, err error) {
			mu.Lock()
			defer mu.Unlock()
			require.False(t, ended)
			errs = append(errs, err)
		}))
		durable.Register(worker, "x", w.steps("c"))
		ctx, cancel = context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		_ = worker.Run(ctx)
		require.Greater(t, len(errs), 20)
		require.Less(t, len(errs), 40)
		parted := new(durable.PartedError)
		require.ErrorAs(t, errors.Join(errs...), &parted)
		require.ErrorContains(t, errors.Join(errs...), `program "other" is a "unknown", and this worker knows x`)
	})
}
