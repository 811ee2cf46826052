package sqlstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
)

// Who has lost a program that was removed, and begun anew, writes nothing to it: SQLite gives it the number of the old one.
func TestRemovedWhileLost(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		pool := db.fresh(t)(t)
		old, other := open(t, pool, db.dialect), open(t, pool, db.dialect)
		j := begun(t, old)
		_, err := pool.ExecContext(t.Context(), "UPDATE durable_programs SET expires = 1")
		require.NoError(t, err)
		taken, err := other.Acquire(t.Context(), "a")
		require.NoError(t, err)
		require.NoError(t, taken.Delete(t.Context()))
		require.NoError(t, taken.Close(time.Time{}), "which does nothing")
		mine := begun(t, other)
		require.ErrorIs(t, j.Append(t.Context(), []byte("late")), durable.ErrLost)
		require.ErrorIs(t, j.Delete(t.Context()), durable.ErrLost)
		require.NoError(t, mine.Close(durable.Never))
		got, err := other.Read(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, entriesOf("1"), got)
	})
}

// Nothing is left of a program that was removed.
func TestNothingLeft(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		pool := db.fresh(t)(t)
		store := open(t, pool, db.dialect)
		j := begun(t, store)
		require.NoError(t, j.Append(t.Context(), []byte("2")))
		require.NoError(t, store.Send(t.Context(), "a", durable.Message{Key: "k"}))
		require.NoError(t, j.Delete(t.Context()))
		for _, table := range []string{"programs", "entries", "messages"} {
			var rows int
			require.NoError(t, pool.QueryRowContext(t.Context(), "SELECT count(*) FROM durable_"+table).Scan(&rows))
			require.Zero(t, rows, table)
		}
	})
}
