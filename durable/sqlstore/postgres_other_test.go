//go:build !unix

package sqlstore_test

import (
	"database/sql"
	"testing"
)

func freshPostgres(t *testing.T) (connect func(t *testing.T) *sql.DB) {
	t.Skip("the tests start PostgreSQL only on Unix")
	return nil
}
