package durable_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
)

// stepsOf is a program of n activities that do nothing, so many at a time.
func stepsOf(n, atOnce int) coro.Func[int] {
	return func(co *coro.Co) (sum int, err error) {
		err = coro.Group(co, func(g *coro.TaskGroup) error {
			for range atOnce {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
					for i := range n / atOnce {
						got, err := durable.Do("step", func(context.Context) (int, error) { return i, nil })(co)
						if err != nil {
							return err
						}
						sum += got
					}
					return nil
				}))
			}
			return nil
		})
		return sum, err
	}
}

// BenchmarkStep is an activity that does nothing, by which outcome it is that is made durable.
func BenchmarkStep(b *testing.B) {
	for _, atOnce := range []int{1, 100} {
		for name, open := range map[string]func() durable.Store{
			"Dir":    func() durable.Store { return benchDir(b) },
			"Memory": func() durable.Store { return durable.NewMemory() },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, atOnce), func(b *testing.B) {
				_, err := durable.Run(b.Context(), open(), "1", stepsOf(max(b.N, atOnce), atOnce), durable.MaxRecords(1<<30))
				require.NoError(b, err)
			})
		}
	}
}

func benchDir(b *testing.B) durable.Store {
	b.Helper()
	store, err := durable.OpenDir(b.TempDir())
	require.NoError(b, err)
	return store
}

// BenchmarkReplay is a record of a journal that is replayed, of a million.
func BenchmarkReplay(b *testing.B) {
	for _, atOnce := range []int{1, 100} {
		b.Run(fmt.Sprint(atOnce), func(b *testing.B) {
			const records = 1_000_000
			store := durable.NewMemory()
			main := stepsOf(records/2, atOnce)
			_, err := durable.Run(b.Context(), store, "1", main, durable.MaxRecords(1<<30))
			require.NoError(b, err)
			b.ResetTimer()
			for b.Loop() {
				require.NoError(b, durable.Replay(b.Context(), store, "1", main))
			}
			b.ReportMetric(float64(b.N)*records/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkSleeping is how much memory a program takes that sleeps: while it runs, and when a worker has put it to rest.
func BenchmarkSleeping(b *testing.B) {
	const n = 10_000
	sleeper := func(co *coro.Co) (int, error) {
		if _, err := durable.Do("a", func(context.Context) (int, error) { return 1, nil })(co); err != nil {
			return 0, err
		}
		return 0, coro.Sleep(co, 1000*time.Hour)
	}
	for name, rest := range map[string]time.Duration{"running": 10_000 * time.Hour, "resting": time.Hour} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				store := benchDir(b)
				if name == "running" {
					store = durable.NewMemory() // a Dir has two descriptors for each
				}
				for i := range n {
					require.NoError(b, durable.Start(b.Context(), store, fmt.Sprint(i), "sleeper"))
				}
				before := inUse()
				worker := durable.NewWorker(store, durable.MaxPrograms(n), durable.RestFor(rest))
				durable.Register(worker, "sleeper", sleeper)
				ctx, cancel := context.WithCancel(b.Context())
				var ended sync.WaitGroup
				ended.Go(func() { _ = worker.Run(ctx) })
				for asleep := 0; asleep < n; {
					asleep = 0
					for i := range n {
						records, err := durable.ReadJournal(b.Context(), store, fmt.Sprint(i))
						require.NoError(b, err)
						if len(records) == 3 {
							asleep++
						}
					}
				}
				b.ReportMetric(float64(inUse()-before)/n, "B/program")
				cancel()
				ended.Wait()
			}
		})
	}
}

// BenchmarkResting is a look for what is due, of 100,000 programs of which nothing is.
func BenchmarkResting(b *testing.B) {
	const n = 100_000
	b.Run("Memory", func(b *testing.B) { durabletest.Resting(b, durable.NewMemory(), n) })
	b.Run("Dir", func(b *testing.B) { durabletest.Resting(b, benchDir(b), n) })
}

func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
