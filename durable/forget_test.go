package durable_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// workUntil has a worker run steps, and reminders, until it is stopped.
func workUntil(t *testing.T, store durable.Store, w *world, opts ...durable.WorkerOption) (stop func()) {
	t.Helper()
	worker := durable.NewWorker(store, append(opts, durable.PollEvery(10*time.Second))...)
	durable.Register(worker, "short", func(co *coro.Co) (string, error) { return "done", coro.Sleep(co, time.Second) })
	durable.Register(worker, "fails", func(co *coro.Co) (string, error) { return "", errors.New("wrong") })
	durable.Register(worker, "reminders", w.reminders)
	ctx, cancel := context.WithCancel(t.Context())
	var gone sync.WaitGroup
	gone.Go(func() { require.ErrorIs(t, worker.Run(ctx), context.Canceled) })
	return func() {
		cancel()
		gone.Wait()
	}
}

// taking is a store that counts how often a program is taken.
type taking struct {
	durable.Store
	times atomic.Int64
}

func (s *taking) Acquire(ctx context.Context, id string) (durable.Journal, error) {
	s.times.Add(1)
	return s.Store.Acquire(ctx, id)
}

// A worker removes programs so long after their end, also where it was another one that has seen to that.
func TestRetain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &taking{Store: durable.NewMemory()}
		stop := workUntil(t, store, newWorld(), durable.Retain(time.Hour))
		require.NoError(t, durable.Start(t.Context(), store, "1", "short"))
		require.NoError(t, durable.Start(t.Context(), store, "2", "fails"))
		require.NoError(t, durable.Start(t.Context(), store, "3", "reminders", durable.Input("Ada")))
		pass(30 * time.Minute)
		text, ended, err := durable.Result[string](t.Context(), store, "1")
		require.NoError(t, err)
		require.True(t, ended)
		require.Equal(t, "done", text)

		before := store.times.Load()
		require.NoError(t, durable.Send(t.Context(), store, "1", "done", "too late"))
		pass(10 * time.Minute)
		require.Equal(t, before+1, store.times.Load(), "it wakes the program once")
		stop()
		stop = workUntil(t, store, newWorld(), durable.Retain(time.Hour))
		pass(19 * time.Minute)
		ids, err := store.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"1", "2", "3"}, ids)
		pass(2 * time.Minute)
		ids, err = store.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"3"}, ids, "that goes on")
		require.NoError(t, durable.Start(t.Context(), store, "1", "short"))
		pass(time.Minute)
		_, ended, err = durable.Result[string](t.Context(), store, "1")
		require.NoError(t, err)
		require.True(t, ended)
		stop()
	})
}

// Without Retain they stay, and a worker that finds one which was to be removed keeps it.
func TestRetainForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &taking{Store: durable.NewMemory()}
		require.NoError(t, durable.Start(t.Context(), store, "1", "short"))
		stop := workUntil(t, store, newWorld(), durable.Retain(time.Hour))
		pass(time.Minute)
		stop()
		stop = workUntil(t, store, newWorld())
		pass(2 * time.Hour)
		taken := store.times.Load()
		pass(100 * time.Hour)
		require.Equal(t, taken, store.times.Load(), "it is left alone")
		_, ended, err := durable.Result[string](t.Context(), store, "1")
		require.NoError(t, err)
		require.True(t, ended)
		require.NoError(t, durable.Forget(t.Context(), store, "1"))
		require.ErrorIs(t, durable.Forget(t.Context(), store, "1"), durable.ErrNoProgram)
		stop()
	})
}

// refusing is a store that does not remove anything, for a time.
type refusing struct {
	durable.Store
	until time.Time
}

type refusingJournal struct {
	durable.Journal
	until time.Time
}

var errRefused = errors.New("the disk is write-protected")

func (s *refusing) Acquire(ctx context.Context, id string) (durable.Journal, error) {
	j, err := s.Store.Acquire(ctx, id)
	if err != nil {
		return nil, err
	}
	return &refusingJournal{j, s.until}, nil
}

func (j *refusingJournal) Delete(ctx context.Context) error {
	if time.Now().Before(j.until) {
		return errRefused
	}
	return j.Journal.Delete(ctx)
}

// A store that fails is told of, and asked again.
func TestRetainFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &refusing{durable.NewMemory(), time.Now().Add(90 * time.Minute)}
		require.NoError(t, durable.Start(t.Context(), store, "1", "short"))
		var mu sync.Mutex
		var errs []error
		stop := workUntil(t, store, newWorld(), durable.Retain(time.Hour), durable.OnEnd(func(_ string, ended bool, err error) {
			mu.Lock()
			defer mu.Unlock()
			if !ended {
				errs = append(errs, err)
			}
		}))
		pass(80 * time.Minute)
		require.ErrorIs(t, durable.Forget(t.Context(), store, "1"), errRefused)
		pass(20 * time.Minute)
		stop()
		require.ErrorIs(t, errors.Join(errs...), errRefused)
		require.Less(t, len(errs), 50, "it is not asked all the time")
		_, _, err := durable.Result[string](t.Context(), store, "1")
		require.NoError(t, err, "Forget has given it back as one that is kept")
		require.NoError(t, durable.Forget(t.Context(), store, "1"))
	})
}
