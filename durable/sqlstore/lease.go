package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/durable"
)

// leaseFrom is until when a program is held whose lease the database was asked for at a time, by this machine's clock. The
// database's lease begins after that, so it ends later; a tenth of it is for who is told that it is lost.
func (s *Store) leaseFrom(asked time.Time) time.Time { return asked.Add(s.lease - s.lease/10) }

func (s *Store) holdsSome() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.leases) > 0
}

// hold has a journal renewed from now on.
func (s *Store) hold(j *journal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if last := s.leases[j.num]; last != nil {
		s.lose(last, durable.ErrLost) // it has expired, for the database has given it again
	}
	s.leases[j.num] = j
	if s.lapse == nil {
		s.lapse = time.AfterFunc(time.Until(j.until), s.loseExpired)
	}
	return nil
}

// drop has a journal renewed no more.
func (s *Store) drop(j *journal, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lose(j, why)
}

// lose tells a journal that it is lost. The mutex is locked.
func (s *Store) lose(j *journal, why error) {
	if s.leases[j.num] == j {
		delete(s.leases, j.num)
	}
	if why != durable.ErrLost {
		why = fmt.Errorf("%w: %w", durable.ErrLost, why)
	}
	j.lost(why)
}

// loseExpired loses the journals that were not renewed in time. It is called when the first of them may be one: one that is
// held later expires later.
func (s *Store) loseExpired() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, next := time.Now(), time.Time{}
	for _, j := range s.leases {
		if !j.until.After(now) {
			s.lose(j, fmt.Errorf("its lease of %v could not be renewed", s.lease))
		} else if next.IsZero() || j.until.Before(next) {
			next = j.until
		}
	}
	s.lapse = nil
	if !next.IsZero() {
		s.lapse = time.AfterFunc(next.Sub(now), s.loseExpired)
	}
}

// renewAll renews the leases of all programs.
func (s *Store) renewAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.lease/3) // there is another try
	defer cancel()
	asked := time.Now()
	strays, err := s.renewBy(ctx, s.renew)
	if err == nil {
		err = s.giveBack(ctx, strays)
	}
	if err == nil && s.holdsSomeUntil(s.leaseFrom(asked)) {
		_, err = s.renewBy(ctx, s.renewRest)
	}
	if err != nil && context.Cause(ctx) != context.Canceled {
		s.logger.Warn("sqlstore: the leases of programs could not be renewed", "lease", s.lease, "err", err)
	}
}

// renewBy renews leases by a statement. Strays are those that no journal is for: the answer to their Acquire was lost on
// its way, or they were lost here. While an Acquire is under way, or a Close, that is not known.
func (s *Store) renewBy(ctx context.Context, statement string) (strays []row, err error) {
	asked := time.Now()
	var rows []row
	err = s.first(ctx, func() (err error) { // many who write would keep it until the leases have expired
		rows, err = s.programs(ctx, statement, s.owner, s.lease.Milliseconds())
		return err
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rows {
		if j := s.leases[r.num]; j != nil && j.token == r.token {
			j.until = s.leaseFrom(asked)
		} else if s.changes == 0 {
			strays = append(strays, r)
		}
	}
	return strays, nil
}

func (s *Store) giveBack(ctx context.Context, strays []row) error {
	for _, r := range strays {
		if _, err := s.exec(ctx, s.release, r.num, r.token, 0); err != nil {
			return err
		}
	}
	return nil
}

// holdsSomeUntil reports whether there is a lease that expires before t.
func (s *Store) holdsSomeUntil(t time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.leases {
		if j.until.Before(t) {
			return true
		}
	}
	return false
}
