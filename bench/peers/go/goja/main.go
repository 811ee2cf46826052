// Goja does the work of package bench with the event loop of
// github.com/dop251/goja_nodejs: callbacks and timers from Go, and promises in the
// JavaScript that it runs.
package main

import (
	"math/rand/v2"
	"time"

	"github.com/dop251/goja"
	"github.com/dop251/goja_nodejs/eventloop"

	"github.com/ouro-loop/ouro/bench/peers/go/peer"
)

const (
	microtask = "JavaScript, a microtask: no turn of the event loop"
	promise   = "JavaScript, a promise: no task that could be canceled"
)

func main() {
	rows := []peer.Row{
		{Name: "Yield/tasks=1", Note: microtask, Run: script(`async (n) => { for (let i = 0; i < n; i++) await null }`)},
		{Name: "Yield/tasks=2000", Each: 2000, Note: microtask, Run: script(`async (n) => {
			const task = async () => { for (let i = 0; i < n; i++) await null }
			await Promise.all(Array.from({ length: 2000 }, task))
		}`)},
		{Name: "CreateTaskAwait", Note: promise, Run: script(`async (n) => {
			const one = async () => 1
			for (let i = 0; i < n; i++) await one()
		}`)},
		{Name: "Gather/n=100000", Each: 100_000, Note: promise, Run: gather(100_000)},
		{Name: "CallSoon/chain", Run: callSoonChain},
		{Name: "CallSoon/batch=1000", Each: 1000, Run: callSoonBatch},
		{Name: "Future", Note: promise, Run: script(`async (n) => {
			for (let i = 0; i < n; i++) await new Promise((resolve) => Promise.resolve().then(() => resolve(1)))
		}`)},
		{Name: "Timers/cancel/pending=1000", Note: "a time.AfterFunc each", Run: timersCancel},
		{Name: "Timers/replace/pending=100000", Note: "a time.AfterFunc each", Run: timersReplace(100_000)},
		{Name: "Timers/replace/pending=1000000", Note: "a time.AfterFunc each", Run: timersReplace(1_000_000)},
		{Name: "AsyncTree/none", Note: promise, Run: tree(`async () => {}`)},
		{Name: "AsyncTree/io", Note: promise, Run: tree(`() => new Promise((resolve) => setTimeout(resolve, 50))`)},
		{Name: "TaskGroup/n=10", Note: promise, Run: gather(10)},
		{Name: "Wait/n=100", Note: promise, Run: gather(100)},
		{Name: "Growth/tasks/n=100", Each: 100, Note: promise, Run: gather(100)},
		{Name: "Growth/tasks/n=10000", Each: 10_000, Note: promise, Run: gather(10_000)},
		{Name: "Growth/tasks/n=1000000", Each: 1_000_000, Note: promise, Run: gather(1_000_000)},
	}
	for _, goroutines := range []struct {
		name string
		n    int
	}{{"1", 1}, {"8", 8}, {"64", 64}} {
		rows = append(rows, peer.Row{
			Name: "CallSoonThreadsafe/goroutines=" + goroutines.name,
			Each: batch, Run: callSoonThreadsafe(goroutines.n),
		})
	}
	peer.Main("goja_nodejs", "github.com/dop251/goja_nodejs", rows)
}

// onLoop runs f on the loop, and waits until it calls done.
func onLoop(f func(loop *eventloop.EventLoop, vm *goja.Runtime, done func())) time.Duration {
	loop := eventloop.NewEventLoop(eventloop.EnableConsole(false))
	loop.Start()
	defer loop.Terminate()
	var elapsed time.Duration
	ended := make(chan struct{})
	loop.RunOnLoop(func(vm *goja.Runtime) {
		start := time.Now()
		f(loop, vm, func() {
			elapsed = time.Since(start)
			close(ended)
		})
	})
	<-ended
	return elapsed
}

// script runs an asynchronous function of the number of operations.
func script(source string, args ...any) func(int) time.Duration {
	return func(n int) time.Duration {
		return onLoop(func(_ *eventloop.EventLoop, vm *goja.Runtime, done func()) {
			must(vm.Set("done", done))
			must(vm.Set("n", n))
			must(vm.Set("args", args))
			_, err := vm.RunString(`(` + source + `)(n, ...args).then(done)`)
			must(err)
		})
	}
}

