package sqlstore_test

import (
	"flag"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
	"github.com/ouro-loop/ouro/durable/sqlstore"
)

var many = flag.Int("many", 400, "how many programs there are in TestConformance/.*/ManyPrograms")

func TestConformance(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		durabletest.Conformance(t, func(t *testing.T) durabletest.Open {
			pool := db.fresh(t)(t)
			return func(t *testing.T) durable.Store { return open(t, pool, db.dialect, sqlstore.Lease(3*time.Second)) }
		}, durabletest.Programs(*many))
	})
}
