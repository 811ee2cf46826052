package sqlstore_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/sqlstore"
)

// short is a lease that a slow machine can renew in time.
const short = 2 * time.Second

// steal takes a program by force, as if its lease had expired.
func steal(t *testing.T, db *sql.DB) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), "UPDATE durable_programs SET expires = 1")
	require.NoError(t, err)
}

func expires(t *testing.T, db *sql.DB) (ms int64) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT expires FROM durable_programs").Scan(&ms))
	return ms
}

// begun takes a program that has an entry, and a message.
func begun(t *testing.T, s durable.Store) durable.Journal {
	t.Helper()
	require.NoError(t, s.Send(t.Context(), "a", durable.Message{Key: "k", Entry: []byte("m")}))
	j, err := s.Acquire(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, j.Replace(t.Context(), []byte("1")))
	return j
}

// A store holds a program for longer than a lease, as long as it is there.
func TestLeaseIsRenewed(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		connect := db.fresh(t)
		pool := connect(t)
		j := begun(t, open(t, pool, db.dialect, sqlstore.Lease(short), quiet))
		other := open(t, connect(t), db.dialect)
		begun := expires(t, pool)
		eventually(t, func() bool { return expires(t, pool) > begun+short.Milliseconds() })
		_, err := other.Acquire(t.Context(), "a")
		require.ErrorIs(t, err, durable.ErrRunning)
		require.NoError(t, j.Append(t.Context(), []byte("2")))
		require.NoError(t, j.Close(durable.Never))
	})
}

// Here a lease expires before it does in the database.
func TestLeaseExpiresHereFirst(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		pool := db.fresh(t)(t)
		store := open(t, pool, db.dialect, sqlstore.Lease(time.Hour))
		j := begun(t, store)
		first := sqlstore.Until(j)
		requireMargin := func() {
			t.Helper()
			left := time.UnixMilli(expires(t, pool)).Sub(sqlstore.Until(j))
			require.Greater(t, left, 5*time.Minute)
			require.Less(t, left, 7*time.Minute)
		}
		requireMargin()
		store.RenewAll(t.Context())
		require.True(t, sqlstore.Until(j).After(first))
		requireMargin()
	})
}

// Who has lost a program writes nothing, in whatever way.
func TestLostWritesNothing(t *testing.T) {
	writes := map[string]func(t *testing.T, j durable.Journal) error{
		"Append":  func(t *testing.T, j durable.Journal) error { return j.Append(t.Context(), []byte("x"), []byte("y")) },
		"Replace": func(t *testing.T, j durable.Journal) error { return j.Replace(t.Context(), []byte("x")) },
		"Remove":  func(t *testing.T, j durable.Journal) error { return j.Remove(t.Context(), "k") },
		"Close":   func(_ *testing.T, j durable.Journal) error { return j.Close(durable.Never) },
	}
	onEach(t, func(t *testing.T, db database) {
		for name, write := range writes {
			t.Run(name, func(t *testing.T) {
				connect := db.fresh(t)
				pool := connect(t)
				j := begun(t, open(t, pool, db.dialect, sqlstore.Lease(time.Hour)))
				steal(t, pool)
				other := open(t, connect(t), db.dialect)
				mine, err := other.Acquire(t.Context(), "a")
				require.NoError(t, err)
				require.NoError(t, mine.Append(t.Context(), []byte("2")))

				require.ErrorIs(t, write(t, j), durable.ErrLost)
				<-j.Lost()
				for _, again := range writes {
					require.ErrorIs(t, again(t, j), durable.ErrLost)
				}

				got, err := other.Read(t.Context(), "a")
				require.NoError(t, err)
				require.Equal(t, entriesOf("1", "2"), got)
				mail, err := mine.Messages(t.Context())
				require.NoError(t, err)
				require.Equal(t, []durable.Message{{Key: "k", Entry: []byte("m")}}, mail)
				require.NoError(t, mine.Append(t.Context(), []byte("3")), "it still has it")
				require.NoError(t, mine.Close(time.Time{}))
				due, err := other.Due(t.Context(), time.Now(), 10)
				require.NoError(t, err)
				require.Equal(t, []string{"a"}, due)
			})
		}
	})
}

// One that was lost and that nobody has taken is given back by its Close, and not before.
func TestLostButNotTaken(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		connect := db.fresh(t)
		pool := connect(t)
		j := begun(t, open(t, pool, db.dialect, sqlstore.Lease(short), quiet))
		steal(t, pool) // no renewal finds it any more
		<-j.Lost()
		require.ErrorIs(t, j.Append(t.Context(), []byte("2")), durable.ErrLost)
		require.ErrorContains(t, j.Append(t.Context(), []byte("2")), "its lease of 2s could not be renewed")
		require.NoError(t, j.Close(time.Now().Add(time.Hour)))
		require.Zero(t, expires(t, pool))
		require.ErrorIs(t, j.Close(durable.Never), durable.ErrLost)
	})
}

// A write that waits in the database ends when the lease does.
func TestLostWhileItWrites(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		connect := db.fresh(t)
		j := begun(t, open(t, connect(t), db.dialect, sqlstore.Lease(short), quiet))
		blocker, err := connect(t).BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = blocker.ExecContext(t.Context(), "UPDATE durable_programs SET written = written")
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		require.ErrorIs(t, j.Append(ctx, []byte("2")), durable.ErrLost)
		<-j.Lost()
		require.NoError(t, blocker.Rollback())
	})
}

