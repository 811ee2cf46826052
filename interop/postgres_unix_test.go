//go:build unix

package interop

import (
	"bytes"
	"context"
	"database/sql"
	"net"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// startPostgres starts a server with a database of its own, and returns how to connect to that.
func startPostgres(t *testing.T) (dsn string) {
	t.Helper()
	const installed = "/usr/lib/postgresql/*/bin"
	initdb, postgres := program(t, "initdb", installed), program(t, "postgres", installed)
	who := notRoot(t, "postgres", "nobody")
	dir := who.directory(t)
	data := filepath.Join(dir, "data")
	prepare(t, who.command(dir, initdb, "--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C"))
	start(t, who.command(dir, postgres, "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off"), filepath.Join(dir, ".s.PGSQL.5432"), syscall.SIGINT)
	dsn = "host=" + dir + " user=postgres dbname=postgres sslmode=disable"
	for ctx := t.Context(); ; {
		c, err := pgconn.Connect(ctx, dsn)
		if err == nil {
			require.NoError(t, c.Close(ctx))
			return dsn
		}
		require.ErrorContains(t, err, "57P03", "only that it is starting up is an excuse")
	}
}

func TestPostgres(t *testing.T) {
	dsn := startPostgres(t)
	config := func(t *testing.T, co *coro.Co) *pgx.ConnConfig {
		t.Helper()
		c, err := pgx.ParseConfig(dsn)
		require.NoError(t, err)
		c.DialFunc = streams.NewDialer(co).DialContext
		return c
	}
	connect := func(t *testing.T, co *coro.Co) *pgx.Conn {
		t.Helper()
		c, err := pgx.ConnectConfig(co.Context(), config(t, co))
		require.NoError(t, err)
		return c
	}

	t.Run("large rows", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			c := connect(t, co)
			large := bytes.Repeat([]byte("0123456789abcdef"), 8<<20/16)
			goesOn(t, co, func() {
				var got []byte
				require.NoError(t, c.QueryRow(co.Context(), "select $1::bytea", large).Scan(&got))
				require.True(t, bytes.Equal(large, got))
			})
			require.NoError(t, c.Close(co.Context()))
		})
	})

	// CopyFrom waits for goroutines.
	t.Run("many rows, and a copy", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			c := connect(t, co)
			_, err := c.Exec(co.Context(), "create temporary table numbers (n int)")
			require.NoError(t, err)
			const n = 50_000
			goesOn(t, co, func() {
				copied, err := loop.Go(func(ctx context.Context) (int64, error) {
					return c.CopyFrom(ctx, pgx.Identifier{"numbers"}, []string{"n"},
						pgx.CopyFromSlice(n, func(i int) ([]any, error) { return []any{i}, nil }))
				})(co)
				require.NoError(t, err)
				require.EqualValues(t, n, copied)
			})
			goesOn(t, co, func() {
				rows, err := c.Query(co.Context(), "select n from numbers order by n")
				require.NoError(t, err)
				got, err := pgx.CollectRows(rows, pgx.RowTo[int])
				require.NoError(t, err)
				require.Len(t, got, n)
				require.Equal(t, n-1, got[n-1])
			})
			require.NoError(t, c.Close(co.Context()))
		})
	})

	// The answer comes when another task has been at work. pgx has a goroutine read while a write takes
	// long, and waits for that before it reads itself, which is not for a coroutine.
	t.Run("an answer that waits for another task", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			holder, c := connect(t, co), connect(t, co)
			const query = "select length($1::bytea) from pg_advisory_xact_lock(1)"
			for _, ask := range []coro.Func[int]{
				func(co *coro.Co) (n int, err error) {
					return n, c.QueryRow(co.Context(), query, []byte("small")).Scan(&n)
				},
				loop.Go(func(ctx context.Context) (n int, err error) {
					return n, c.QueryRow(ctx, query, make([]byte, 8<<20)).Scan(&n)
				}),
			} {
				_, err := holder.Exec(co.Context(), "select pg_advisory_lock(1)")
				require.NoError(t, err)
				asked := coro.CreateTask(co, ask)
				for waiting := 0; waiting == 0; {
					const count = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
					require.NoError(t, holder.QueryRow(co.Context(), count).Scan(&waiting))
				}
				_, err = holder.Exec(co.Context(), "select pg_advisory_unlock(1)")
				require.NoError(t, err)
				n, err := asked.Await(co)
				require.NoError(t, err)
				require.Positive(t, n)
			}
			require.NoError(t, holder.Close(co.Context()))
			require.NoError(t, c.Close(co.Context()))
		})
	})

	t.Run("a notification", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			one, other := connect(t, co), connect(t, co)
			_, err := one.Exec(co.Context(), "listen news")
			require.NoError(t, err)
			heard := coro.CreateTask(co, func(co *coro.Co) (*pgconn.Notification, error) { return one.WaitForNotification(co.Context()) })
			require.NoError(t, coro.Sleep(co, 0))
			_, err = other.Exec(co.Context(), "notify news, 'hello'")
			require.NoError(t, err)
			news, err := heard.Await(co)
			require.NoError(t, err)
			require.Equal(t, "hello", news.Payload)
			require.NoError(t, one.Close(co.Context()))
			require.NoError(t, other.Close(co.Context()))
		})
	})

	// The server is told, by another connection, and ends the query.
	t.Run("canceled", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			for name, ctx := range contexts(co) {
				c := connect(t, co)
				require.True(t, timesOut(co, func() error {
					_, err := c.Exec(ctx, "select pg_sleep($1)", 1000)
					return err
				}), name)
				require.True(t, c.IsClosed(), name)
				cleanedUp(t, co, c)
			}
			c := connect(t, co)
			for sleeping := 1; sleeping > 0; {
				const query = "select count(*) from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'"
				require.NoError(t, c.QueryRow(co.Context(), query).Scan(&sleeping))
			}
			require.NoError(t, c.Close(co.Context()))
		})
	})

	// Of a command without arguments pgx looks at the first message twice, and forgets why there is none.
	t.Run("canceled, and lost by pgx", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			c := connect(t, co)
			requireLost(t, co, pgconn.ErrConnClosed, func() error {
				_, err := c.Exec(context.Background(), "select pg_sleep(1000)")
				return err
			})
			cleanedUp(t, co, c)
		})
	})

	t.Run("errors of the server", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			c := connect(t, co)
			_, err := c.Exec(co.Context(), "select 1/0")
			require.ErrorContains(t, err, "division by zero")
			var one int
			require.NoError(t, c.QueryRow(co.Context(), "select 1").Scan(&one))
			require.Equal(t, 1, one)
			require.NoError(t, c.Close(co.Context()))
		})
	})

	t.Run("pool", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			const size = 2
			c, err := pgxpool.ParseConfig(dsn)
			require.NoError(t, err)
			c.ConnConfig.DialFunc = streams.NewDialer(co).DialContext
			c.MaxConns = size
			pool, err := pgxpool.NewWithConfig(co.Context(), c)
			require.NoError(t, err)
			behindSemaphore(t, co, size, func(co *coro.Co) error {
				_, err := pool.Exec(co.Context(), "select pg_sleep(0.01)")
				return err
			})
			require.EqualValues(t, size, pool.Stat().MaxConns())
			require.Zero(t, pool.Stat().EmptyAcquireCount()-pool.Stat().NewConnsCount(), "no task has waited for another in the pool")
			_, err = loop.Go(func(context.Context) (coro.None, error) { pool.Close(); return coro.None{}, nil })(co)
			require.NoError(t, err)
		})
	})

	t.Run("database/sql", func(t *testing.T) {
		run(t, func(co *coro.Co) {
			const size = 2
			db := stdlib.OpenDB(*config(t, co))
			db.SetMaxOpenConns(size)
			behindSemaphore(t, co, size, func(co *coro.Co) error {
				return inTransaction(co, db)
			})
			require.LessOrEqual(t, db.Stats().OpenConnections, size)
			require.Zero(t, db.Stats().WaitCount, "no task has waited for another in the pool")
			require.NoError(t, db.Close())
		})
	})
}

