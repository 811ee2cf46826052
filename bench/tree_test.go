package bench

import (
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// BenchmarkAsyncTree is a tree of 6 levels of 6 tasks each: 55,986 tasks, gathered
// level by level, of which the 46,656 leaves do the work. The shapes are those of
// pyperformance's async_tree:
//
//   - none: the leaves return at once; eager: so they do, and tasks start at once;
//   - io: the leaves sleep for 50 ms, which is within the figure;
//   - memoization: 90% of them find their result in a cache, the others sleep;
//   - cpu_io_mixed: half of them compute 500!, the others sleep.
//
// The rival is a goroutine for each task, and a WaitGroup for each node. Goroutines do
// not start eagerly: there it is the floor, one round trip to a coroutine for each task.
func BenchmarkAsyncTree(b *testing.B) {
	for _, shape := range []struct {
		name string
		leaf func(*tree) (sleeps bool)
		opts []loop.Option
	}{
		{"none", func(*tree) bool { return false }, nil},
		{"eager", func(*tree) bool { return false }, []loop.Option{loop.EagerTasks(true)}},
		{"io", func(*tree) bool { return true }, nil},
		{"memoization", (*tree).memoized, nil},
		{"cpu_io_mixed", (*tree).mixed, nil},
	} {
		b.Run(shape.name+"/ouro", func(b *testing.B) {
			onLoop(b, func(co *coro.Co) error {
				run := func() error { return await(co, newTree(shape.leaf).node(levels)) }
				if err := run(); err != nil { // the heap has its size then
					return err
				}
				cost := measure(b)
				for b.Loop() {
					if err := run(); err != nil {
						return err
					}
				}
				cost.report()
				return nil
			}, shape.opts...)
		})
		if shape.name == "eager" {
			b.Run("eager/floor", func(b *testing.B) { benchmarkPulls(b, 1, tasks) })
			continue
		}
		b.Run(shape.name+"/goroutine", func(b *testing.B) {
			b.ReportAllocs()
			cost := measure(b)
			for b.Loop() {
				newTree(shape.leaf).goroutine(levels)
			}
			cost.report()
		})
	}
}

const (
	levels   = 6
	branches = 6
	tasks    = 55_987 // the root too
	leafIO   = 50 * time.Millisecond
)

type tree struct {
	leaf func(*tree) (sleeps bool)

	mu     sync.Mutex // for goroutines only
	random *rand.Rand
	cache  map[int]bool
}

func newTree(leaf func(*tree) bool) *tree {
	return &tree{leaf: leaf, random: rand.New(rand.NewPCG(0, 0)), cache: map[int]bool{}}
}

// memoized reports whether a leaf has to sleep: one in ten has, and the first
// with each number.
func (t *tree) memoized() bool {
	n := 1 + t.random.IntN(100)
	if n > 90 {
		return true
	}
	known := t.cache[n]
	t.cache[n] = true
	return !known
}

// mixed computes, or reports that the leaf has to sleep.
func (t *tree) mixed() bool {
	if t.random.Float64() >= 0.5 {
		return true
	}
	return factorial(500).Sign() < 0
}

func factorial(n int64) *big.Int {
	f, next, i := big.NewInt(1), new(big.Int), new(big.Int)
	for k := range n {
		next.Mul(f, i.SetInt64(k+1)) // into another one, which allocates less
		f, next = next, f
	}
	return f
}

func (t *tree) node(level int) coro.Func[coro.None] {
	return func(co *coro.Co) (coro.None, error) {
		if level == 0 {
			if t.leaf(t) {
				return coro.None{}, coro.Sleep(co, leafIO)
			}
			return coro.None{}, nil
		}
		children := make([]coro.Awaitable[coro.None], branches)
		for i := range children {
			children[i] = t.node(level - 1)
		}
		return coro.None{}, await(co, coro.Gather(co, children...))
	}
}

func (t *tree) goroutine(level int) {
	if level == 0 {
		t.mu.Lock()
		sleeps := t.leaf(t)
		t.mu.Unlock()
		if sleeps {
			block(leafIO)
		}
		return
	}
	var wg sync.WaitGroup
	for range branches {
		wg.Go(func() { t.goroutine(level - 1) })
	}
	wg.Wait()
}