func gather(size int) func(int) time.Duration {
	return script(`async (n, size) => {
		const one = async () => 1
		for (let i = 0; i < n; i++) await Promise.all(Array.from({ length: size }, one))
	}`, size)
}

// tree is pyperformance's async_tree: 6 levels of 6.
func tree(leaf string) func(int) time.Duration {
	return script(`async (n) => {
		const leaf = ` + leaf + `
		const node = async (level) => {
			if (level === 0) return leaf()
			await Promise.all(Array.from({ length: 6 }, () => node(level - 1)))
		}
		for (let i = 0; i < n; i++) await node(6)
	}`)
}

func nothing(*goja.Runtime) {}

func callSoonChain(n int) time.Duration {
	return onLoop(func(loop *eventloop.EventLoop, _ *goja.Runtime, done func()) {
		var call func(*goja.Runtime)
		call = func(*goja.Runtime) {
			if n--; n > 0 {
				loop.RunOnLoop(call)
			} else {
				done()
			}
		}
		loop.RunOnLoop(call)
	})
}

func callSoonBatch(n int) time.Duration {
	return onLoop(func(loop *eventloop.EventLoop, _ *goja.Runtime, done func()) {
		var next func(*goja.Runtime)
		next = func(*goja.Runtime) {
			if n--; n < 0 {
				done()
				return
			}
			for range 1000 {
				loop.RunOnLoop(nothing)
			}
			loop.RunOnLoop(next)
		}
		loop.RunOnLoop(next)
	})
}

func later() time.Duration { return time.Hour + rand.N(time.Second) }

func pendingTimers(loop *eventloop.EventLoop, n int) []*eventloop.Timer {
	timers := make([]*eventloop.Timer, n)
	for i := range timers {
		timers[i] = loop.SetTimeout(nothing, later())
	}
	return timers
}

func timersCancel(n int) time.Duration { return onTimers(1000, n, cancelOne) }

func timersReplace(size int) func(int) time.Duration {
	return func(n int) time.Duration { return onTimers(size, n, replaceOne) }
}

func cancelOne(loop *eventloop.EventLoop, _ []*eventloop.Timer) {
	loop.ClearTimeout(loop.SetTimeout(nothing, later()))
}

func replaceOne(loop *eventloop.EventLoop, pending []*eventloop.Timer) {
	i := rand.N(len(pending))
	loop.ClearTimeout(pending[i])
	pending[i] = loop.SetTimeout(nothing, later())
}

// onTimers does an operation n times on a loop with so many pending timers. Setting
// and clearing one is left to the loop's goroutine, which is why it ends with a turn
// of that.
func onTimers(size, n int, do func(*eventloop.EventLoop, []*eventloop.Timer)) (elapsed time.Duration) {
	onLoop(func(loop *eventloop.EventLoop, _ *goja.Runtime, done func()) {
		pending := pendingTimers(loop, size)
		loop.RunOnLoop(func(*goja.Runtime) {
			start := time.Now()
			for range n {
				do(loop, pending)
			}
			loop.RunOnLoop(func(*goja.Runtime) {
				elapsed = time.Since(start)
				done()
			})
		})
	})
	return elapsed
}

// batch is how many callbacks an operation sends, as in package bench.
const batch = 64 * 400

func callSoonThreadsafe(goroutines int) func(int) time.Duration {
	return func(n int) time.Duration {
		loop := eventloop.NewEventLoop(eventloop.EnableConsole(false))
		loop.Start()
		defer loop.Terminate()
		start := time.Now()
		for range n {
			left, done := batch, make(chan struct{})
			call := func(*goja.Runtime) {
				if left--; left == 0 {
					close(done)
				}
			}
			for range goroutines {
				go func() {
					for range batch / goroutines {
						loop.RunOnLoop(call)
					}
				}()
			}
			<-done
		}
		return time.Since(start)
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
