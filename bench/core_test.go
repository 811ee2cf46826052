package bench

import (
	"iter"
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func BenchmarkYield2000Floor(b *testing.B) {
	const n = 2000
	var next [n]func() (struct{}, bool)
	var stop [n]func()
	for i := range next {
		next[i], stop[i] = iter.Pull(func(yield func(struct{}) bool) {
			for yield(struct{}{}) {
			}
		})
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		next[i]()
		if i++; i == n {
			i = 0
		}
	}
	for i := range stop {
		stop[i]()
	}
}

func BenchmarkYield2000(b *testing.B) {
	const n = 2000
	b.ReportAllocs()
	loop.Run(coro.Do(func(co *coro.Co) error {
		stop := false
		for range n {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for !stop {
					if err := coro.Sleep(co, 0); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		coro.Sleep(co, 0)
		i := 0
		for b.Loop() {
			if i++; i == n {
				i = 0
				coro.Sleep(co, 0)
			}
		}
		stop = true
		return nil
	}))
}

func BenchmarkCreateAwait(b *testing.B) {
	b.ReportAllocs()
	loop.Run(coro.Do(func(co *coro.Co) error {
		f := func(co *coro.Co) (int, error) { return 1, nil }
		for b.Loop() {
			if _, err := coro.CreateTask(co, f).Await(co); err != nil {
				return err
			}
		}
		return nil
	}))
}
func BenchmarkGather100k(b *testing.B) {
	b.ReportAllocs()
	loop.Run(coro.Do(func(co *coro.Co) error {
		f := coro.Func[int](func(co *coro.Co) (int, error) { return 1, nil })
		fs := make([]coro.Awaitable[int], 100000)
		for i := range fs {
			fs[i] = f
		}
		for b.Loop() {
			if _, err := coro.Gather(co, fs...).Await(co); err != nil {
				return err
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100000, "ns/task")
		return nil
	}))
}
func BenchmarkCallSoon(b *testing.B) {
	b.ReportAllocs()
	l := loop.New()
	defer l.Close()
	n := 0
	var f func()
	f = func() {
		if b.Loop() {
			n++
			l.CallSoon(f)
		} else {
			l.Stop()
		}
	}
	l.CallSoon(f)
	l.RunForever()
}
