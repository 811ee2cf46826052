package bench

import (
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// BenchmarkCallSoon is one callback, scheduled and called: each by the one before,
// or a thousand at once by a task. The floor is an indirect call.
func BenchmarkCallSoon(b *testing.B) {
	b.Run("chain/ouro", func(b *testing.B) {
		b.ReportAllocs()
		l := loop.New()
		var next func()
		next = func() {
			if b.Loop() {
				l.CallSoon(next)
			} else {
				l.Stop()
			}
		}
		l.CallSoon(next)
		cost := measure(b)
		if err := l.RunForever(); err != nil {
			b.Fatal(err)
		}
		cost.report()
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("chain/floor", func(b *testing.B) {
		b.ReportAllocs()
		called := 0
		next := []func(){func() { called++ }, func() { called-- }}
		cost := measure(b)
		for b.Loop() {
			next[called&1]()
		}
		cost.report()
	})

	const n = 1000
	b.Run("batch=1000/ouro", func(b *testing.B) {
		called := 0
		callback := func() { called++ }
		onLoop(b, func(co *coro.Co) error {
			l := loop.Of(co)
			cost := measure(b)
			for b.Loop() {
				for range n {
					l.CallSoon(callback)
				}
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
		if called != n*b.N {
			b.Fatal("not all were called")
		}
		perEach(b, n, "call")
	})
	b.Run("batch=1000/floor", func(b *testing.B) {
		b.ReportAllocs()
		called := 0
		callbacks := make([]func(), n)
		for i := range callbacks {
			callbacks[i] = func() { called++ }
		}
		cost := measure(b)
		for b.Loop() {
			for _, callback := range callbacks {
				callback()
			}
		}
		cost.report()
		if called != n*b.N {
			b.Fatal("not all were called")
		}
		perEach(b, n, "call")
	})
}
