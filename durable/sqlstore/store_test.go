package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/sqlstore"
)

// Ids, keys and entries are of any bytes.
func TestAnyBytes(t *testing.T) {
	var every []byte
	for i := range 256 {
		every = append(every, byte(i))
	}
	texts := []string{"\x00", "\x00\x00", "a", "a\x00", "a\x00b", "\xff\xfe", "é", string(every), strings.Repeat("\x00", 1000), ""}
	onEach(t, func(t *testing.T, db database) {
		store := open(t, db.fresh(t)(t), db.dialect)
		for _, text := range texts {
			m := durable.Message{Key: text, Entry: []byte(text)}
			require.NoError(t, store.Send(t.Context(), text, m))
			require.NoError(t, store.Send(t.Context(), text, durable.Message{Key: "nothing"}))
			j, err := store.Acquire(t.Context(), text)
			require.NoError(t, err)
			require.NoError(t, j.Replace(t.Context(), []byte(text), nil))
			got, err := j.Messages(t.Context())
			require.NoError(t, err)
			require.Equal(t, []durable.Message{m, {Key: "nothing", Entry: []byte{}}}, got)
			require.NoError(t, j.Remove(t.Context(), text))
			require.NoError(t, j.Close(durable.Never))
			entries, err := store.Read(t.Context(), text)
			require.NoError(t, err)
			require.Equal(t, [][]byte{[]byte(text), {}}, entries)
		}
		ids, err := store.List(t.Context())
		require.NoError(t, err)
		require.ElementsMatch(t, texts, ids)
		require.IsIncreasing(t, ids)

		long := strings.Repeat("x", 1001)
		_, err = store.Acquire(t.Context(), long)
		require.EqualError(t, err, "sqlstore: an id of 1001 bytes; it may have 1000")
		require.EqualError(t, store.Send(t.Context(), "a", durable.Message{Key: long}), "sqlstore: a key of 1001 bytes; it may have 1000")
	})
}

// What is no entry of a journal is refused, and a journal that has none stays so.
func TestRefused(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		store := open(t, db.fresh(t)(t), db.dialect)
		j, err := store.Acquire(t.Context(), "a")
		require.NoError(t, err)
		require.ErrorContains(t, j.Append(t.Context(), []byte("1")), "Replace begins it")
		require.ErrorContains(t, j.Replace(t.Context()), "an entry at least")
		_, err = store.Read(t.Context(), "a")
		require.ErrorIs(t, err, durable.ErrNoProgram)
		require.NoError(t, j.Close(time.Time{}))
		due, err := store.Due(t.Context(), time.Now(), 10)
		require.NoError(t, err)
		require.Empty(t, due)
	})
}

// Appends that do not get through leave nothing, be they of one statement or of two.
func TestAppendIsWhole(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		pool := db.fresh(t)(t)
		store := open(t, pool, db.dialect)
		j := begun(t, store)
		for _, n := range []int{600, 1600} {
			// An entry of the Append will find its number taken.
			_, err := pool.ExecContext(t.Context(), "INSERT INTO durable_entries SELECT num, written + $1, id FROM durable_programs", n-100)
			require.NoError(t, err)
			require.Error(t, j.Append(t.Context(), make([][]byte, n)...))
			got, err := store.Read(t.Context(), "a")
			require.NoError(t, err)
			require.Equal(t, entriesOf("1", "a"), got)
			_, err = pool.ExecContext(t.Context(), "DELETE FROM durable_entries WHERE data = (SELECT id FROM durable_programs)")
			require.NoError(t, err)
		}
		require.NoError(t, j.Append(t.Context(), []byte("2")))
		got, err := store.Read(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, entriesOf("1", "2"), got)
		require.NoError(t, j.Close(durable.Never))
	})
}

func entriesOf(texts ...string) (entries [][]byte) {
	for _, text := range texts {
		entries = append(entries, []byte(text))
	}
	return entries
}

