package sqlstore_test

import (
	"testing"

	"github.com/ouro-loop/ouro/durable/durabletest"
)

// BenchmarkResting is a look for what is due, of 100,000 programs of which nothing is.
func BenchmarkResting(b *testing.B) {
	const n = 100_000
	for _, db := range databases {
		b.Run(db.name, func(b *testing.B) {
			durabletest.Resting(b, open(b, db.fresh(b)(b), db.dialect), n)
		})
	}
}
