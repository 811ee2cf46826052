package sqlstore_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/sqlstore"
)

// A database is one that the tests are done with.
type database struct {
	name    string
	dialect sqlstore.Dialect
	fresh   func(t testing.TB) (connect func(t testing.TB) *sql.DB)
}

var databases = []database{
	{"SQLite", sqlstore.SQLite, freshSQLite},
	{"Postgres", sqlstore.Postgres, freshPostgres},
}

// onEach runs a test on each database.
func onEach(t *testing.T, test func(t *testing.T, db database)) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			test(t, db)
		})
	}
}

// sqliteDSN is how a database in a file is connected to.
func sqliteDSN(path string) string {
	return "file:" + filepath.ToSlash(path) + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)"
}

func freshSQLite(t testing.TB) (connect func(t testing.TB) *sql.DB) {
	path := filepath.Join(t.TempDir(), "programs.db")
	return func(t testing.TB) *sql.DB { return connectTo(t, "sqlite", sqliteDSN(path)) }
}

// connectTo opens a database until the end of the test.
func connectTo(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	db.SetMaxOpenConns(connections) // else many at a time make one each
	db.SetMaxIdleConns(connections) // and end it
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

const connections = 20

// open opens a store until the end of the test.
func open(t testing.TB, db *sql.DB, d sqlstore.Dialect, opts ...sqlstore.Option) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), db, d, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

// patience is how long something may take on a slow machine.
const patience = time.Minute

// eventually waits until something holds.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for giveUp := time.After(patience); !holds(); {
		select {
		case <-again.C:
		case <-giveUp:
			t.Fatal("it has not come")
		}
	}
}

// arrives waits until a journal is told of a message.
func arrives(t *testing.T, j durable.Journal) {
	t.Helper()
	select {
	case <-j.Arrived():
	case <-time.After(patience):
		t.Fatal("no message has come")
	}
}
