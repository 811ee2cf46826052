package looptest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/queues"
)

// tens is a main of ten tasks with ten steps each.
func tens(step func(co *coro.Co, i int) error) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		return coro.Group(co, func(g *coro.TaskGroup) error {
			for i := range 10 {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					for range 10 {
						if err := step(co, i); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			return nil
		})
	}
}

// BenchmarkExplore is the time of a run, of ten tasks with ten steps each.
func BenchmarkExplore(b *testing.B) {
	for _, program := range []struct {
		name string
		main looptest.Main
	}{
		{"nothing", func(*looptest.T, *coro.Co) error { return nil }},
		{"yields", tens(func(co *coro.Co, _ int) error { return coro.Sleep(co, 0) })},
		{"ties", tens(func(co *coro.Co, _ int) error { return coro.Sleep(co, time.Millisecond) })},
		{"apart", tens(func(co *coro.Co, i int) error { return coro.Sleep(co, time.Millisecond+time.Duration(i)) })},
		{"timeout", tens(func(co *coro.Co, _ int) error {
			err := coro.Timeout(co, time.Second, func(*coro.TimeoutScope) error { return coro.Sleep(co, time.Millisecond) })
			if future.IsTimeout(err) {
				return nil // steps take long sometimes
			}
			return err
		})},
		{"lock", func(t *looptest.T, co *coro.Co) error {
			var mu locks.Lock
			return tens(func(co *coro.Co, _ int) error {
				if err := mu.Acquire(co); err != nil {
					return err
				}
				defer mu.Release()
				return coro.Sleep(co, 0)
			})(t, co)
		}},
		{"queue", func(t *looptest.T, co *coro.Co) error {
			q := queues.New[int](1)
			return tens(func(co *coro.Co, i int) error {
				if i%2 == 0 {
					return q.Put(co, i)
				}
				_, err := q.Get(co)
				return err
			})(t, co)
		}},
	} {
		b.Run(program.name, func(b *testing.B) {
			b.ReportAllocs()
			looptest.Repeat(b, program.main, b.N)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
		})
	}
}

// A run of ten tasks with ten steps allocates what the loop and its coroutines do, and little else.
func TestAllocations(t *testing.T) {
	run := func(main looptest.Main, runs int) float64 {
		return testing.AllocsPerRun(1, func() { looptest.Repeat(t, main, runs) })
	}
	for _, c := range []struct {
		name string
		main looptest.Main
		most float64
	}{
		{"nothing", func(*looptest.T, *coro.Co) error { return nil }, 105},
		{"yields", tens(func(co *coro.Co, _ int) error { return coro.Sleep(co, 0) }), 240},
		{"ties", tens(func(co *coro.Co, _ int) error { return coro.Sleep(co, time.Millisecond) }), 430},
	} {
		got := (run(c.main, 201) - run(c.main, 1)) / 200
		require.LessOrEqual(t, got, c.most, c.name)
		require.Greater(t, got, c.most/2, "%s: the bound is too far off to tell anything", c.name)
	}
}

// BenchmarkDepartures is BenchmarkExplore without chance.
func BenchmarkDepartures(b *testing.B) {
	main := tens(func(co *coro.Co, _ int) error { return coro.Sleep(co, time.Millisecond) })
	b.ReportAllocs()
	looptest.Explore(b, main, looptest.Runs(2*b.N), looptest.Within(time.Hour))
	b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "runs/s")
}

// BenchmarkYear is a year of a task that wakes up each second.
func BenchmarkYear(b *testing.B) {
	for b.Loop() {
		err := loop.Main(func(co *coro.Co) error {
			for range 365 * 24 * 3600 {
				if err := coro.Sleep(co, time.Second); err != nil {
					return err
				}
			}
			return nil
		}, loop.VirtualTime(true))
		require.NoError(b, err)
	}
}
