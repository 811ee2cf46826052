package durable_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
)

func TestStartRefuses(t *testing.T) {
	store := durable.NewMemory()
	require.ErrorContains(t, durable.Start(t.Context(), store, "", "x"), "a program needs an id")
	require.ErrorContains(t, durable.Start(t.Context(), store, "1", ""), `Start of program "1" without the name that its main was registered as`)
	require.Panics(t, func() { _ = durable.Start(t.Context(), nil, "1", "x") })
	ids, err := store.List(t.Context())
	require.NoError(t, err)
	require.Empty(t, ids)
}

// Who starts a program that another one is about to start waits for what comes of it.
func TestStartWaits(t *testing.T) {
	for name, c := range map[string]struct {
		begins bool
		want   error
	}{"it begins": {true, durable.ErrExists}, "it does not": {false, nil}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := durable.NewMemory()
				j, err := store.Acquire(t.Context(), "1")
				require.NoError(t, err)
				var all sync.WaitGroup
				all.Go(func() { require.ErrorIs(t, durable.Start(t.Context(), store, "1", "x"), c.want) })
				pass(time.Minute)
				if c.begins {
					require.NoError(t, j.Replace(t.Context(), []byte("1")))
				}
				require.NoError(t, j.Close(time.Time{}))
				all.Wait()
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		store := durable.NewMemory()
		_, err := store.Acquire(t.Context(), "1")
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err = durable.Start(ctx, store, "1", "x")
		require.ErrorIs(t, err, durable.ErrRunning)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// Who starts a program that there is disturbs nobody: it rests, or has ended, as it did.
func TestStartDisturbsNobody(t *testing.T) {
	store := openDir(t, t.TempDir())
	until := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	for id, wake := range map[string]time.Time{"rests": until, "has ended": durable.Never} {
		j, err := store.Acquire(t.Context(), id)
		require.NoError(t, err)
		require.NoError(t, j.Replace(t.Context(), []byte("1")))
		require.ErrorIs(t, durable.Start(t.Context(), store, id, "x"), durable.ErrExists, "while it runs")
		require.NoError(t, j.Close(wake))
		require.ErrorIs(t, durable.Start(t.Context(), store, id, "x"), durable.ErrExists)
		at, running, err := store.Rest(id)
		require.NoError(t, err)
		require.False(t, running)
		require.WithinDuration(t, wake, at, time.Second)
	}
}

// A Start that fails leaves nothing, and another one begins the program.
func TestStartFails(t *testing.T) {
	path := t.TempDir()
	store := openDir(t, path)
	inTheWay := filepath.Join(path, "1.journal.new")
	require.NoError(t, os.Mkdir(inTheWay, 0o777))
	require.ErrorContains(t, durable.Start(t.Context(), store, "1", "x"), "1.journal.new")
	require.NoFileExists(t, filepath.Join(path, "1.lock"))
	require.NoFileExists(t, filepath.Join(path, "1.journal"))
	_, err := store.Read(t.Context(), "1")
	require.ErrorIs(t, err, durable.ErrNoProgram)
	require.NoError(t, os.Remove(inTheWay))
	require.NoError(t, durable.Start(t.Context(), store, "1", "x"))
}

// A process that has died when it had taken a program leaves a lock, which is in nobody's way.
func TestStartAfterACrash(t *testing.T) {
	path := t.TempDir()
	store := openDir(t, path)
	require.NoError(t, os.WriteFile(filepath.Join(path, "1.lock"), nil, 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(path, "1.journal.new"), []byte("half of"), 0o666))
	due, err := store.Due(t.Context(), time.Now(), 10)
	require.NoError(t, err)
	require.Empty(t, due)
	require.NoError(t, durable.Start(t.Context(), store, "1", "x"))
	due, err = store.Due(t.Context(), time.Now(), 10)
	require.NoError(t, err)
	require.Equal(t, []string{"1"}, due)
	require.NoFileExists(t, filepath.Join(path, "1.journal.new"))
}