// A program that somebody writes to for long does not keep others from being renewed.
func TestLeaseBesideOneThatIsLocked(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		if db.dialect == sqlstore.SQLite {
			t.Skip("in SQLite one writes at a time")
		}
		connect := db.fresh(t)
		pool := connect(t)
		store := open(t, pool, db.dialect, sqlstore.Lease(short), quiet)
		locked := begun(t, store)
		blocker, err := connect(t).BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = blocker.ExecContext(t.Context(), "UPDATE durable_programs SET written = written")
		require.NoError(t, err)
		free, err := store.Acquire(t.Context(), "b")
		require.NoError(t, err)
		<-locked.Lost()
		at := sqlstore.Until(free)
		eventually(t, func() bool { return sqlstore.Until(free).After(at) })
		require.NoError(t, free.Replace(t.Context(), []byte("1")))
		require.NoError(t, blocker.Rollback())
		require.NoError(t, free.Close(durable.Never))
	})
}

// A program that somebody writes to just when it is to be renewed is renewed after that.
func TestLeaseOfOneThatIsWritten(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		if db.dialect == sqlstore.SQLite {
			t.Skip("in SQLite one writes at a time")
		}
		connect := db.fresh(t)
		pool := connect(t)
		store := open(t, pool, db.dialect, sqlstore.Lease(time.Hour))
		j := begun(t, store)
		first := sqlstore.Until(j)
		_, err := pool.ExecContext(t.Context(), "UPDATE durable_programs SET expires = expires - 1200000") // it is a third later
		require.NoError(t, err)
		writer, err := connect(t).BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = writer.ExecContext(t.Context(), "UPDATE durable_programs SET written = written")
		require.NoError(t, err)
		renewed := make(chan struct{})
		go func() {
			defer close(renewed)
			store.RenewAll(t.Context())
		}()
		eventually(t, func() bool {
			var waiting int
			const query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
			require.NoError(t, pool.QueryRowContext(t.Context(), query).Scan(&waiting))
			return waiting == 1
		})
		require.NoError(t, writer.Commit())
		<-renewed
		require.True(t, sqlstore.Until(j).After(first))
		require.NoError(t, j.Close(durable.Never))
	})
}

// A program whose Acquire was not answered is not held for as long as the store is there.
func TestAcquireWithoutAnAnswer(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		pool := db.fresh(t)(t)
		store := open(t, pool, db.dialect, sqlstore.Lease(time.Hour))
		j := begun(t, store)
		_, err := pool.ExecContext(t.Context(), `INSERT INTO durable_programs (id, owner, token, expires, wake, written, sent, pending)
			SELECT owner, owner, 1, expires, 0, 1, 0, 0 FROM durable_programs`)
		require.NoError(t, err)
		stray, err := store.List(t.Context())
		require.NoError(t, err)
		stray = slices.DeleteFunc(stray, func(id string) bool { return id == "a" })
		for _, want := range [][]string{stray, stray} {
			store.RenewAll(t.Context())
			due, err := store.Due(t.Context(), time.Now(), 10)
			require.NoError(t, err)
			require.Equal(t, want, due)
		}
		require.NoError(t, j.Append(t.Context(), []byte("2")))
		require.NoError(t, j.Close(durable.Never))
	})
}

// The programs of a store that is closed are free at once.
func TestCloseGivesBack(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		connect := db.fresh(t)
		store := open(t, connect(t), db.dialect, sqlstore.Lease(time.Hour))
		j := begun(t, store)
		require.NoError(t, store.Close())
		<-j.Lost()
		other := open(t, connect(t), db.dialect)
		due, err := other.Due(t.Context(), time.Now(), 10)
		require.NoError(t, err)
		require.Equal(t, []string{"a"}, due)
		mine, err := other.Acquire(t.Context(), "a")
		require.NoError(t, err)
		require.ErrorIs(t, j.Append(t.Context(), []byte("2")), durable.ErrLost)
		require.ErrorIs(t, j.Close(durable.Never), durable.ErrLost)
		require.NoError(t, mine.Append(t.Context(), []byte("2")))
		require.NoError(t, mine.Close(durable.Never))
		_, err = store.Acquire(t.Context(), "a")
		require.ErrorIs(t, err, sqlstore.ErrClosed)
		j, err = other.Acquire(t.Context(), "a")
		require.NoError(t, err, "the closed store keeps nothing")
		require.NoError(t, j.Close(durable.Never))
		require.NoError(t, store.Close())
	})
}

// A program that cannot be given back before its lease expires, as the database is busy, is lost: anybody may have it by then.
func TestCloseThatIsLate(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		connect := db.fresh(t)
		pool := connect(t)
		j := begun(t, open(t, pool, db.dialect, sqlstore.Lease(short), quiet))
		blocker, err := connect(t).BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer func() { require.NoError(t, blocker.Rollback()) }()
		_, err = blocker.ExecContext(t.Context(), "UPDATE durable_programs SET expires = expires")
		require.NoError(t, err)
		require.ErrorIs(t, j.Close(time.Time{}), durable.ErrLost)
	})
}
