package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Dialect is the SQL that a database speaks.
type Dialect int

const (
	SQLite   Dialect = iota + 1 // SQLite 3.42 or later
	Postgres                    // PostgreSQL 12 or later
)

func (d Dialect) String() string {
	switch d {
	case SQLite:
		return "SQLite"
	case Postgres:
		return "PostgreSQL"
	}
	return fmt.Sprintf("Dialect(%d)", int(d))
}

// A grammar is what a dialect says in its own way.
type grammar struct {
	mark       string // of arguments, before their numbers
	number     string // the type of the programs' numbers
	bytes      string // the type of any bytes
	clustered  string // has rows in the order of their key
	now        string // milliseconds since 1970, the same in all of a statement
	skipLocked string // leaves out the rows that others are writing
	hasTable   string // whether there is table $1
	serial     bool   // one writes at a time
	nested     bool   // a statement that writes may have another one in it
	isolation  sql.IsolationLevel
	settings   []setting
}

// A setting is one that a connection must have.
type setting struct {
	query string
	holds func(value string) bool
	want  string
}

var errDialect = errors.New("sqlstore: the dialect is SQLite or Postgres")

func (d Dialect) grammar() (grammar, error) {
	switch d {
	case SQLite:
		return grammar{
			mark:      "?",
			number:    "INTEGER PRIMARY KEY",
			bytes:     "BLOB",
			clustered: "WITHOUT ROWID",
			now:       "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
			hasTable:  "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1",
			serial:    true,
			settings: []setting{
				{"PRAGMA journal_mode", oneOf("wal"), "WAL"},
				{"PRAGMA synchronous", oneOf("2", "3"), "FULL"},
				{"PRAGMA busy_timeout", positive, "some seconds, in milliseconds"},
			},
		}, nil
	case Postgres:
		return grammar{
			mark:       "$",
			number:     "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
			bytes:      "BYTEA",
			now:        "CAST(extract(epoch FROM now()) * 1000 AS BIGINT)",
			skipLocked: "FOR UPDATE SKIP LOCKED",
			hasTable:   "SELECT count(*) FROM pg_class WHERE oid = to_regclass($1)",
			nested:     true,
			isolation:  sql.LevelReadCommitted,
			settings: []setting{
				{"SHOW synchronous_commit", func(v string) bool { return v != "off" }, "on"},
				{"SHOW default_transaction_isolation", oneOf("read committed"), "read committed"},
			},
		}, nil
	}
	return grammar{}, errDialect
}

func oneOf(values ...string) func(string) bool {
	return func(v string) bool { return slices.Contains(values, v) }
}

func positive(v string) bool {
	n, err := strconv.Atoi(v)
	return err == nil && n > 0
}

// check refuses a database that would not keep what it is told.
func (g *grammar) check(ctx context.Context, db *sql.DB) error {
	for _, s := range g.settings {
		var value string
		if err := db.QueryRowContext(ctx, s.query).Scan(&value); err != nil {
			return fmt.Errorf("sqlstore: %s: %w", s.query, err)
		}
		if !s.holds(value) {
			name := s.query[strings.IndexByte(s.query, ' ')+1:]
			return fmt.Errorf("sqlstore: %s is %q, and must be %s; the package's documentation says how to connect", name, value, s.want)
		}
	}
	return nil
}

// expand makes a statement of a template.
func (g *grammar) expand(prefix, template string) string {
	return strings.NewReplacer(
		"$", g.mark, "{p}", prefix, "{number}", g.number, "{bytes}", g.bytes, "{clustered}", g.clustered, "{now}", g.now,
		"{skip locked}", g.skipLocked, "{never}", strconv.FormatInt(never, 10),
	).Replace(template)
}
