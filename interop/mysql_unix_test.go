//go:build unix

package interop

import (
	"bytes"
	"context"
	"database/sql"
	"os/user"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// startMariaDB starts a server with a database of its own.
func startMariaDB(t *testing.T) (socket string) {
	t.Helper()
	install, server := program(t, "mariadb-install-db"), program(t, "mariadbd", "/usr/sbin", "/usr/libexec")
	me, err := user.Current()
	require.NoError(t, err)
	dir := owner{}.directory(t)
	data, socket := filepath.Join(dir, "data"), filepath.Join(dir, "socket")
	prepare(t, owner{}.command(dir, install, "--no-defaults", "--user="+me.Username, "--datadir="+data,
		"--auth-root-authentication-method=normal", "--skip-test-db"))
	start(t, owner{}.command(dir, server, "--no-defaults", "--user="+me.Username, "--datadir="+data,
		"--socket="+socket, "--skip-networking", "--innodb-flush-log-at-trx-commit=0", "--max-allowed-packet=64M"), socket, syscall.SIGTERM)
	return socket
}

// go-sql-driver/mysql reads and writes in the goroutine that calls database/sql.
func TestMySQL(t *testing.T) {
	socket := startMariaDB(t)
	open := func(t *testing.T, co *coro.Co, size int) *sql.DB {
		t.Helper()
		config := mysql.NewConfig()
		config.User, config.Net, config.Addr = "root", "unix", socket
		config.Logger = &mysql.NopLogger{}
		config.DialFunc = streams.NewDialer(co).DialContext
		connector, err := mysql.NewConnector(config)
		require.NoError(t, err)
		db := sql.OpenDB(connector)
		db.SetMaxOpenConns(size)
		return db
	}

	t.Run("large rows", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			db := open(t, co, 1)
			large := bytes.Repeat([]byte("0123456789abcdef"), 8<<20/16)
			goesOn(t, co, func() {
				var got []byte
				require.NoError(t, db.QueryRowContext(co.Context(), "select ?", large).Scan(&got))
				require.True(t, bytes.Equal(large, got))
			})
			require.NoError(t, db.Close())
		})
	})

	t.Run("more tasks than connections", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			const size = 2
			db := open(t, co, size)
			behindSemaphore(t, co, size, func(co *coro.Co) error {
				_, err := db.ExecContext(co.Context(), "select sleep(0.01)")
				return err
			})
			require.Zero(t, db.Stats().WaitCount, "no task has waited for another in the pool")
			require.NoError(t, db.Close())
		})
	})

	// It makes an error of its own of what ends a Read, with the task's context too, if its goroutine has not
	// looked at that before.
	t.Run("canceled, and lost by the driver", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			db := open(t, co, 1)
			requireLost(t, co, mysql.ErrInvalidConn, func() error {
				_, err := db.ExecContext(context.Background(), "select sleep(1000)")
				return err
			})
			require.NoError(t, db.Close())
		})
	})
}
