package bench

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/ouro-loop/ouro/coro"
)

// BenchmarkYield is one sleep(0) of one task, where so many tasks do nothing else.
// The floor is a round robin of as many bare coroutines, the rival as many
// goroutines in runtime.Gosched, which may use all processors.
func BenchmarkYield(b *testing.B) {
	for _, n := range []int{1, 2000} {
		b.Run(fmt.Sprintf("tasks=%d/ouro", n), func(b *testing.B) {
			onLoop(b, func(co *coro.Co) error { return yields(b, co, n) })
		})
		b.Run(fmt.Sprintf("tasks=%d/floor", n), func(b *testing.B) { benchmarkPulls(b, n, 1) })
		b.Run(fmt.Sprintf("tasks=%d/gosched", n), func(b *testing.B) { goscheds(b, n) })
	}
}

// yields has n tasks take b.N steps together, the caller being one of them.
func yields(b *testing.B, co *coro.Co, n int) error {
	stop := false
	other := coro.Do(func(co *coro.Co) error {
		for !stop {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return nil
	})
	for range n - 1 {
		coro.CreateTask(co, other)
	}
	cost := measure(b)
	for steps := n; b.Loop(); steps++ {
		if steps >= n { // the others have had theirs
			steps = 0
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
	}
	cost.report()
	stop = true
	return nil
}

func goscheds(b *testing.B, goroutines int) {
	const each = 1000 // so that creating them does not count
	b.ReportAllocs()
	cost := measure(b)
	for b.Loop() {
		var wg sync.WaitGroup
		for range goroutines {
			wg.Go(func() {
				for range each {
					runtime.Gosched()
				}
			})
		}
		wg.Wait()
	}
	cost.report()
	perEach(b, goroutines*each, "yield")
}
