package bench

import (
	"sync"
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
)

// The rival of an uncontended Lock: a sync.Mutex.
func BenchmarkLockUncontendedRival(b *testing.B) {
	var mu sync.Mutex
	b.ReportAllocs()
	held := 0
	for b.Loop() {
		mu.Lock()
		held++
		mu.Unlock()
	}
}

func BenchmarkLockUncontended(b *testing.B) {
	run(b, func(co *coro.Co) error {
		var mu locks.Lock
		for b.Loop() {
			if err := mu.Acquire(co); err != nil {
				return err
			}
			if err := mu.Release(); err != nil {
				return err
			}
		}
		return nil
	})
}

func BenchmarkLockWith(b *testing.B) {
	run(b, func(co *coro.Co) error {
		var mu locks.Lock
		n := 0
		for b.Loop() {
			err := mu.With(co, func() error {
				n++
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func BenchmarkSemaphoreUncontended(b *testing.B) {
	run(b, func(co *coro.Co) error {
		s := locks.NewSemaphore(4)
		for b.Loop() {
			if err := s.Acquire(co); err != nil {
				return err
			}
			s.Release()
		}
		return nil
	})
}

// The rival of a contended Lock: two goroutines that take turns with a sync.Mutex,
// as a coroutine does that lets the other one run while it holds the lock.
func BenchmarkLockHandOverRival(b *testing.B) {
	var a, c sync.Mutex // each is unlocked by the other goroutine: a turn
	c.Lock()
	stop := false
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c.Lock()
			if stop {
				return
			}
			a.Unlock()
		}
	}()
	b.ReportAllocs()
	for b.Loop() {
		a.Lock()
		c.Unlock()
	}
	a.Lock()
	stop = true
	c.Unlock()
	<-done
}

// One operation is two hand-overs, one each way.
func BenchmarkLockHandOver(b *testing.B) {
	run(b, func(co *coro.Co) error {
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
		for b.Loop() {
			if err := turn(co); err != nil {
				return err
			}
		}
		stop = true
		_, err := other.Await(co)
		return err
	})
}

// One operation sets and clears an event for which 100 tasks wait.
func BenchmarkEventWake100(b *testing.B) {
	run(b, func(co *coro.Co) error {
		var e locks.Event
		stop := false
		for range 100 {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for !stop {
					if err := e.Wait(co); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		for b.Loop() {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
			e.Set()
			e.Clear()
		}
		stop = true
		return nil
	})
}

// One operation is one round of 10 parties.
func BenchmarkBarrier10(b *testing.B) {
	run(b, func(co *coro.Co) error {
		bar := locks.NewBarrier(10)
		for range 9 {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for {
					if _, err := bar.Wait(co); err != nil {
						return err
					}
				}
			}))
		}
		for b.Loop() {
			if _, err := bar.Wait(co); err != nil {
				return err
			}
		}
		return nil
	})
}

// run runs the body of a benchmark on a loop.
func run(b *testing.B, body func(co *coro.Co) error) {
	b.Helper()
	b.ReportAllocs()
	if _, err := loop.Run(coro.Do(body)); err != nil {
		b.Fatal(err)
	}
}
