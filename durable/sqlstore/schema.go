package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
)

// version is that of the tables. Another one is refused.
const version = 1

// Programs are known by their numbers in the other tables. In the row of a program
//
//   - owner is the Store that holds it, NULL if none does, and expires when it does so no longer, 0 if none does;
//   - token grows each time that it changes hands, and begins anywhere;
//   - wake is when it is due if nobody holds it, in nanoseconds since 1970;
//   - written is how many entries it ever had, which is the number of the last;
//   - sent is how many messages it ever had, which is the number of the last, and pending how many there are.
//
// Send and what the owner does change the row before anything else: so they come one after the other.
var tables = []string{
	`CREATE TABLE IF NOT EXISTS {p}programs (
		num {number},
		id {bytes} NOT NULL UNIQUE,
		owner {bytes},
		token BIGINT NOT NULL,
		expires BIGINT NOT NULL,
		wake BIGINT NOT NULL,
		written BIGINT NOT NULL,
		sent BIGINT NOT NULL,
		pending BIGINT NOT NULL
	)`,
	`CREATE INDEX IF NOT EXISTS {p}due ON {p}programs (expires, wake)`,
	`CREATE INDEX IF NOT EXISTS {p}owned ON {p}programs (owner) WHERE owner IS NOT NULL`,
	`CREATE TABLE IF NOT EXISTS {p}entries (
		program BIGINT NOT NULL,
		seq BIGINT NOT NULL,
		data {bytes} NOT NULL,
		PRIMARY KEY (program, seq)
	) {clustered}`,
	`CREATE TABLE IF NOT EXISTS {p}messages (
		program BIGINT NOT NULL,
		number BIGINT NOT NULL,
		key {bytes} NOT NULL,
		data {bytes} NOT NULL,
		PRIMARY KEY (program, number),
		UNIQUE (program, key)
	) {clustered}`,
	`CREATE TABLE IF NOT EXISTS {p}schema (one INTEGER PRIMARY KEY, version INTEGER NOT NULL)`,
}

var validPrefix = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,40}$`)

// createTables makes the tables if there are none.
func (s *Store) createTables(ctx context.Context) error {
	var there int
	if err := s.db.QueryRowContext(ctx, s.hasTable, s.prefix+"schema").Scan(&there); err != nil {
		return err
	}
	if there == 0 {
		if err := s.createAll(ctx); err != nil {
			return fmt.Errorf("creating the tables: %w", err)
		}
	}
	var found int
	if err := s.db.QueryRowContext(ctx, s.version).Scan(&found); err != nil {
		return fmt.Errorf("the version of the tables: %w", err)
	}
	if found != version {
		return fmt.Errorf("the tables %s* have version %d, and this version of the module knows %d; use the one that made them, or another TablePrefix",
			s.prefix, found, version)
	}
	return nil
}

// createAll makes what is missing. Others may do so at the same time.
func (s *Store) createAll(ctx context.Context) error {
	statements := append(tables[:len(tables):len(tables)], fmt.Sprintf("INSERT INTO {p}schema VALUES (1, %d) ON CONFLICT DO NOTHING", version))
	if s.serial {
		// Each by itself: a transaction that has read cannot wait for another one that writes.
		for _, statement := range statements {
			if _, err := s.db.ExecContext(ctx, s.expand(s.prefix, statement)); err != nil {
				return err
			}
		}
		return nil
	}
	return s.transact(ctx, func(tx *sql.Tx) error {
		// PostgreSQL finds out only at the end that two have made the same table.
		for _, statement := range append([]string{"SELECT pg_advisory_xact_lock(7308604759847465061)"}, statements...) {
			if _, err := tx.ExecContext(ctx, s.expand(s.prefix, statement)); err != nil {
				return err
			}
		}
		return nil
	})
}
