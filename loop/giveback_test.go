package loop_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// What a burst needed is given back when it is over, not when the loop closes.
func TestBurstIsGivenBack(t *testing.T) {
	const n = 300_000
	var none [0]int
	for name, burst := range map[string]func(t *testing.T, co *coro.Co) (keep any){
		"CallSoon": func(_ *testing.T, co *coro.Co) any {
			for range n {
				loop.Of(co).CallSoon(func() {})
			}
			return none
		},
		"CallLater": func(_ *testing.T, co *coro.Co) any {
			for range n {
				loop.Of(co).CallLater(0, func() {})
			}
			return none
		},
		"CallSoonThreadsafe": func(t *testing.T, co *coro.Co) any {
			for range n {
				_, err := loop.Of(co).CallSoonThreadsafe(func() {})
				require.NoError(t, err)
			}
			return none
		},
		"Submit": func(t *testing.T, co *coro.Co) any {
			for range n / 10 {
				_, err := loop.Submit(loop.Of(co), coro.Do(func(*coro.Co) error { return nil }))
				require.NoError(t, err)
			}
			return none
		},
		"ToThread": func(t *testing.T, co *coro.Co) any {
			var calls sync.WaitGroup
			calls.Add(n / 30)
			for range n / 30 {
				_, err := loop.RunInExecutor(loop.Of(co), nil, func() (int, error) { calls.Done(); return 1, nil })
				require.NoError(t, err)
			}
			_, err := loop.ToThreadDo(func(context.Context) error { calls.Wait(); return nil })(co)
			require.NoError(t, err)
			return none
		},
		"Queue":         func(t *testing.T, co *coro.Co) any { q := queues.New[int](0); fillAndEmpty(t, n, q); return q },
		"LifoQueue":     func(t *testing.T, co *coro.Co) any { q := queues.NewLifo[int](0); fillAndEmpty(t, n, q); return q },
		"PriorityQueue": func(t *testing.T, co *coro.Co) any { q := queues.NewPriority[int](0); fillAndEmpty(t, n, q); return q },
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, loop.Main(func(co *coro.Co) error {
				passed := func() error {
					for range 2_000 {
						if err := coro.Sleep(co, 0); err != nil {
							return err
						}
					}
					return nil
				}
				before := heapInUse()
				keep := burst(t, co)
				if err := passed(); err != nil {
					return err
				}
				require.Less(t, heapInUse()-before, 2<<20, "bytes are left")
				runtime.KeepAlive(keep)
				return nil
			}))
		})
	}
}

type queue interface {
	PutNowait(v int) error
	GetNowait() (int, error)
}

func fillAndEmpty(t *testing.T, n int, q queue) {
	for i := range n {
		require.NoError(t, q.PutNowait(i))
	}
	for range n {
		_, err := q.GetNowait()
		require.NoError(t, err)
	}
}

func heapInUse() int {
	var m runtime.MemStats
	for range 3 { // a sync.Pool is empty after two
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
