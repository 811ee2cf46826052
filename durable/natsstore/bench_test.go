package natsstore_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
)

// BenchmarkResting is a look for what is due, of 100,000 programs of which nothing is.
func BenchmarkResting(b *testing.B) {
	durabletest.Resting(b, openStore(b, connect(b, single(b).ClientURL())), 100_000)
}

// BenchmarkAppend is what an event of a program costs, beside a round trip to the server.
func BenchmarkAppend(b *testing.B) {
	js := connect(b, single(b).ClientURL())
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		j, err := openStore(b, js).Acquire(b.Context(), fmt.Sprint(b.N))
		require.NoError(b, err)
		require.NoError(b, j.Replace(b.Context(), []byte("begin")))
		entry := make([]byte, 64)
		for b.Loop() {
			require.NoError(b, j.Append(context.Background(), entry))
		}
		require.NoError(b, j.Close(durable.Never))
	})
	b.Run("floor=flush", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, js.Conn().Flush())
		}
	})
}
