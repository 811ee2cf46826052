package bench

import (
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// BenchmarkFuture awaits a new future that a callback sets. The floor is one round
// trip to a coroutine, that of the one who awaits; the rival a goroutine that sends
// on a channel.
func BenchmarkFuture(b *testing.B) {
	b.Run("ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			l := loop.Of(co)
			var f *future.Future[int]
			set := func() { _ = f.SetResult(1) }
			cost := measure(b)
			for b.Loop() {
				f = loop.CreateFuture[int](l)
				l.CallSoon(set)
				if err := await(co, f); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("floor", func(b *testing.B) { benchmarkPulls(b, 1, 1) })
	b.Run("goroutine", func(b *testing.B) {
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			ch := make(chan int, 1)
			go func() { ch <- 1 }()
			<-ch
		}
		cost.report()
	})
}
