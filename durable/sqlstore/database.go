package sqlstore

import (
	"context"
	"database/sql"
)

// inTurn calls f, which writes, when it is its turn. Where one can write at a time, those of a Store wait here
// and not in the database, which lets them try again and again.
func (s *Store) inTurn(ctx context.Context, f func() error) error {
	if s.turn == nil {
		return f()
	}
	if err := s.turn.take(ctx); err != nil {
		return err
	}
	defer s.turn.giveBack()
	return f()
}

// first is inTurn for what may not wait until all others have written.
func (s *Store) first(ctx context.Context, f func() error) error {
	if s.turn == nil {
		return f()
	}
	if err := s.turn.takeFirst(ctx); err != nil {
		return err
	}
	defer s.turn.giveBack()
	return f()
}

// exec is a statement that writes, by itself. It returns how many rows.
func (s *Store) exec(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = s.inTurn(ctx, func() error {
		done, err := s.db.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		n, err = done.RowsAffected()
		return err
	})
	return n, err
}

// transact does what f does, or nothing. Its first statement has to write: SQLite has no way to wait for others
// after one that has read.
func (s *Store) transact(ctx context.Context, f func(tx *sql.Tx) error) error {
	return s.inTurn(ctx, func() error {
		tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: s.isolation})
		if err != nil {
			return err
		}
		if err := f(tx); err != nil {
			_ = tx.Rollback() // if it fails the connection is gone, and the transaction with it
			return err
		}
		return tx.Commit()
	})
}

// blobs are the rows of a query with one column.
func (s *Store) blobs(ctx context.Context, query string, args ...any) (blobs [][]byte, err error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			return nil, err
		}
		blobs = append(blobs, notNil(data))
	}
	return blobs, rows.Err()
}

// notNil is data as it has to be for a driver: nil is NULL.
func notNil(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}
