package durable_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/loop"
)

// What each task of a program waits for is seen after each record.
func TestInspect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, w := durable.NewMemory(), newWorld()
		main := func(co *coro.Co) (coro.None, error) {
			coro.CreateTask(co, func(co *coro.Co) (string, error) { return durable.Receive[string](co, "stop") }, coro.Name("other"))
			if _, err := w.act("charge")(co); err != nil {
				return coro.None{}, err
			}
			return coro.None{}, coro.Sleep(co, time.Hour)
		}
		_, err := durable.Run(t.Context(), store, "1", main)
		require.NoError(t, err)
		records, err := durable.ReadJournal(t.Context(), store, "1")
		require.NoError(t, err)

		var seen []string
		for n := range len(records) + 1 {
			require.NoError(t, durable.Inspect(t.Context(), store, "1", main, n, func(l *loop.Loop) error {
				text := fmt.Sprint(n, ":")
				for _, task := range l.Snapshot(loop.Stacks(10)).Tasks {
					require.NotEmpty(t, task.Stack)
					text += fmt.Sprintf(" %s waits for %s;", task.Name, task.On.Text)
				}
				seen = append(seen, strings.TrimSuffix(text, ";"))
				return nil
			}))
		}
		require.Equal(t, []string{
			"0:",
			`1: main waits for activity "charge"; other waits for an item of queue`,
			`2: main waits for activity "charge"; other waits for an item of queue`,
			"3: main waits for sleep until 1h0m0s; other waits for an item of queue",
			"4:",
		}, seen)
		require.Equal(t, 1, w.times(), "no activity is executed")
		after, err := durable.ReadJournal(t.Context(), store, "1")
		require.NoError(t, err)
		require.Equal(t, records, after)

		wrong := errors.New("wrong")
		require.ErrorIs(t, durable.Inspect(t.Context(), store, "1", main, 1, func(*loop.Loop) error { return wrong }), wrong)
		require.ErrorContains(t, durable.Inspect(t.Context(), store, "1", main, 5, func(*loop.Loop) error { return nil }), "has 4 records")
	})
}

// Who looks at a long replay sees how far it is.
func TestOnReplay(t *testing.T) {
	store := durable.NewMemory()
	main := func(co *coro.Co) (int, error) {
		for i := range 12_000 {
			if _, err := durable.Version(co, fmt.Sprint(i), 1); err != nil {
				return 0, err
			}
			if err := coro.Sleep(co, 0); err != nil {
				return 0, err
			}
		}
		for range 12_000 {
			if _, err := durable.Receive[int](co, "x"); err != nil {
				return 0, err
			}
		}
		return 1, nil
	}
	for range 12_000 {
		require.NoError(t, durable.Send(t.Context(), store, "1", "x", 1))
	}
	_, err := durable.Run(t.Context(), store, "1", main)
	require.NoError(t, err)
	var told []int
	require.NoError(t, durable.Replay(t.Context(), store, "1", main, durable.OnReplay(func(n, of int) {
		require.Equal(t, 24_002, of)
		told = append(told, n)
	})))
	require.NotEmpty(t, told)
	for i, n := range told {
		require.GreaterOrEqual(t, n, 10_000*(i+1))
	}
}

// A journal of which nothing is left is that of no program.
func TestEmptyJournal(t *testing.T) {
	dir := t.TempDir()
	store, err := durable.OpenDir(dir)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "1.journal"), []byte("ouro-d1\n"), 0o666))
	_, _, err = durable.Result[int](t.Context(), store, "1")
	require.ErrorIs(t, err, durable.ErrNoProgram)
	_, err = durable.ReadJournal(t.Context(), store, "1")
	require.ErrorIs(t, err, durable.ErrNoProgram)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "1.lock"), nil, 0o666))
	require.NoError(t, os.Chtimes(filepath.Join(dir, "1.lock"), time.Time{}, time.Unix(0, 0)))
	ctx, cancel := context.WithCancel(t.Context())
	worker := durable.NewWorker(store, durable.PollEvery(time.Millisecond), durable.OnEnd(func(_ string, ended bool, err error) {
		require.False(t, ended)
		require.ErrorIs(t, err, durable.ErrNoProgram)
		cancel()
	}))
	require.ErrorIs(t, worker.Run(ctx), context.Canceled)
}

// A directory tells who is run, and when those are due who rest.
func TestRest(t *testing.T) {
	store, err := durable.OpenDir(t.TempDir())
	require.NoError(t, err)
	_, _, err = store.Rest("1")
	require.ErrorIs(t, err, durable.ErrNoProgram)
	require.NoError(t, durable.Start(t.Context(), store, "1", "x"))
	until, running, err := store.Rest("1")
	require.NoError(t, err)
	require.False(t, running)
	require.False(t, until.After(time.Now()))
	j, err := store.Acquire(t.Context(), "1")
	require.NoError(t, err)
	_, running, err = store.Rest("1")
	require.NoError(t, err)
	require.True(t, running)
	due := time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC)
	require.NoError(t, j.Close(due))
	until, running, err = store.Rest("1")
	require.NoError(t, err)
	require.False(t, running)
	require.WithinDuration(t, due, until, time.Second)
}