// A message that comes while its program is given back wakes it, whichever is first.
func TestSendWhileItCloses(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		pool := db.fresh(t)(t)
		store, sender := open(t, pool, db.dialect), open(t, pool, db.dialect)
		for i := range 100 {
			id := fmt.Sprint(i)
			j, err := store.Acquire(t.Context(), id)
			require.NoError(t, err)
			require.NoError(t, j.Replace(t.Context(), []byte("1")))
			errs := make(chan error)
			go func() { errs <- sender.Send(t.Context(), id, durable.Message{Key: "k"}) }()
			go func() { errs <- j.Close(time.Now().Add(time.Hour)) }()
			require.NoError(t, <-errs)
			require.NoError(t, <-errs)
			due, err := store.Due(t.Context(), time.Now(), 1000)
			require.NoError(t, err)
			require.Len(t, due, i+1)
		}
	})
}

// Of many who send the same one is heard, and what each sends comes in its order.
func TestManySenders(t *testing.T) {
	const senders, each = 8, 20
	onEach(t, func(t *testing.T, db database) {
		connect := db.fresh(t)
		errs := make(chan error)
		for i := range senders {
			store := open(t, connect(t), db.dialect)
			go func() {
				for n := range each {
					for _, key := range []string{fmt.Sprintf("same %d", n), fmt.Sprintf("%d %d", i, n)} {
						if err := store.Send(t.Context(), "a", durable.Message{Key: key, Entry: []byte{byte(n)}}); err != nil {
							errs <- err
							return
						}
					}
				}
				errs <- nil
			}()
		}
		for range senders {
			require.NoError(t, <-errs)
		}
		j, err := open(t, connect(t), db.dialect).Acquire(t.Context(), "a")
		require.NoError(t, err)
		arrives(t, j)
		messages, err := j.Messages(t.Context())
		require.NoError(t, err)
		require.Len(t, messages, (senders+1)*each)
		next := map[string]byte{}
		var keys []string
		for _, m := range messages {
			from, _, _ := strings.Cut(m.Key, " ")
			require.Equal(t, next[from], m.Entry[0])
			next[from]++
			keys = append(keys, m.Key)
		}
		require.NoError(t, j.Remove(t.Context(), keys...))
		messages, err = j.Messages(t.Context())
		require.NoError(t, err)
		require.Empty(t, messages)
		require.NoError(t, j.Replace(t.Context(), []byte("1")))
		require.NoError(t, j.Close(time.Now().Add(time.Hour)))
		due, err := open(t, connect(t), db.dialect).Due(t.Context(), time.Now(), 1)
		require.NoError(t, err)
		require.Empty(t, due)
	})
}

// Messages of the same store are heard at once, those of others by a poll.
func TestArrived(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		pool := db.fresh(t)(t)
		never, often := open(t, pool, db.dialect, sqlstore.PollEvery(time.Hour)), open(t, pool, db.dialect, sqlstore.PollEvery(time.Millisecond))
		for id, store := range map[string]*sqlstore.Store{"a": never, "b": often} {
			j, err := store.Acquire(t.Context(), id)
			require.NoError(t, err)
			require.Empty(t, j.Arrived(), "there is nothing")
			for n := range 3 {
				require.NoError(t, never.Send(t.Context(), id, durable.Message{Key: fmt.Sprint(n)}))
				arrives(t, j)
			}
			require.NoError(t, j.Close(durable.Never))
		}
	})
}

// One connection is enough.
func TestOneConnection(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		pool := db.fresh(t)(t)
		pool.SetMaxOpenConns(1)
		store := open(t, pool, db.dialect, sqlstore.PollEvery(time.Millisecond))
		errs := make(chan error)
		for i := range 10 {
			go func() {
				_, err := durable.Run(context.Background(), store, fmt.Sprint(i), func(co *coro.Co) (string, error) {
					return durable.Receive[string](co, "s")
				})
				errs <- err
			}()
			go func() { errs <- durable.Send(context.Background(), store, fmt.Sprint(i), "s", "hello") }()
		}
		for range 20 {
			store.RenewAll(t.Context())
			require.NoError(t, <-errs)
		}
	})
}

// Tables are made once, by however many at once.
func TestOpenAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		connect := db.fresh(t)
		var all sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			pool := connect(t)
			all.Go(func() {
				store, err := sqlstore.Open(t.Context(), pool, db.dialect)
				if errs[i] = err; err == nil {
					errs[i] = store.Close()
				}
			})
		}
		all.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
	})
}

