package sqlstore

import (
	"context"
	"time"

	"github.com/ouro-loop/ouro/durable"
)

// DueQuery is the query of Due.
func (s *Store) DueQuery() string { return s.due }

// RenewAll renews the leases now.
func (s *Store) RenewAll(ctx context.Context) { s.renewAll(ctx) }

// Until is until when a journal is held if nothing is heard.
func Until(j durable.Journal) time.Time {
	held := j.(*journal)
	held.store.mu.Lock()
	defer held.store.mu.Unlock()
	return held.until
}
