// Asyncigo does the work of package bench with github.com/arvidfm/asyncigo, an
// asyncio on iter.Pull of the time when that was an experiment.
package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/arvidfm/asyncigo"

	"github.com/ouro-loop/ouro/bench/peers/go/peer"
)

// starves is what it does not do: what is ready runs before anything else is looked
// at.
const starves = "no look at I/O or other goroutines while anything is ready"

func main() {
	rows := []peer.Row{
		{Name: "Yield/tasks=1", Note: starves, Run: onLoop(func(ctx context.Context, loop *asyncigo.EventLoop, n int) time.Duration {
			start := time.Now()
			for range n {
				must(loop.Yield(ctx, nil))
			}
			return time.Since(start)
		})},
		{Name: "Yield/tasks=2000", Each: 2000, Note: starves, Run: onLoop(yieldAmong)},
		{Name: "CreateTaskAwait", Run: onLoop(func(ctx context.Context, _ *asyncigo.EventLoop, n int) time.Duration {
			start := time.Now()
			for range n {
				asyncigo.SpawnTask(ctx, one).MustAwait(ctx)
			}
			return time.Since(start)
		})},
		{Name: "Gather/n=100000", Each: 100_000, Run: onLoop(gather(100_000))},
		{Name: "CallSoon/chain", Note: starves, Run: onLoop(callSoonChain)},
		{Name: "CallSoon/batch=1000", Each: 1000, Note: starves, Run: onLoop(func(ctx context.Context, loop *asyncigo.EventLoop, n int) time.Duration {
			start := time.Now()
			for range n {
				for range 1000 {
					loop.RunCallback(nothing)
				}
				must(loop.Yield(ctx, nil))
			}
			return time.Since(start)
		})},
		{Name: "Future", Run: onLoop(func(ctx context.Context, loop *asyncigo.EventLoop, n int) time.Duration {
			start := time.Now()
			for range n {
				f := asyncigo.NewFuture[int]()
				loop.RunCallback(func() { f.SetResult(1, nil) })
				f.MustAwait(ctx)
			}
			return time.Since(start)
		})},
		{Name: "Timers/cancel/pending=1000", Run: onLoop(func(_ context.Context, loop *asyncigo.EventLoop, n int) time.Duration {
			pending := pendingTimers(loop, 1000)
			start := time.Now()
			for range n {
				loop.ScheduleCallback(later(), nothing).Cancel()
			}
			elapsed := time.Since(start)
			cancelAll(pending)
			return elapsed
		})},
		{Name: "Timers/replace/pending=100000", Run: onLoop(replaceTimers(100_000))},
		{Name: "Timers/replace/pending=1000000", Run: onLoop(replaceTimers(1_000_000))},
		{Name: "ToThread/calls=1", Note: "a new goroutine each time", Run: onLoop(func(ctx context.Context, _ *asyncigo.EventLoop, n int) time.Duration {
			start := time.Now()
			for range n {
				asyncigo.Go(ctx, one).MustAwait(ctx)
			}
			return time.Since(start)
		})},
		{Name: "AsyncTree/none", Run: onLoop(trees(func(*tree) bool { return false }))},
		{Name: "AsyncTree/io", Run: onLoop(trees(func(*tree) bool { return true }))},
		{Name: "AsyncTree/memoization", Run: onLoop(trees((*tree).memoized))},
		{Name: "TaskGroup/n=10", Note: "Wait: nobody is canceled", Run: onLoop(gather(10))},
		{Name: "Wait/n=100", Run: onLoop(gather(100))},
		{Name: "Growth/tasks/n=100", Each: 100, Run: onLoop(gather(100))},
		{Name: "Growth/tasks/n=10000", Each: 10_000, Run: onLoop(gather(10_000))},
		{Name: "Growth/tasks/n=1000000", Each: 1_000_000, Run: onLoop(gather(1_000_000))},
	}
	peer.Main("asyncigo", "github.com/arvidfm/asyncigo", rows)
}

func one(context.Context) (int, error) { return 1, nil }

func nothing() {}

type onLoopFunc = func(ctx context.Context, loop *asyncigo.EventLoop, n int) time.Duration

