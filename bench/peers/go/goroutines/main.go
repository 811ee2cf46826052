// Goroutines does the work of package bench as a Go program without an event loop
// does it: with goroutines, channels and errgroup, on all processors and on one.
package main

import (
	"math/big"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ouro-loop/ouro/bench/peers/go/peer"
)

func main() {
	var rows []peer.Row
	for _, row := range all() {
		rows = append(rows, row)
		row.Variant = strings.TrimPrefix(row.Variant+", GOMAXPROCS=1", ", ")
		run := row.Run
		row.Run = func(n int) time.Duration {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			return run(n)
		}
		rows = append(rows, row)
	}
	peer.Main("goroutines", "", rows)
}

const noCancel = "no cancellation"

func all() []peer.Row {
	rows := []peer.Row{
		{Name: "Yield/tasks=1", Note: noCancel, Run: peer.Timed(func(n int) {
			for range n {
				runtime.Gosched()
			}
		})},
		{Name: "Yield/tasks=2000", Each: 2000, Note: noCancel, Run: yieldAmong},
		{Name: "CreateTaskAwait", Note: noCancel, Run: peer.Timed(func(n int) {
			for range n {
				result := make(chan int, 1)
				go func() { result <- 1 }()
				<-result
			}
		})},
		{Name: "Gather/n=100000", Each: 100_000, Variant: "errgroup", Run: gather(100_000)},
		{Name: "Future", Note: noCancel, Run: peer.Timed(func(n int) {
			for range n {
				result := make(chan int, 1)
				go func() { result <- 1 }()
				<-result
			}
		})},
		{Name: "Queue/size=1", Note: noCancel, Run: queue(1)},
		{Name: "Queue/size=100", Note: noCancel, Run: queue(100)},
		{Name: "ToThread/calls=1", Note: noCancel, Run: toThread(1)},
		{Name: "ToThread/calls=16", Each: 16, Note: noCancel, Run: toThread(16)},

		{Name: "AsyncTree/none", Variant: "errgroup", Run: trees(func(*tree) bool { return false })},
		{Name: "AsyncTree/io", Variant: "errgroup", Run: trees(func(*tree) bool { return true })},
		{Name: "AsyncTree/memoization", Variant: "errgroup", Run: trees((*tree).memoized)},
		{Name: "AsyncTree/cpu_io_mixed", Variant: "errgroup", Run: trees((*tree).mixed)},

		{Name: "TaskGroup/n=10", Variant: "errgroup", Run: group(10)},
		{Name: "Wait/n=100", Variant: "errgroup", Run: group(100)},
		{Name: "AsCompleted/n=100", Note: noCancel, Run: asCompleted},
	}
	for _, size := range []struct {
		name string
		n    int
	}{{"100", 100}, {"10000", 10_000}, {"1000000", 1_000_000}} {
		rows = append(rows, peer.Row{Name: "Growth/tasks/n=" + size.name, Each: size.n, Variant: "errgroup", Run: gather(size.n)})
	}
	return rows
}

// yieldAmong has 2,000 goroutines yield n times each.
func yieldAmong(n int) time.Duration {
	start := make(chan struct{})
	var wg sync.WaitGroup
	for range 2000 {
		wg.Go(func() {
			<-start
			for range n {
				runtime.Gosched()
			}
		})
	}
	began := time.Now()
	close(start)
	wg.Wait()
	return time.Since(began)
}

func gather(size int) func(int) time.Duration {
	return peer.Timed(func(n int) {
		for range n {
			results := make([]int, size)
			var g errgroup.Group
			for i := range results {
				g.Go(func() error {
					results[i] = 1
					return nil
				})
			}
			must(g.Wait())
		}
	})
}

func group(size int) func(int) time.Duration {
	return peer.Timed(func(n int) {
		for range n {
			var g errgroup.Group
			for range size {
				g.Go(func() error { return nil })
			}
			must(g.Wait())
		}
	})
}

func queue(size int) func(int) time.Duration {
	return func(n int) time.Duration {
		c := make(chan int, size)
		start := time.Now()
		go func() {
			for i := range n {
				c <- i
			}
		}()
		for range n {
			<-c
		}
		return time.Since(start)
	}
}

// toThread calls a function on as many new goroutines, and waits for the results.
func toThread(calls int) func(int) time.Duration {
	return peer.Timed(func(n int) {
		for range n {
			results := make(chan int, calls)
			for range calls {
				go func() { results <- 1 }()
			}
			for range calls {
				<-results
			}
		}
	})
}

func asCompleted(n int) time.Duration {
	start := time.Now()
	for range n {
		results := make(chan int)
		for range 100 {
			go func() { results <- 1 }()
		}
		for range 100 {
			<-results
		}
	}
	return time.Since(start)
}

// A tree is pyperformance's async_tree: 6 levels of 6.
type tree struct {
	mu     sync.Mutex
	random *rand.Rand
	cache  map[int]bool
	leaf   func(*tree) (sleeps bool)
}

func trees(leaf func(*tree) bool) func(int) time.Duration {
	return peer.Timed(func(n int) {
		for range n {
			t := &tree{random: rand.New(rand.NewPCG(0, 0)), cache: map[int]bool{}, leaf: leaf}
			must(t.node(6))
		}
	})
}

func (t *tree) node(level int) error {
	if level == 0 {
		if t.leaf(t) {
			time.Sleep(50 * time.Millisecond)
		}
		return nil
	}
	var g errgroup.Group
	for range 6 {
		g.Go(func() error { return t.node(level - 1) })
	}
	return g.Wait()
}

func (t *tree) memoized() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 1 + t.random.IntN(100)
	if n > 90 {
		return true
	}
	known := t.cache[n]
	t.cache[n] = true
	return !known
}

func (t *tree) mixed() bool {
	t.mu.Lock()
	sleeps := t.random.Float64() >= 0.5
	t.mu.Unlock()
	if sleeps {
		return true
	}
	f, next, i := big.NewInt(1), new(big.Int), new(big.Int)
	for k := range int64(500) {
		next.Mul(f, i.SetInt64(k+1))
		f, next = next, f
	}
	return f.Sign() < 0
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
