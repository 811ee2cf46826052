package main

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	_ "modernc.org/sqlite"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore"
	"github.com/ouro-loop/ouro/durable/sqlstore"
)

func openMemory(context.Context, *runner, string) (system, error) {
	return &ours{store: durable.NewMemory()}, nil
}

func openDirectory(_ context.Context, _ *runner, dir string) (system, error) {
	store, err := durable.OpenDir(dir)
	return &ours{store: store, dir: dir}, err
}

// lease is so long that no program is lost where thousands of them wait for their turn to write.
const lease = time.Hour

// Connections are as many as DBOS has.
const (
	postgresConnections = 20
	sqliteConnections   = 8
)

func openSQLite(ctx context.Context, _ *runner, dir string) (system, error) {
	db, err := sql.Open("sqlite", sqliteDSN(dir))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(sqliteConnections)
	return ofDatabase(ctx, db, sqlstore.SQLite, &ours{dir: dir})
}

func sqliteDSN(dir string) string {
	return "file:" + filepath.Join(dir, "programs.db") +
		"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(ON)&_pragma=synchronous(FULL)&_pragma=journal_mode(WAL)"
}

func openPostgres(ctx context.Context, r *runner, _ string) (system, error) {
	name, drop, err := r.database(ctx)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("pgx", r.postgres.DSN(name))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(postgresConnections)
	db.SetMaxIdleConns(postgresConnections)
	return ofDatabase(ctx, db, sqlstore.Postgres, &ours{
		dir: filepath.Join(r.postgres.Dir, "data", "base"), pids: []int{r.postgres.Pid()}, end: []func() error{drop}})
}

// ofDatabase completes a system whose store is in a database.
func ofDatabase(ctx context.Context, db *sql.DB, dialect sqlstore.Dialect, o *ours) (system, error) {
	o.end = append(o.end, db.Close)
	store, err := sqlstore.Open(ctx, db, dialect, sqlstore.Lease(lease))
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	o.store, o.end = store, append(o.end, store.Close)
	return o, nil
}

func openJetStream(sync string) func(context.Context, *runner, string) (system, error) {
	return func(ctx context.Context, _ *runner, dir string) (system, error) {
		server, err := startNATS(dir, sync)
		if err != nil {
			return nil, err
		}
		o := &ours{dir: dir, pids: []int{server.pid()}, end: []func() error{server.stop}}
		conn, err := nats.Connect(server.url, nats.Timeout(10*time.Second))
		if err != nil {
			return nil, errors.Join(err, o.close())
		}
		o.end = append(o.end, func() error { conn.Close(); return nil })
		js, err := jetstream.New(conn)
		if err != nil {
			return nil, errors.Join(err, o.close())
		}
		store, err := natsstore.Open(ctx, js, natsstore.Lease(lease))
		if err != nil {
			return nil, errors.Join(err, o.close())
		}
		o.store, o.end = store, append(o.end, store.Close)
		return o, nil
	}
}