func TestPrefixAndVersion(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		pool := db.fresh(t)(t)
		one, other := open(t, pool, db.dialect), open(t, pool, db.dialect, sqlstore.TablePrefix("other_"))
		require.NoError(t, begun(t, one).Close(durable.Never))
		ids, err := other.List(t.Context())
		require.NoError(t, err)
		require.Empty(t, ids)
		for _, wrong := range []string{"", "1a", "A", "a;b", "a.b", `a"`} {
			_, err := sqlstore.Open(t.Context(), pool, db.dialect, sqlstore.TablePrefix(wrong))
			require.ErrorContains(t, err, "table prefix", wrong)
		}
		_, err = sqlstore.Open(t.Context(), pool, 0)
		require.ErrorContains(t, err, "the dialect is SQLite or Postgres")

		_, err = pool.ExecContext(t.Context(), "UPDATE other_schema SET version = 99")
		require.NoError(t, err)
		_, err = sqlstore.Open(t.Context(), pool, db.dialect, sqlstore.TablePrefix("other_"))
		require.ErrorContains(t, err, "the tables other_* have version 99, and this version of the module knows 1")
	})
}

// Databases that would lose what they are told are refused.
func TestSettings(t *testing.T) {
	refused := func(t *testing.T, pool *sql.DB, d sqlstore.Dialect, text string) {
		t.Helper()
		_, err := sqlstore.Open(t.Context(), pool, d)
		require.ErrorContains(t, err, text)
	}
	path := filepath.Join(t.TempDir(), "programs.db")
	for pragmas, text := range map[string]string{
		"": `journal_mode is "delete", and must be WAL`,
		"_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(1)": `synchronous is "1", and must be FULL`,
		"_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(0)":   `busy_timeout is "0"`,
	} {
		refused(t, connectTo(t, "sqlite", "file:"+filepath.ToSlash(path)+fmt.Sprint(len(text))+"?"+pragmas), sqlstore.SQLite, text)
	}
	refused(t, connectTo(t, "sqlite", ":memory:"), sqlstore.SQLite, `journal_mode is "memory"`)
	t.Run("Postgres", func(t *testing.T) {
		for setting, text := range map[string]string{
			"synchronous_commit=off":                          `synchronous_commit is "off", and must be on`,
			"default_transaction_isolation=repeatable\\ read": "must be read committed",
		} {
			pool := freshPostgres(t)(t)
			pool.SetMaxOpenConns(1)
			name, value, _ := strings.Cut(setting, "=")
			_, err := pool.ExecContext(t.Context(), "SELECT set_config($1, $2, false)", name, strings.ReplaceAll(value, "\\", ""))
			require.NoError(t, err)
			refused(t, pool, sqlstore.Postgres, text)
		}
	})
}

// Due looks at those that are due, and not at all that there are.
func TestDueHasAnIndex(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		pool := db.fresh(t)(t)
		store := open(t, pool, db.dialect)
		j := begun(t, store)
		require.NoError(t, j.Close(durable.Never))
		_, err := pool.ExecContext(t.Context(), `INSERT INTO durable_programs (id, token, expires, wake, written, sent, pending)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
			SELECT CAST('n' || i AS `+map[sqlstore.Dialect]string{sqlstore.SQLite: "BLOB", sqlstore.Postgres: "BYTEA"}[db.dialect]+`), 1, 0, 8589934592000000000, 1, 0, 0 FROM n`)
		require.NoError(t, err)
		_, err = pool.ExecContext(t.Context(), "ANALYZE")
		require.NoError(t, err)
		explain := map[sqlstore.Dialect]string{sqlstore.SQLite: "EXPLAIN QUERY PLAN ", sqlstore.Postgres: "EXPLAIN "}[db.dialect]
		rows, err := pool.QueryContext(t.Context(), explain+store.DueQuery(), time.Now().UnixNano(), 10)
		require.NoError(t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		require.NoError(t, err)
		var plan []string
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			require.NoError(t, rows.Scan(values...))
			plan = append(plan, fmt.Sprint(*values[len(values)-1].(*any)))
		}
		require.NoError(t, rows.Err())
		text := strings.Join(plan, "\n")
		require.Equal(t, 2, strings.Count(text, "durable_due"), text)
		require.NotContains(t, text, "Seq Scan")
		require.NotContains(t, text, "SCAN")
	})
}
