package sqlstore_test

import (
	"testing"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
)

func TestConformance(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		durabletest.Conformance(t, func(t *testing.T) durabletest.Open {
			pool := db.fresh(t)(t)
			return func(t *testing.T) durable.Store { return open(t, pool, db.dialect) }
		})
	})
}
