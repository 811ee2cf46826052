package bench

import (
	"fmt"
	"sync"
	"testing"

	"github.com/ouro-loop/ouro/coro"
)

// BenchmarkCreateTaskAwait creates a task that returns at once, and awaits it. The
// floor is two round trips to a coroutine: to the task, and back to the awaiter.
func BenchmarkCreateTaskAwait(b *testing.B) {
	b.Run("ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			cost := measure(b)
			for b.Loop() {
				if err := await(co, coro.CreateTask(co, one)); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("floor", func(b *testing.B) { benchmarkPulls(b, 2, 2) })
	b.Run("goroutine", func(b *testing.B) {
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			result := 0
			var wg sync.WaitGroup
			wg.Go(func() { result = 1 })
			wg.Wait()
			if result != 1 {
				b.Fatal("not run")
			}
		}
		cost.report()
	})
}

// BenchmarkGather is one child of a gather of so many: its task created, run and
// finished, and its result put in place. The floor is one round trip to a coroutine.
func BenchmarkGather(b *testing.B) {
	const n = 100_000
	b.Run(fmt.Sprintf("n=%d/ouro", n), func(b *testing.B) { gathers(b, n) })
	b.Run(fmt.Sprintf("n=%d/floor", n), func(b *testing.B) {
		benchmarkPulls(b, 1, n)
		perEach(b, n, "task")
	})
	b.Run(fmt.Sprintf("n=%d/goroutine", n), func(b *testing.B) { waitGroups(b, n) })
}

func gathers(b *testing.B, n int) {
	children := make([]coro.Awaitable[int], n)
	for i := range children {
		children[i] = coro.Func[int](one)
	}
	onLoop(b, func(co *coro.Co) error {
		gather := func() error { return await(co, coro.Gather(co, children...)) }
		if err := gather(); err != nil { // the heap has its size then
			return err
		}
		cost := measure(b)
		for b.Loop() {
			if err := gather(); err != nil {
				return err
			}
		}
		cost.report()
		return nil
	})
	perEach(b, n, "task")
}

// waitGroups runs n goroutines that deliver a result, and waits for all of them.
func waitGroups(b *testing.B, n int) {
	b.ReportAllocs()
	cost := measure(b)
	for b.Loop() {
		results := make([]int, n)
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() { results[i] = 1 })
		}
		wg.Wait()
		if results[n-1] != 1 {
			b.Fatal("not run")
		}
	}
	cost.report()
	perEach(b, n, "task")
}
