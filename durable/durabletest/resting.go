package durabletest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
)

// Resting measures what a worker costs that looks for programs that are due, ten times a second, in a store of n programs that
// rest: a look, and as "%core" what part of a core the looks are at most. The first look, as "first-ms", may be at all of them.
func Resting(b *testing.B, store durable.Store, n int) {
	errs := make(chan error, atOnce)
	for k := range atOnce {
		go func() {
			var err error
			for i := k; i < n && err == nil; i += atOnce {
				err = rest(store, fmt.Sprint("resting-", i))
			}
			errs <- err
		}()
	}
	for range atOnce {
		require.NoError(b, <-errs)
	}
	look := func() {
		due, err := store.Due(context.Background(), time.Now(), 1000)
		require.NoError(b, err)
		require.Empty(b, due)
	}
	start := time.Now()
	look()
	first := time.Since(start)
	for b.Loop() {
		look()
	}
	b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(100*time.Millisecond)*100, "%core")
}

func rest(store durable.Store, id string) error {
	j, err := store.Acquire(context.Background(), id)
	if err != nil {
		return err
	}
	if err := j.Replace(context.Background(), []byte("1")); err != nil {
		return err
	}
	return j.Close(time.Now().Add(1000 * time.Hour))
}
