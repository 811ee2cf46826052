package natsstore_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore"
)

// messages are all of a stream but for the owners.
func messages(t *testing.T, js jetstream.JetStream, name string) (all []*jetstream.RawStreamMsg) {
	t.Helper()
	stream, err := js.Stream(t.Context(), name)
	require.NoError(t, err)
	for seq := stream.CachedInfo().State.FirstSeq; seq <= stream.CachedInfo().State.LastSeq; seq++ {
		m, err := stream.GetMsg(t.Context(), seq)
		if err == nil && m.Subject[:len("durable.o.")] != "durable.o." {
			all = append(all, m)
		}
	}
	return all
}

// What is left of a program that was removed is a message in each stream, which the server forgets.
func TestServerForgets(t *testing.T) {
	js := connect(t, single(t).ClientURL())
	store := openStore(t, js)
	for range 2 {
		j, err := store.Acquire(t.Context(), "a")
		require.NoError(t, err)
		require.NoError(t, j.Replace(t.Context(), []byte("1")))
		require.NoError(t, j.Append(t.Context(), []byte("2")))
		require.NoError(t, store.Send(t.Context(), "a", durable.Message{Key: "k", Entry: []byte("m")}))
		require.NoError(t, j.Delete(t.Context()))
		require.True(t, isDone(j.Lost()))
		for _, name := range []string{"durable_journals", "durable_programs"} {
			left := messages(t, js, name)
			require.Len(t, left, 1, name)
			require.Equal(t, "1h0m0s", left[0].Header.Get("Nats-TTL"))
		}
	}
}

// Who has lost a program that was removed writes nothing to it, not even as the first.
func TestRemovedWhileLost(t *testing.T) {
	js := connect(t, single(t).ClientURL())
	for name, begins := range map[string]bool{"begun": true, "not begun": false} {
		old, other := openStore(t, js, natsstore.Lease(time.Hour)), openStore(t, js, natsstore.Lease(time.Hour))
		j, err := old.Acquire(t.Context(), name)
		require.NoError(t, err)
		if begins {
			require.NoError(t, j.Replace(t.Context(), []byte("1")))
		}
		steal(t, js, name)
		taken, err := other.Acquire(t.Context(), name)
		require.NoError(t, err)
		require.NoError(t, taken.Replace(t.Context(), []byte("2")))
		require.NoError(t, taken.Delete(t.Context()))
		require.ErrorIs(t, j.Replace(t.Context(), []byte("late")), durable.ErrLost)
		require.ErrorIs(t, j.Delete(t.Context()), durable.ErrLost)
		_, err = other.Read(t.Context(), name)
		require.ErrorIs(t, err, durable.ErrNoProgram)
	}
}

// Who dies while it removes a program leaves it to others as it was, or as gone.
func TestDiesWhileRemoving(t *testing.T) {
	js := connect(t, single(t).ClientURL())
	for _, steps := range []int{1, 2} {
		id := string(rune('a' + steps))
		old, other := openStore(t, js), openStore(t, js)
		j, err := old.Acquire(t.Context(), id)
		require.NoError(t, err)
		require.NoError(t, j.Replace(t.Context(), []byte("1")))
		require.NoError(t, natsstore.DeleteInPart(t.Context(), j, steps))
		require.NoError(t, old.Close())
		if steps == 1 {
			taken := acquireWhenDead(t, other, id)
			require.Equal(t, []string{"1"}, texts(taken.Entries()))
			require.NoError(t, taken.Delete(t.Context()))
		}
		due, err := openStore(t, js).Due(t.Context(), time.Now(), 10)
		require.NoError(t, err)
		require.Empty(t, due)
		ids, err := openStore(t, js).List(t.Context())
		require.NoError(t, err)
		require.Empty(t, ids)
		var again durable.Journal
		until(t, func() bool {
			again, err = other.Acquire(t.Context(), id)
			return err == nil
		})
		require.Empty(t, again.Entries())
		require.NoError(t, again.Replace(t.Context(), []byte("2")))
		require.NoError(t, again.Delete(t.Context()))
	}
}

// Streams of an older version of this package forget nothing by themselves; Open has them do so.
func TestOlderStream(t *testing.T) {
	js := connect(t, single(t).ClientURL())
	_, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "durable_journals", Subjects: []string{"durable.j.*"}, AllowDirect: true, Description: "ours"})
	require.NoError(t, err)
	store := openStore(t, js)
	j, err := store.Acquire(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, j.Replace(t.Context(), []byte("1")))
	require.NoError(t, j.Delete(t.Context()))
	stream, err := js.Stream(t.Context(), "durable_journals")
	require.NoError(t, err)
	require.Equal(t, "ours", stream.CachedInfo().Config.Description)
}
