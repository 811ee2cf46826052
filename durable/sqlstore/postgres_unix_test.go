//go:build unix

package sqlstore_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/postgres"
)

// server is the one that all tests share, each with a database of its own.
var server = sync.OnceValues(func() (*postgres.Server, error) { return postgres.Start("fsync=off", "max_connections=300") })

// started is whether there is a server to stop.
var started atomic.Bool

func TestMain(m *testing.M) {
	code := m.Run()
	if started.Load() {
		s, _ := server()
		s.Stop()
	}
	os.Exit(code)
}

var databaseNames atomic.Int64

func freshPostgres(t testing.TB) (connect func(t testing.TB) *sql.DB) {
	s, err := server()
	if errors.Is(err, postgres.ErrMissing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	started.Store(true)
	name := fmt.Sprint("test", databaseNames.Add(1))
	_, err = connectTo(t, "pgx", s.DSN("postgres")).ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	return func(t testing.TB) *sql.DB { return connectTo(t, "pgx", s.DSN(name)) }
}
