package bench

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// BenchmarkGrowth is the cost of one task, timer or future as they become more: it
// should be the same, or grow with the logarithm for timers.
//
//   - tasks: gathered, as in BenchmarkGather.
//   - timers: scheduled for random moments in the past, and called in order.
//   - futures: created, set, and awaited all at once.
func BenchmarkGrowth(b *testing.B) {
	sizes := []int{100, 10_000, 1_000_000}
	for _, n := range sizes {
		b.Run(fmt.Sprintf("tasks/n=%d/ouro", n), func(b *testing.B) {
			notShort(b, n)
			gathers(b, n)
		})
		b.Run(fmt.Sprintf("tasks/n=%d/floor", n), func(b *testing.B) {
			notShort(b, n)
			benchmarkPulls(b, 1, n)
			perEach(b, n, "task")
		})
		b.Run(fmt.Sprintf("tasks/n=%d/goroutine", n), func(b *testing.B) {
			notShort(b, n)
			waitGroups(b, n)
		})
	}
	for _, n := range sizes {
		b.Run(fmt.Sprintf("timers/n=%d/ouro", n), func(b *testing.B) {
			notShort(b, n)
			onLoop(b, func(co *coro.Co) error { return timersInOrder(b, co, n) })
			perEach(b, n, "timer")
		})
		b.Run(fmt.Sprintf("timers/n=%d/floor", n), func(b *testing.B) {
			notShort(b, n)
			heapInOrder(b, n)
			perEach(b, n, "timer")
		})
	}
	for _, n := range sizes {
		b.Run(fmt.Sprintf("futures/n=%d/ouro", n), func(b *testing.B) {
			notShort(b, n)
			onLoop(b, func(co *coro.Co) error { return futuresAtOnce(b, co, n) })
			perEach(b, n, "future")
		})
		b.Run(fmt.Sprintf("futures/n=%d/channel", n), func(b *testing.B) {
			notShort(b, n)
			channelsAtOnce(b, n)
			perEach(b, n, "future")
		})
	}
}

func timersInOrder(b *testing.B, co *coro.Co, n int) error {
	l, random := loop.Of(co), delays(1)
	cost := measure(b)
	for b.Loop() {
		left, done := n, loop.CreateFuture[coro.None](l)
		call := func() {
			if left--; left == 0 {
				_ = done.SetResult(coro.None{})
			}
		}
		start := l.Time() - time.Hour
		for range n {
			l.CallAt(start+random.next(), call)
		}
		if err := await(co, done); err != nil {
			return err
		}
	}
	cost.report()
	return nil
}

func heapInOrder(b *testing.B, n int) {
	random := delays(1)
	b.ReportAllocs()
	cost := measure(b)
	for b.Loop() {
		var h timerHeap
		left := n
		call := func() { left-- }
		for range n {
			h.callAt(random.next(), call)
		}
		for h.Len() > 0 {
			_, call := h.next()
			call()
		}
		if left != 0 {
			b.Fatal("not all were called")
		}
	}
	cost.report()
}

func futuresAtOnce(b *testing.B, co *coro.Co, n int) error {
	l := loop.Of(co)
	futures := make([]*future.Future[int], n)
	cost := measure(b)
	for b.Loop() {
		for i := range futures {
			futures[i] = loop.CreateFuture[int](l)
		}
		l.CallSoon(func() {
			for i, f := range futures {
				_ = f.SetResult(i)
			}
		})
		if err := await(co, coro.Gather(co, coro.Each[int](futures)...)); err != nil {
			return err
		}
	}
	cost.report()
	return nil
}

// channelsAtOnce is a channel for each value, and a goroutine that sends them all.
func channelsAtOnce(b *testing.B, n int) {
	channels := make([]chan int, n)
	results := make([]int, n)
	b.ReportAllocs()
	cost := measure(b)
	for b.Loop() {
		for i := range channels {
			channels[i] = make(chan int, 1)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			for i, ch := range channels {
				ch <- i
			}
		})
		for i, ch := range channels {
			results[i] = <-ch
		}
		wg.Wait()
	}
	cost.report()
}
