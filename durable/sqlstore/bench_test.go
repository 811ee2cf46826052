package sqlstore_test

import (
	"context"
	"database/sql"
	"sync"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
)

// BenchmarkResting is a look for what is due, of 100,000 programs of which nothing is.
func BenchmarkResting(b *testing.B) {
	const n = 100_000
	for _, db := range databases {
		b.Run(db.name, func(b *testing.B) {
			pool := db.fresh(b)(b)
			durabletest.Resting(b, &analyzed{Store: open(b, pool, db.dialect), db: pool}, n)
		})
	}
}

// analyzed is a store whose database has counted its rows before the first look, as PostgreSQL does by itself after a minute.
type analyzed struct {
	durable.Store
	db   *sql.DB
	once sync.Once
}

func (s *analyzed) Due(ctx context.Context, now time.Time, limit int) (ids []string, err error) {
	s.once.Do(func() { _, err = s.db.ExecContext(ctx, "ANALYZE durable_programs") })
	if err != nil {
		return nil, err
	}
	return s.Store.Due(ctx, now, limit)
}
