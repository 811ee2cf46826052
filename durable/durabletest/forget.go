package durabletest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
)

// gone requires that there is nothing of a program, for whoever asks, and that it has nothing when it is taken.
func gone(t *testing.T, open Open, id string) {
	t.Helper()
	_, err := open(t).Read(t.Context(), id)
	require.ErrorIs(t, err, durable.ErrNoProgram)
	ids, err := open(t).List(t.Context())
	require.NoError(t, err)
	require.NotContains(t, ids, id)
	due, err := open(t).Due(t.Context(), durable.Never.Add(-time.Second), 1000)
	require.NoError(t, err)
	require.NotContains(t, due, id)
	j := acquire(t, open(t), id)
	require.Empty(t, j.Entries())
	messages, err := j.Messages(t.Context())
	require.NoError(t, err)
	require.Empty(t, messages)
	require.NoError(t, j.Close(durable.Never))
}

// testDelete has nothing left of a program that was removed, and the same again of another one with that id.
func testDelete(t *testing.T, open Open) {
	for range 3 {
		j := acquire(t, open(t), "a")
		require.Empty(t, j.Entries())
		require.NoError(t, j.Replace(t.Context(), []byte("1")))
		require.NoError(t, j.Append(t.Context(), entries("2", "3")...))
		require.NoError(t, j.Close(time.Time{}))
		due, err := open(t).Due(t.Context(), time.Now(), 10)
		require.NoError(t, err)
		require.Equal(t, []string{"a"}, due)

		require.NoError(t, open(t).Send(t.Context(), "a", durable.Message{Key: "k", Entry: []byte("m")}))
		j = acquire(t, open(t), "a")
		require.NoError(t, j.Delete(t.Context()))
		require.NoError(t, j.Close(time.Time{}), "which does nothing")
		gone(t, open, "a")
	}
	j := acquire(t, open(t), "has no entries")
	require.NoError(t, j.Delete(t.Context()))
	gone(t, open, "has no entries")

	require.NoError(t, open(t).Send(t.Context(), "a", durable.Message{Key: "k", Entry: []byte("for the next")}))
	j = acquire(t, open(t), "a")
	messages, err := j.Messages(t.Context())
	require.NoError(t, err)
	require.Equal(t, []durable.Message{{Key: "k", Entry: []byte("for the next")}}, messages)
	require.NoError(t, j.Replace(t.Context(), []byte("4")))
	require.NoError(t, j.Append(t.Context(), []byte("5")))
	require.NoError(t, j.Close(durable.Never))
	stored(t, open, "a", "4", "5")
}

// testForget forgets programs that have ended, whenever it crashes, and no others.
func testForget(t *testing.T, open Open) {
	require.ErrorIs(t, durable.Forget(t.Context(), open(t), "a"), durable.ErrNoProgram)
	require.NoError(t, durable.Start(t.Context(), open(t), "a", "x"))
	require.ErrorIs(t, durable.Forget(t.Context(), open(t), "a"), durable.ErrNotEnded)
	text, err := durable.Run(t.Context(), open(t), "a", work("a"))
	require.NoError(t, err)
	require.Equal(t, "a is done", text)
	for _, moment := range Moments {
		require.ErrorIs(t, durable.Start(t.Context(), open(t), "a", "x"), durable.ErrExists)
		crash := &Crash{Store: open(t), At: 1, Moment: moment}
		require.ErrorIs(t, durable.Forget(t.Context(), crash, "a"), ErrCrash)
		require.True(t, crash.Crashed())
		if moment != After {
			text, err = durable.Run(t.Context(), open(t), "a", work("a"))
			require.NoError(t, err)
			require.Equal(t, "a is done", text, "it is there as it was")
			require.NoError(t, durable.Forget(t.Context(), open(t), "a"))
		}
		gone(t, open, "a")
		text, err = durable.Run(t.Context(), open(t), "a", work("another"))
		require.NoError(t, err)
		require.Equal(t, "another is done", text)
		require.NoError(t, durable.Forget(t.Context(), open(t), "a"))
		text, err = durable.Run(t.Context(), open(t), "a", work("a"))
		require.NoError(t, err)
		require.Equal(t, "a is done", text)
	}
}

// testStartAtOnce has several processes start the same programs: of each, one does.
func testStartAtOnce(t *testing.T, open Open) {
	const n, starters = 20, 4
	var mu sync.Mutex
	begun := map[string]int{}
	var others []error
	var all sync.WaitGroup
	for range starters {
		store := open(t)
		all.Go(func() {
			for i := range n {
				id := fmt.Sprint(i)
				err := durable.Start(context.Background(), store, id, "x")
				mu.Lock()
				if err == nil {
					begun[id]++
				} else {
					others = append(others, err)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	require.Len(t, begun, n)
	require.Len(t, others, n*(starters-1))
	for _, err := range others {
		require.ErrorIs(t, err, durable.ErrExists)
	}
	due, err := open(t).Due(t.Context(), time.Now(), 2*n)
	require.NoError(t, err)
	require.Len(t, due, n)
}
