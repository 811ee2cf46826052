// Package sqlstore keeps the programs of package durable in a database, SQLite or PostgreSQL, by database/sql.
//
//	db, err := sql.Open("pgx", "postgres://...")
//	...
//	store, err := sqlstore.Open(ctx, db, sqlstore.Postgres)
//	...
//	defer store.Close()
//	receipt, err := durable.Run(ctx, store, "order-17", order)
//
// # Leases
//
// A program is held by a row with an owner, a token that grows each time it changes hands, and the time at which the
// lease of that owner expires, by the clock of the database. A [Store] renews the leases of all programs that it holds
// in one statement, every third of the time that [Lease] says. Where it cannot, Lost of a journal is closed before the
// lease expires; from then on another Store may take the program over. Each write is a transaction that begins by
// changing the row with the journal's token: a process that has lost the program writes nothing, however late it
// notices, and gets durable.ErrLost.
//
// # Connections
//
// They are those of the pool. By itself it makes one for each of many programs that write at once, and ends all but two of them,
// which costs more than what they write; so give it SetMaxOpenConns and SetMaxIdleConns, of 20 say.
//
// # PostgreSQL
//
// Any driver will do. What is written is durable by synchronous_commit, which is on if nobody has turned it off. Open
// refuses connections for which it is off, and those whose transactions are not read committed, which is what
// PostgreSQL has by itself.
//
// # SQLite
//
// It must be 3.42 or later. These settings belong into the data source name, for the pool opens connections when it
// likes; Open refuses a database that has others:
//
//   - journal_mode=WAL, so that those who read do not wait for those who write;
//   - synchronous=FULL, so that what is written survives the loss of power;
//   - a busy_timeout, of seconds: so long a connection waits for the writes of others, instead of failing with
//     SQLITE_BUSY. Writes of one Store wait for each other in turn, without it.
//
// With modernc.org/sqlite that is
//
//	file:programs.db?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)
//
// and with github.com/mattn/go-sqlite3
//
//	file:programs.db?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000
//
// # Messages
//
// A message that is sent by the Store which holds the program comes at once. Those of others are found by one query for
// all programs of a Store, every [PollEvery]: database/sql has no LISTEN.
package sqlstore
