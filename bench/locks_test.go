package bench

import (
	"sync"
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
)

// BenchmarkLock acquires and releases a lock that is free; with calls a function
// with it held. The rival is a sync.Mutex.
func BenchmarkLock(b *testing.B) {
	b.Run("free/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			var mu locks.Lock
			cost := measure(b)
			for b.Loop() {
				if err := mu.Acquire(co); err != nil {
					return err
				}
				if err := mu.Release(); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("free/mutex", func(b *testing.B) {
		var mu sync.Mutex
		b.ReportAllocs()
		held := 0
		cost := measure(b)
		for b.Loop() {
			mu.Lock()
			held++
			mu.Unlock()
		}
		cost.report()
	})
	b.Run("with/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			var mu locks.Lock
			held := 0
			body := func() error {
				held++
				return nil
			}
			cost := measure(b)
			for b.Loop() {
				if err := mu.With(co, body); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("with/mutex", func(b *testing.B) {
		var mu sync.Mutex
		b.ReportAllocs()
		held := 0
		cost := measure(b)
		for b.Loop() {
			func() {
				mu.Lock()
				defer mu.Unlock()
				held++
			}()
		}
		cost.report()
	})
}

// BenchmarkLockHandOver is two hand-overs of a lock between two tasks, one each way.
// The rival is two goroutines that take turns with a pair of sync.Mutex, as a
// task does that lets the other one run while it holds the lock.
func BenchmarkLockHandOver(b *testing.B) {
	b.Run("ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			var mu locks.Lock
			stop := false
			turn := func(co *coro.Co) error {
				if err := mu.Acquire(co); err != nil {
					return err
				}
				if err := coro.Sleep(co, 0); err != nil { // let the other one come
					return err
				}
				return mu.Release()
			}
			other := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for !stop {
					if err := turn(co); err != nil {
						return err
					}
				}
				return nil
			}))
			cost := measure(b)
			for b.Loop() {
				if err := turn(co); err != nil {
					return err
				}
			}
			cost.report()
			stop = true
			return await(co, other)
		})
	})
	b.Run("mutex", func(b *testing.B) {
		var here, there sync.Mutex // each is unlocked by the other goroutine: a turn
		there.Lock()
		stop := false
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				there.Lock()
				if stop {
					return
				}
				here.Unlock()
			}
		}()
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			here.Lock()
			there.Unlock()
		}
		cost.report()
		here.Lock()
		stop = true
		there.Unlock()
		<-done
	})
}

// BenchmarkSemaphore acquires and releases a semaphore with room. The rival is a
// channel with room.
func BenchmarkSemaphore(b *testing.B) {
	b.Run("free/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			s := locks.NewSemaphore(4)
			cost := measure(b)
			for b.Loop() {
				if err := s.Acquire(co); err != nil {
					return err
				}
				s.Release()
			}
			cost.report()
			return nil
		})
	})
	b.Run("free/channel", func(b *testing.B) {
		s := make(chan struct{}, 4)
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			s <- struct{}{}
			<-s
		}
		cost.report()
	})
}

// BenchmarkEvent sets and clears an event for which 100 tasks wait, and lets them
// run. The floor is one round trip to a coroutine for each of them.
func BenchmarkEvent(b *testing.B) {
	const n = 100
	b.Run("waiters=100/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			var e locks.Event
			stop := false
			for range n {
				coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					for !stop {
						if err := e.Wait(co); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			cost := measure(b)
			for b.Loop() {
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
				e.Set()
				e.Clear()
			}
			cost.report()
			stop = true
			return nil
		})
	})
	b.Run("waiters=100/floor", func(b *testing.B) { benchmarkPulls(b, n+1, n+1) })
}

// BenchmarkBarrier is one round of 10 parties. The floor is one round trip to a
// coroutine for each of them.
func BenchmarkBarrier(b *testing.B) {
	const n = 10
	b.Run("parties=10/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			bar := locks.NewBarrier(n)
			for range n - 1 {
				coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					for {
						if _, err := bar.Wait(co); err != nil {
							return err
						}
					}
				}))
			}
			cost := measure(b)
			for b.Loop() {
				if _, err := bar.Wait(co); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("parties=10/floor", func(b *testing.B) { benchmarkPulls(b, n, n) })
}
