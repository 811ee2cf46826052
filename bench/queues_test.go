package bench

import (
	"iter"
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/queues"
)

// The floor of a queue of size 1 between two coroutines: one iter.Pull round trip
// per operation, of two coroutines in turn.
func BenchmarkQueue1Floor(b *testing.B) {
	var next [2]func() (struct{}, bool)
	for i := range next {
		var stop func()
		next[i], stop = iter.Pull(func(yield func(struct{}) bool) {
			for yield(struct{}{}) {
			}
		})
		defer stop()
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		next[i]()
		i ^= 1
	}
}

// The rival: a channel of capacity 1 between two goroutines.
func BenchmarkQueue1Rival(b *testing.B) {
	benchmarkChannel(b, make(chan int, 1))
}

func benchmarkChannel(b *testing.B, c chan int) {
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for i := 0; ; i++ {
			select {
			case c <- i:
			case <-stop:
				return
			}
		}
	}()
	b.ReportAllocs()
	for b.Loop() {
		<-c
	}
}

// One operation is one put and one get, by two tasks.
func BenchmarkQueue1(b *testing.B) {
	run(b, func(co *coro.Co) error {
		q := queues.New[int](1)
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			for i := 0; ; i++ {
				if err := q.Put(co, i); err != nil {
					return err
				}
			}
		}))
		for b.Loop() {
			if _, err := q.Get(co); err != nil {
				return err
			}
		}
		return nil
	})
}

// The rival: a channel of capacity 100 between two goroutines.
func BenchmarkQueue100Rival(b *testing.B) {
	benchmarkChannel(b, make(chan int, 100))
}

// One operation is one put and one get, by two tasks.
func BenchmarkQueue100(b *testing.B) {
	run(b, func(co *coro.Co) error {
		q := queues.New[int](100)
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			for i := 0; ; i++ {
				if err := q.Put(co, i); err != nil {
					return err
				}
			}
		}))
		for b.Loop() {
			if _, err := q.Get(co); err != nil {
				return err
			}
		}
		return nil
	})
}

// One operation is one put and one get by the same task, which never suspends.
func BenchmarkQueueUncontended(b *testing.B) {
	run(b, func(co *coro.Co) error {
		var q queues.Queue[int]
		for i := 0; b.Loop(); i++ {
			if err := q.Put(co, i); err != nil {
				return err
			}
			if _, err := q.Get(co); err != nil {
				return err
			}
		}
		return nil
	})
}

// One operation is one put and one get, with 1,000 items in the queue.
func BenchmarkPriorityQueue1000(b *testing.B) {
	run(b, func(co *coro.Co) error {
		q := queues.NewPriority[int](0)
		x := 1
		put := func() error {
			x = x*1103515245 + 12345
			return q.PutNowait(x >> 16 & 0xffff)
		}
		for range 1000 {
			if err := put(); err != nil {
				return err
			}
		}
		for b.Loop() {
			if err := put(); err != nil {
				return err
			}
			if _, err := q.GetNowait(); err != nil {
				return err
			}
		}
		return nil
	})
}
