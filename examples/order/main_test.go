package main

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/examples/order/shop"
)

// It is stopped again and again, and the books balance in the end.
func TestRunAgain(t *testing.T) {
	dir := t.TempDir()
	stopped := 0
	for limit := 2 * time.Millisecond; ; limit += 2 * time.Millisecond {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		err := run(ctx, dir, time.Millisecond)
		cancel()
		if err == nil {
			break
		}
		require.ErrorIs(t, err, context.DeadlineExceeded)
		stopped++
	}
	require.NotZero(t, stopped)
	books, err := shop.OpenBooks(filepath.Join(dir, "books"), map[string]int{"book": 100, "desk": 10})
	require.NoError(t, err)
	defer books.Close()
	require.Equal(t, "parcel Ada", books.Account("Ada").Parcel)
	require.Equal(t, 150_000, books.Account("Grace").Charged)
	for _, id := range []string{"Alan", "Edsger"} {
		account := books.Account(id)
		require.Zero(t, account.Charged+account.Reserved, id)
		require.Empty(t, account.Parcel, id)
	}
	require.Equal(t, [2]int{98, 9}, [2]int{books.Free("book"), books.Free("desk")})
}
