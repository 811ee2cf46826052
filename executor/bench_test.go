package executor_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/executor"
)

// BenchmarkRoundTrip is what a caller pays for having something done on
// another goroutine and waiting for it. Its floor is a goroutine that is woken
// over a channel and answers over another.
func BenchmarkRoundTrip(b *testing.B) {
	b.Run("floor=channels", func(b *testing.B) {
		ask, answer := make(chan int), make(chan int)
		go func() {
			for v := range ask {
				answer <- v
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			ask <- 1
			<-answer
		}
		close(ask)
	})
	b.Run("rival=goroutine", func(b *testing.B) { // a new one each time
		answer := make(chan int)
		b.ReportAllocs()
		for b.Loop() {
			go func() { answer <- 1 }()
			<-answer
		}
	})
	for _, bb := range []struct {
		name string
		opts []executor.Option
	}{
		{"pool", nil},
		{"pool/locked", []executor.Option{executor.LockOSThread()}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			pool, err := executor.NewThreadPool(bb.opts...)
			require.NoError(b, err)
			defer pool.Close()
			ctx := context.Background()
			one := func() (int, error) { return 1, nil }
			b.ReportAllocs()
			for b.Loop() {
				f, _ := executor.Submit(pool, one)
				_, _ = f.Wait(ctx)
			}
		})
	}
}

// BenchmarkSubmit is one of many jobs in a burst, which the workers take from
// the queue without being woken for each.
func BenchmarkSubmit(b *testing.B) {
	pool, err := executor.NewThreadPool(executor.MaxWorkers(2))
	require.NoError(b, err)
	one := func() (int, error) { return 1, nil }
	b.ReportAllocs()
	for b.Loop() {
		_, _ = executor.Submit(pool, one)
	}
	pool.Close()
}
