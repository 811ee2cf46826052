package durable_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
)

// begun is a program of a store that rests until a time.
func begun(t *testing.T, s durable.Store, id string, wake time.Time) {
	t.Helper()
	j, err := s.Acquire(t.Context(), id)
	require.NoError(t, err)
	require.NoError(t, j.Replace(t.Context(), []byte("1")))
	require.NoError(t, j.Close(wake))
}

func due(t *testing.T, s durable.Store, at time.Time) []string {
	t.Helper()
	ids, err := s.Due(t.Context(), at, 1000)
	require.NoError(t, err)
	return ids
}

var noon = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

// Several processes that share a directory each know at once what the others have done, as those do who share a Memory.
func TestDirIsLikeMemory(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 4))
	path, model := t.TempDir(), durable.NewMemory()
	var dirs []*durable.Dir
	for range 3 {
		dirs = append(dirs, openDir(t, path))
	}
	type pair struct{ dir, model durable.Journal }
	taken := map[string]pair{}
	key := 0
	both := func(f func(s durable.Store) error) {
		require.NoError(t, f(dirs[chance.IntN(len(dirs))]))
		require.NoError(t, f(model))
	}
	for step := range 3000 {
		id := fmt.Sprint("p.", chance.IntN(12))
		now := noon.Add(time.Duration(chance.IntN(100)) * time.Second)
		p, ok := taken[id]
		switch what := chance.IntN(10); {
		case what < 3 && !ok:
			var all []durable.Journal
			both(func(s durable.Store) error {
				j, err := s.Acquire(t.Context(), id)
				all = append(all, j)
				return err
			})
			p = pair{all[0], all[1]}
			require.Equal(t, p.model.Entries(), p.dir.Entries(), "step %d", step)
			taken[id] = p
		case what < 5 && ok:
			for _, j := range []durable.Journal{p.dir, p.model} {
				require.NoError(t, j.Replace(t.Context(), []byte(id)))
			}
		case what < 8 && ok:
			wake := []time.Time{{}, now, durable.Never}[chance.IntN(3)]
			for _, j := range []durable.Journal{p.dir, p.model} {
				mail, err := j.Messages(t.Context())
				require.NoError(t, err)
				for _, m := range mail {
					require.NoError(t, j.Remove(t.Context(), m.Key))
				}
			}
			for _, j := range []durable.Journal{p.dir, p.model} {
				require.NoError(t, j.Close(wake))
			}
			delete(taken, id)
		case what == 8 && ok:
			for _, j := range []durable.Journal{p.dir, p.model} {
				require.NoError(t, j.Delete(t.Context()))
			}
			delete(taken, id)
		case what == 9:
			key++
			both(func(s durable.Store) error {
				return s.Send(t.Context(), id, durable.Message{Key: fmt.Sprint(key), Entry: []byte("m")})
			})
		}
		require.ElementsMatch(t, due(t, model, now), due(t, dirs[chance.IntN(len(dirs))], now), "step %d", step)
	}
}

// A change of which there is no note, as the process has died that was to write it, is found within minutes.
func TestNoNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := t.TempDir()
		store := openDir(t, path)
		begun(t, store, "1", time.Time{})
		require.Equal(t, []string{"1"}, due(t, store, noon))
		data, err := os.ReadFile(filepath.Join(path, "1.journal"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(path, "2.journal"), data, 0o666))
		require.Equal(t, []string{"1"}, due(t, store, noon))
		pass(5 * time.Minute)
		require.ElementsMatch(t, []string{"1", "2"}, due(t, store, noon))
	})
}

