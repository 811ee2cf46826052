package bench

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
)

// BenchmarkTimeout enters a block with a time limit, and leaves it at once. The
// rival is a context.WithTimeout that is canceled.
func BenchmarkTimeout(b *testing.B) {
	b.Run("ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			body := func(*coro.TimeoutScope) error { return nil }
			cost := measure(b)
			for b.Loop() {
				if err := coro.Timeout(co, time.Hour, body); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("context", func(b *testing.B) {
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			_, cancel := context.WithTimeout(context.Background(), time.Hour)
			cancel()
		}
		cost.report()
	})
}

// BenchmarkTaskGroup runs 10 tasks in a group. The floor is one round trip to a
// coroutine for each of them, and for the one who waits; the rival a WaitGroup.
func BenchmarkTaskGroup(b *testing.B) {
	const n = 10
	b.Run("n=10/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			body := func(g *coro.TaskGroup) error {
				for range n {
					coro.CreateTask(g, one)
				}
				return nil
			}
			cost := measure(b)
			for b.Loop() {
				if err := coro.Group(co, body); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("n=10/floor", func(b *testing.B) { benchmarkPulls(b, n+1, n+1) })
	b.Run("n=10/goroutine", func(b *testing.B) { waitGroup(b, n) })
}

// BenchmarkShield awaits the shield of a new task. The floor is two round trips to
// a coroutine, as for the task without a shield.
func BenchmarkShield(b *testing.B) {
	b.Run("ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			cost := measure(b)
			for b.Loop() {
				if err := await(co, coro.Shield(co, coro.Func[int](one))); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("floor", func(b *testing.B) { benchmarkPulls(b, 2, 2) })
}

// BenchmarkWait creates 100 tasks and waits for all of them. The floor and the
// rival are as for a group.
func BenchmarkWait(b *testing.B) {
	const n = 100
	b.Run("n=100/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			tasks := make([]*coro.Task[int], n)
			cost := measure(b)
			for b.Loop() {
				for i := range tasks {
					tasks[i] = coro.CreateTask(co, one)
				}
				done, _, err := coro.Wait(co, tasks)
				if err != nil {
					return err
				}
				if len(done) != n {
					b.Fatal("not all are done")
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("n=100/floor", func(b *testing.B) { benchmarkPulls(b, n+1, n+1) })
	b.Run("n=100/goroutine", func(b *testing.B) { waitGroup(b, n) })
}

// BenchmarkAsCompleted takes the results of 100 new tasks as they come. The floor is
// as for a group; the rival is 100 goroutines that send theirs on a channel.
func BenchmarkAsCompleted(b *testing.B) {
	const n = 100
	b.Run("n=100/ouro", func(b *testing.B) {
		children := make([]coro.Awaitable[int], n)
		for i := range children {
			children[i] = coro.Func[int](one)
		}
		onLoop(b, func(co *coro.Co) error {
			cost := measure(b)
			for b.Loop() {
				for next := range coro.AsCompleted(co, coro.Forever, children...) {
					if err := await(co, next); err != nil {
						return err
					}
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("n=100/floor", func(b *testing.B) { benchmarkPulls(b, n+1, n+1) })
	b.Run("n=100/goroutine", func(b *testing.B) {
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			results := make(chan int)
			for range n {
				go func() { results <- 1 }()
			}
			for range n {
				<-results
			}
		}
		cost.report()
	})
}

func waitGroup(b *testing.B, n int) {
	b.ReportAllocs()
	cost := measure(b)
	for b.Loop() {
		var wg sync.WaitGroup
		for range n {
			wg.Go(nothing)
		}
		wg.Wait()
	}
	cost.report()
}
