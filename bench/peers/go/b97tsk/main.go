// B97tsk does the work of package bench with github.com/b97tsk/async, whose
// coroutines have no stack: a task is a function that is called again whenever the
// coroutine resumes.
package main

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/b97tsk/async"

	"github.com/ouro-loop/ouro/bench/peers/go/peer"
)

const (
	stackless = "coroutines without a stack"
	noLoop    = "coroutines without a stack; no timers or other sources of events"
)

func main() {
	rows := []peer.Row{
		{Name: "Yield/tasks=1", Note: noLoop, Run: yields(1)},
		{Name: "Yield/tasks=2000", Each: 2000, Note: noLoop, Run: yields(2000)},
		{Name: "CreateTaskAwait", Note: stackless, Run: onExecutor(func(n int, _ *sync.WaitGroup) async.Task {
			return async.LoopN(n, async.Spawn(async.Do(one)))
		})},
		{Name: "Gather/n=100000", Each: 100_000, Note: stackless + ", no results", Run: join(100_000)},
		{Name: "Future", Note: stackless, Run: onExecutor(future)},
		{Name: "ToThread/calls=1", Note: "a new goroutine each time", Run: onExecutor(func(n int, wg *sync.WaitGroup) async.Task {
			return async.LoopN(n, toThread(wg))
		})},
		{Name: "ToThread/calls=16", Each: 16, Note: "a new goroutine each time", Run: onExecutor(func(n int, wg *sync.WaitGroup) async.Task {
			calls := make([]async.Task, 16)
			for i := range calls {
				calls[i] = toThread(wg)
			}
			return async.LoopN(n, async.Join(calls...))
		})},
		{Name: "AsyncTree/none", Note: stackless, Run: onExecutor(func(n int, _ *sync.WaitGroup) async.Task {
			return async.LoopN(n, node(async.Do(one), 6))
		})},
		{Name: "AsyncTree/io", Note: stackless + ", a goroutine for each sleep", Run: onExecutor(func(n int, wg *sync.WaitGroup) async.Task {
			return async.LoopN(n, node(async.Sleep(50*time.Millisecond, wg), 6))
		})},
		{Name: "AsyncTree/memoization", Note: stackless + ", a goroutine for each sleep", Run: onExecutor(func(n int, wg *sync.WaitGroup) async.Task {
			return async.LoopN(n, memoizedTree(wg))
		})},
		{Name: "TaskGroup/n=10", Note: stackless, Run: join(10)},
		{Name: "Wait/n=100", Note: stackless, Run: join(100)},
		{Name: "Lock/free", Note: stackless, Run: onExecutor(func(n int, _ *sync.WaitGroup) async.Task {
			var mu async.Mutex
			return async.LoopN(n, mu.Lock().Then(async.Do(mu.Unlock)))
		})},
		{Name: "Semaphore/free", Note: stackless, Run: onExecutor(func(n int, _ *sync.WaitGroup) async.Task {
			s := async.NewSemaphore(4)
			return async.LoopN(n, s.Acquire(1).Then(async.Do(func() { s.Release(1) })))
		})},
		{Name: "Growth/tasks/n=100", Each: 100, Note: stackless, Run: join(100)},
		{Name: "Growth/tasks/n=10000", Each: 10_000, Note: stackless, Run: join(10_000)},
		{Name: "Growth/tasks/n=1000000", Each: 1_000_000, Note: stackless, Run: join(1_000_000)},
	}
	peer.Main("b97tsk/async", "github.com/b97tsk/async", rows)
}

func one() {}

// onExecutor runs the task for n operations, and waits for it.
func onExecutor(task func(n int, wg *sync.WaitGroup) async.Task) func(n int) time.Duration {
	return func(n int) time.Duration {
		var wg sync.WaitGroup
		var e async.Executor
		e.Autorun(e.Run)
		t := task(n, &wg)
		start := time.Now()
		e.SpawnBlocking(t)
		elapsed := time.Since(start)
		wg.Wait()
		return elapsed
	}
}

// yields has so many coroutines yield n times each.
func yields(coroutines int) func(n int) time.Duration {
	return func(n int) time.Duration {
		var e async.Executor
		for range coroutines {
			left := n
			e.Spawn(func(co *async.Coroutine) async.Result {
				if left--; left < 0 {
					return co.End()
				}
				co.Resume() // behind those that are ready
				return co.Yield()
			})
		}
		start := time.Now()
		e.Run()
		return time.Since(start)
	}
}

func join(size int) func(n int) time.Duration {
	return onExecutor(func(n int, _ *sync.WaitGroup) async.Task {
		tasks := make([]async.Task, size)
		for i := range tasks {
			tasks[i] = async.Do(one)
		}
		return async.LoopN(n, async.Join(tasks...))
	})
}

// future awaits a new state n times, which another coroutine sets.
func future(n int, _ *sync.WaitGroup) async.Task {
	return async.LoopN(n, func(co *async.Coroutine) async.Result {
		f := async.NewState(0)
		co.Executor().Spawn(async.Do(func() { f.Set(1) }))
		return co.Transition(f.Await(func(v int) bool { return v == 1 }))
	})
}

func toThread(wg *sync.WaitGroup) async.Task {
	return func(co *async.Coroutine) async.Result {
		var done async.Signal
		e := co.Executor()
		wg.Go(func() { e.Spawn(async.Notify(&done)) })
		return co.Await(&done).End()
	}
}

// node is pyperformance's async_tree: 6 levels of 6.
func node(leaf async.Task, level int) async.Task {
	if level == 0 {
		return leaf
	}
	child := func(co *async.Coroutine) async.Result { return co.Transition(node(leaf, level-1)) }
	return async.Join(child, child, child, child, child, child)
}

func memoizedTree(wg *sync.WaitGroup) async.Task {
	return func(co *async.Coroutine) async.Result {
		random, cache := rand.New(rand.NewPCG(0, 0)), map[int]bool{}
		sleep := async.Sleep(50*time.Millisecond, wg)
		return co.Transition(node(func(co *async.Coroutine) async.Result {
			n := 1 + random.IntN(100)
			known := cache[n]
			if n <= 90 {
				cache[n] = true
				if known {
					return co.End()
				}
			}
			return co.Transition(sleep)
		}, 6))
	}
}
