//go:build !unix

package sqlstore_test

import (
	"database/sql"
	"testing"
)

func freshPostgres(t testing.TB) (connect func(t testing.TB) *sql.DB) {
	t.Skip("the tests start PostgreSQL only on Unix")
	return nil
}
