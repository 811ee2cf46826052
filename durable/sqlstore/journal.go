package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/durable"
)

// A journal is that of a program which its store holds.
type journal struct {
	store *Store
	num   int64 // of the program
	token int64
	all   [][]byte
	gone  bool // with its program

	held    context.Context // ends when the program is lost
	lost    context.CancelCauseFunc
	until   time.Time // it is held if nothing is heard; the Store's mutex guards it,
	heard   int64     // and the number of the last message of which it was notified
	arrived chan struct{}
}

func newJournal(s *Store) *journal {
	j := &journal{store: s, arrived: make(chan struct{}, 1)}
	j.held, j.lost = context.WithCancelCause(context.Background())
	return j
}

// Entries implements durable.Journal.
func (j *journal) Entries() [][]byte { return j.all }

var errNoEntries = errors.New("sqlstore: Append to a journal that has no entries; Replace begins it")

// Append implements durable.Journal. Either all entries are appended or none.
func (j *journal) Append(ctx context.Context, entries ...[]byte) error {
	switch {
	case len(entries) == 0:
		return nil
	case len(j.all) == 0:
		return errNoEntries
	case j.store.nested && len(entries) <= atOnce:
		return j.append(ctx, entries)
	}
	return j.write(ctx, len(entries), func(ctx context.Context, tx *sql.Tx, before int64) error {
		return j.insert(ctx, tx, before, entries)
	})
}

// append is Append in one statement, where others need four, each of which goes to the database and back.
func (j *journal) append(ctx context.Context, entries [][]byte) error {
	args := []any{j.num, j.token, len(entries)}
	for _, entry := range entries {
		args = append(args, notNil(entry))
	}
	return j.whileHeld(ctx, func(ctx context.Context) error {
		n, err := j.store.exec(ctx, j.store.fenceAndInsertRows(len(entries)), args...)
		if err == nil && n == 0 {
			err = durable.ErrLost
		}
		return err
	})
}

// Replace implements durable.Journal.
func (j *journal) Replace(ctx context.Context, entries ...[]byte) error {
	if len(entries) == 0 {
		return errors.New("sqlstore: Replace by nothing; a journal has an entry at least")
	}
	err := j.write(ctx, len(entries), func(ctx context.Context, tx *sql.Tx, before int64) error {
		if _, err := tx.ExecContext(ctx, j.store.dropEntries, j.num); err != nil {
			return err
		}
		return j.insert(ctx, tx, before, entries)
	})
	if err == nil {
		j.all = slices.Clone(entries)
	}
	return err
}

// insert inserts entries behind those that there were before.
func (j *journal) insert(ctx context.Context, tx *sql.Tx, before int64, entries [][]byte) error {
	for some := range slices.Chunk(entries, atOnce) {
		args := make([]any, 0, 3*len(some))
		for _, entry := range some {
			before++
			args = append(args, j.num, before, notNil(entry))
		}
		if _, err := tx.ExecContext(ctx, j.store.insertRows(len(some)), args...); err != nil {
			return err
		}
	}
	return nil
}

// Messages implements durable.Journal.
func (j *journal) Messages(ctx context.Context) (messages []durable.Message, err error) {
	rows, err := j.store.db.QueryContext(ctx, j.store.messages, j.num)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key, data []byte
		if err := rows.Scan(&key, &data); err != nil {
			return nil, err
		}
		messages = append(messages, durable.Message{Key: string(key), Entry: notNil(data)})
	}
	return messages, rows.Err()
}

// Remove implements durable.Journal.
func (j *journal) Remove(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	return j.write(ctx, 0, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		var gone int64
		for some := range slices.Chunk(keys, atOnce) {
			args := []any{j.num}
			for _, key := range some {
				args = append(args, []byte(key))
			}
			done, err := tx.ExecContext(ctx, j.store.deleteKeys(len(some)), args...)
			if err != nil {
				return err
			}
			n, err := done.RowsAffected()
			if err != nil {
				return err
			}
			gone += n
		}
		_, err := tx.ExecContext(ctx, j.store.messagesGone, j.num, gone)
		return err
	})
}

// write does what f does in a transaction, if the program is held. more is how many entries it appends, and
// before how many there were.
func (j *journal) write(ctx context.Context, more int, f func(ctx context.Context, tx *sql.Tx, before int64) error) error {
	return j.whileHeld(ctx, func(ctx context.Context) error {
		return j.store.transact(ctx, func(tx *sql.Tx) error {
			var written int64
			err := tx.QueryRowContext(ctx, j.store.fence, j.num, j.token, more).Scan(&written)
			if errors.Is(err, sql.ErrNoRows) {
				return durable.ErrLost
			}
			if err != nil {
				return err
			}
			return f(ctx, tx, written-int64(more))
		})
	})
}

// whileHeld calls f, whose context ends when the program is lost: a database that does not answer keeps nobody. The
// program is lost, too, if f says so.
func (j *journal) whileHeld(ctx context.Context, f func(ctx context.Context) error) error {
	if j.held.Err() != nil {
		return context.Cause(j.held)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(j.held, func() { cancel(context.Cause(j.held)) })()
	err := f(ctx)
	switch {
	case errors.Is(err, durable.ErrLost):
		j.store.drop(j, durable.ErrLost)
	case err != nil && j.held.Err() != nil:
		return fmt.Errorf("%w (%w)", context.Cause(j.held), err)
	}
	return err
}

// Arrived implements durable.Journal.
func (j *journal) Arrived() <-chan struct{} { return j.arrived }

// Lost implements durable.Journal.
func (j *journal) Lost() <-chan struct{} { return j.held.Done() }

// Delete implements durable.Journal.
func (j *journal) Delete(ctx context.Context) error {
	defer j.store.changing()()
	err := j.write(ctx, 0, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		for _, statement := range []string{j.store.dropMessages, j.store.dropEntries, j.store.remove} {
			if _, err := tx.ExecContext(ctx, statement, j.num); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		j.gone = true
		j.store.drop(j, errGivenBack)
	}
	return err
}

// errGivenBack is why a journal can be used no more.
var errGivenBack = errors.New("its journal was closed")

// Close implements durable.Journal. One that is lost is given back all the same, unless another has it.
func (j *journal) Close(wake time.Time) error {
	if j.gone {
		return nil
	}
	defer j.store.changing()()
	j.store.drop(j, errGivenBack)
	ctx, cancel := context.WithTimeout(context.Background(), j.store.lease) // then it has expired
	defer cancel()
	n, err := j.store.exec(ctx, j.store.release, j.num, j.token, nanoseconds(wake))
	switch {
	case err == nil && n == 0:
		err = durable.ErrLost
	case ctx.Err() != nil:
		err = fmt.Errorf("it was not given back before its lease expired: %w", durable.ErrLost)
	}
	return err
}

// notify tells that there may be messages.
func (j *journal) notify() {
	select {
	case j.arrived <- struct{}{}:
	default:
	}
}
