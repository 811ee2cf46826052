package sqlstore

import "context"

// A row is what a query tells of a program.
type row struct{ num, token, sent int64 }

// programs are the rows of a query that tells of programs.
func (s *Store) programs(ctx context.Context, query string, args ...any) (all []row, err error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.num, &r.token, &r.sent); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// listen looks for messages that others have sent. If it cannot, renewAll tells of it.
func (s *Store) listen(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.lease)
	defer cancel()
	rows, err := s.programs(ctx, s.held, s.owner)
	if err != nil {
		return
	}
	for _, r := range rows {
		s.arrived(r.num, r.sent)
	}
}

// arrived notifies the journal of a program that it has a message with that number, if it has not heard of it.
func (s *Store) arrived(num, number int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := s.leases[num]; j != nil && number > j.heard {
		j.heard = number
		j.notify()
	}
}
