package bench

import (
	"fmt"
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// onLoop runs a benchmark as the main task of a loop.
func onLoop(b *testing.B, main func(co *coro.Co) error) {
	b.Helper()
	b.ReportAllocs()
	if _, err := loop.Run(coro.Do(main)); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkYield is one step of one task among many that do nothing but
// sleep(0); its floor is a round robin of as many bare coroutines.
func BenchmarkYield(b *testing.B) {
	for _, n := range []int{1, 2000} {
		b.Run(fmt.Sprintf("tasks=%d/ouro", n), func(b *testing.B) {
			onLoop(b, func(co *coro.Co) error { return yields(b, co, n) })
		})
		b.Run(fmt.Sprintf("tasks=%d/floor", n), func(b *testing.B) {
			p := newPulls(n)
			defer p.stop()
			b.ReportAllocs()
			for b.Loop() {
				p.resumeNext()
			}
		})
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
	for steps := n; b.Loop(); steps++ {
		if steps >= n { // the others have had theirs
			steps = 0
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
	}
	stop = true
	return nil
}

func one(*coro.Co) (int, error) { return 1, nil }

// BenchmarkCreateTaskAwait creates a task that returns at once and awaits it; its
// floor is two round trips to a coroutine: to the task, and back to the awaiter.
func BenchmarkCreateTaskAwait(b *testing.B) {
	b.Run("ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			for b.Loop() {
				if _, err := coro.CreateTask(co, one).Await(co); err != nil {
					return err
				}
			}
			return nil
		})
	})
	b.Run("floor", func(b *testing.B) {
		p := newPulls(2)
		defer p.stop()
		b.ReportAllocs()
		for b.Loop() {
			p.resumeNext()
			p.resumeNext()
		}
	})
}

// BenchmarkGather is one child of a gather, its task created and finished; its
// floor is one round trip to a coroutine.
func BenchmarkGather(b *testing.B) {
	const n = 100_000
	b.Run(fmt.Sprintf("n=%d/ouro", n), func(b *testing.B) {
		children := make([]coro.Awaitable[int], n)
		for i := range children {
			children[i] = coro.Func[int](one)
		}
		onLoop(b, func(co *coro.Co) error {
			for b.Loop() {
				if _, err := coro.Gather(co, children...).Await(co); err != nil {
					return err
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/task")
			return nil
		})
	})
	b.Run(fmt.Sprintf("n=%d/floor", n), func(b *testing.B) {
		p := newPulls(1)
		defer p.stop()
		b.ReportAllocs()
		for b.Loop() {
			for range n {
				p.resumeNext()
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/task")
	})
}

// BenchmarkCallSoon is one callback that schedules the next; its floor is an
// indirect call.
func BenchmarkCallSoon(b *testing.B) {
	b.Run("ouro", func(b *testing.B) {
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
		if err := l.RunForever(); err != nil {
			b.Fatal(err)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		called := 0
		next := []func(){func() { called++ }, func() { called-- }}
		for b.Loop() {
			next[called&1]()
		}
	})
}