// lib/pq reads and writes in the goroutine that calls database/sql.
func TestLibPQ(t *testing.T) {
	dsn := startPostgres(t)
	run(t, func(co *coro.Co) {
		const size = 2
		connector, err := pq.NewConnector(dsn)
		require.NoError(t, err)
		connector.Dialer(timedDialer{streams.NewDialer(co)})
		db := sql.OpenDB(connector)
		db.SetMaxOpenConns(size)
		large := bytes.Repeat([]byte("0123456789abcdef"), 8<<20/16)
		goesOn(t, co, func() {
			var got []byte
			require.NoError(t, db.QueryRowContext(co.Context(), "select $1::bytea", large).Scan(&got))
			require.True(t, bytes.Equal(large, got))
		})
		behindSemaphore(t, co, size, func(co *coro.Co) error {
			return inTransaction(co, db)
		})
		require.Zero(t, db.Stats().WaitCount, "no task has waited for another in the pool")
		for name, ctx := range contexts(co) {
			require.True(t, timesOut(co, func() error {
				_, err := db.ExecContext(ctx, "select pg_sleep(1000)")
				return err
			}), name)
		}
		require.NoError(t, db.Close())
	})
}

// A timedDialer has the method that lib/pq asks for besides.
type timedDialer struct{ *streams.Dialer }

func (d timedDialer) DialTimeout(network, addr string, _ time.Duration) (net.Conn, error) {
	return d.Dial(network, addr)
}

// cleanedUp waits until pgx has told the server of a cancellation, which it does in the background.
func cleanedUp(t *testing.T, co *coro.Co, c *pgx.Conn) {
	t.Helper()
	_, err := loop.Receive(c.PgConn().CleanupDone())(co)
	require.ErrorIs(t, err, loop.ErrChannelClosed)
}

// inTransaction holds a connection for a while.
func inTransaction(co *coro.Co, db *sql.DB) error {
	tx, err := db.BeginTx(co.Context(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(co.Context(), "select pg_sleep(0.005)"); err != nil {
		return err
	}
	if err := coro.Sleep(co, time.Millisecond); err != nil {
		return err
	}
	return tx.Commit()
}

// behindSemaphore runs more tasks than a pool has connections, and lets as many as it has to the pool.
// The loop has to go on.
func behindSemaphore(t *testing.T, co *coro.Co, size int, use func(co *coro.Co) error) {
	t.Helper()
	room := locks.NewSemaphore(size)
	goesOn(t, co, func() {
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			for range 4 * size {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					return room.With(co, func() error { return use(co) })
				}))
			}
			return nil
		})
		require.NoError(t, err)
	})
}