// The notes are replaced when there are many, and may be gone, or damaged.
func TestNotes(t *testing.T) {
	path := t.TempDir()
	mine, other := openDir(t, path), openDir(t, path)
	notes := filepath.Join(path, "notes")
	n := 0
	seen := func() {
		t.Helper()
		n++
		begun(t, other, fmt.Sprintf("%03d", n), time.Time{})
		require.Len(t, due(t, mine, noon), n)
		require.NotContains(t, due(t, mine, noon), "nothing")
	}
	seen()
	file, err := os.OpenFile(notes, os.O_WRONLY|os.O_APPEND, 0)
	require.NoError(t, err)
	_, err = file.WriteString(strings.Repeat("nothing\n", 1<<17) + "torn")
	require.NoError(t, err)
	require.NoError(t, file.Close())
	seen()
	info, err := os.Stat(notes)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(1000), "it is another one")
	seen()
	for _, text := range []string{"", "short", strings.Repeat("x", 100)} {
		require.NoError(t, os.WriteFile(notes, []byte(text), 0o666))
		seen()
		seen()
	}
	require.NoError(t, os.Remove(notes))
	require.Len(t, due(t, mine, noon), n)
	seen()
	seen()
	left, err := filepath.Glob(filepath.Join(path, "notes-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// A program whose owner has died, of which there is no note, is due a second later.
func TestOwnerDies(t *testing.T) {
	path := t.TempDir()
	mine, other := openDir(t, path), openDir(t, path)
	begun(t, other, "1", time.Time{})
	lock, err := os.OpenFile(filepath.Join(path, "1.lock"), os.O_RDWR, 0)
	require.NoError(t, err)
	held := filepath.Join(path, "held")
	require.NoError(t, os.Rename(filepath.Join(path, "1.lock"), held))
	j, err := other.Acquire(t.Context(), "1")
	require.NoError(t, err)
	require.Empty(t, due(t, mine, noon))
	require.NoError(t, os.Rename(held, filepath.Join(path, "1.lock"))) // which nobody holds
	require.NoError(t, lock.Close())
	require.Empty(t, due(t, mine, noon), "it is not looked at all the time")
	require.Equal(t, []string{"1"}, due(t, mine, noon.Add(time.Second)))
	require.NoError(t, j.Close(durable.Never))
}

// Whoever takes a program that others remove has it alone.
func TestDeleteWhileOthersTake(t *testing.T) {
	path := t.TempDir()
	var holders, removed atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		store := openDir(t, path)
		all.Go(func() {
			for range 300 {
				j, err := store.Acquire(t.Context(), "1")
				if err != nil {
					require.ErrorIs(t, err, durable.ErrRunning)
					continue
				}
				require.EqualValues(t, 1, holders.Add(1))
				if len(j.Entries()) == 0 {
					require.NoError(t, j.Replace(t.Context(), []byte("1")))
				}
				holders.Add(-1)
				require.NoError(t, j.Delete(t.Context()))
				removed.Add(1)
			}
		})
	}
	all.Wait()
	require.Greater(t, removed.Load(), int64(10))
	files, err := os.ReadDir(path)
	require.NoError(t, err)
	require.Len(t, files, 1, "the notes")
}

// A message that is sent while others are removed, and their directory with them, comes.
func TestSendWhileOthersAreRemoved(t *testing.T) {
	const senders, each = 2, 500
	path := t.TempDir()
	store := openDir(t, path)
	j, err := store.Acquire(t.Context(), "1")
	require.NoError(t, err)
	failed := make(chan error, senders)
	for k := range senders {
		go func() {
			for i := range each {
				if err := store.Send(t.Context(), "1", durable.Message{Key: fmt.Sprint(k, " ", i), Entry: []byte("m")}); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	seen := map[string]bool{}
	for len(seen) < senders*each {
		select {
		case err := <-failed:
			require.NoError(t, err)
		case <-j.Arrived():
		}
		mail, err := j.Messages(t.Context())
		require.NoError(t, err)
		for _, m := range mail {
			require.False(t, seen[m.Key])
			seen[m.Key] = true
			require.NoError(t, j.Remove(t.Context(), m.Key))
		}
	}
	require.NoDirExists(t, filepath.Join(path, "1.mail"))
	require.NoError(t, j.Close(durable.Never))
}