func onLoop(f onLoopFunc) func(n int) time.Duration {
	return func(n int) (elapsed time.Duration) {
		must(asyncigo.NewEventLoop().Run(context.Background(), func(ctx context.Context) error {
			elapsed = f(ctx, asyncigo.RunningLoop(ctx), n)
			return nil
		}))
		return elapsed
	}
}

func yieldAmong(ctx context.Context, loop *asyncigo.EventLoop, n int) time.Duration {
	stop := false
	for range 2000 - 1 {
		asyncigo.SpawnTask(ctx, func(ctx context.Context) (int, error) {
			for !stop {
				if err := loop.Yield(ctx, nil); err != nil {
					return 0, err // the main task has ended
				}
			}
			return 0, nil
		})
	}
	must(loop.Yield(ctx, nil))
	start := time.Now()
	for range n {
		must(loop.Yield(ctx, nil))
	}
	elapsed := time.Since(start)
	stop = true
	return elapsed
}

func gather(size int) onLoopFunc {
	return func(ctx context.Context, _ *asyncigo.EventLoop, n int) time.Duration {
		start := time.Now()
		for range n {
			waitForAll(ctx, size)
		}
		return time.Since(start)
	}
}

func waitForAll(ctx context.Context, size int) {
	tasks := make([]asyncigo.Futurer, size)
	results := make([]int, size)
	for i := range tasks {
		tasks[i] = asyncigo.SpawnTask(ctx, one).WriteResultTo(&results[i])
	}
	must(asyncigo.Wait(ctx, asyncigo.WaitAll, tasks...))
}

func callSoonChain(ctx context.Context, loop *asyncigo.EventLoop, n int) time.Duration {
	done := asyncigo.NewFuture[int]()
	var call func()
	call = func() {
		if n--; n > 0 {
			loop.RunCallback(call)
		} else {
			done.SetResult(0, nil)
		}
	}
	start := time.Now()
	loop.RunCallback(call)
	done.MustAwait(ctx)
	return time.Since(start)
}

func later() time.Duration { return time.Hour + rand.N(time.Second) }

func pendingTimers(loop *asyncigo.EventLoop, n int) []*asyncigo.Callback {
	timers := make([]*asyncigo.Callback, n)
	for i := range timers {
		timers[i] = loop.ScheduleCallback(later(), nothing)
	}
	return timers
}

func cancelAll(timers []*asyncigo.Callback) {
	for _, t := range timers {
		t.Cancel()
	}
}

func replaceTimers(size int) onLoopFunc {
	return func(_ context.Context, loop *asyncigo.EventLoop, n int) time.Duration {
		pending := pendingTimers(loop, size)
		start := time.Now()
		for range n {
			i := rand.N(size)
			pending[i].Cancel()
			pending[i] = loop.ScheduleCallback(later(), nothing)
		}
		elapsed := time.Since(start)
		cancelAll(pending)
		return elapsed
	}
}

// A tree is pyperformance's async_tree: 6 levels of 6.
type tree struct {
	random *rand.Rand
	cache  map[int]bool
	leaf   func(*tree) (sleeps bool)
}

func trees(leaf func(*tree) bool) onLoopFunc {
	return func(ctx context.Context, _ *asyncigo.EventLoop, n int) time.Duration {
		start := time.Now()
		for range n {
			t := &tree{random: rand.New(rand.NewPCG(0, 0)), cache: map[int]bool{}, leaf: leaf}
			must(t.node(ctx, 6))
		}
		return time.Since(start)
	}
}

func (t *tree) node(ctx context.Context, level int) error {
	if level == 0 {
		if t.leaf(t) {
			return asyncigo.Sleep(ctx, 50*time.Millisecond)
		}
		return nil
	}
	children := make([]asyncigo.Futurer, 6)
	for i := range children {
		children[i] = asyncigo.Coroutine1(func(ctx context.Context) error {
			return t.node(ctx, level-1)
		}).SpawnTask(ctx)
	}
	return asyncigo.Wait(ctx, asyncigo.WaitAll, children...)
}

func (t *tree) memoized() bool {
	n := 1 + t.random.IntN(100)
	if n > 90 {
		return true
	}
	known := t.cache[n]
	t.cache[n] = true
	return !known
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
