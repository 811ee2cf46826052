package bench

import (
	"container/heap"
	"fmt"
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/queues"
)

// BenchmarkQueue is one put and one get, by two tasks; with size=1 they take turns,
// otherwise each goes on until the queue is full, or empty. The floor is one round
// trip to a coroutine for each item, of two in turn; the rival a channel between
// two goroutines.
func BenchmarkQueue(b *testing.B) {
	for _, size := range []int{1, 100} {
		b.Run(fmt.Sprintf("size=%d/ouro", size), func(b *testing.B) {
			onLoop(b, func(co *coro.Co) error {
				q := queues.New[int](size)
				coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					for i := 0; ; i++ {
						if err := q.Put(co, i); err != nil {
							return err
						}
					}
				}))
				cost := measure(b)
				for b.Loop() {
					if _, err := q.Get(co); err != nil {
						return err
					}
				}
				cost.report()
				return nil
			})
		})
		b.Run(fmt.Sprintf("size=%d/floor", size), func(b *testing.B) { benchmarkPulls(b, 2, 1) })
		b.Run(fmt.Sprintf("size=%d/channel", size), func(b *testing.B) {
			c, stop := make(chan int, size), make(chan struct{})
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
			cost := measure(b)
			for b.Loop() {
				<-c
			}
			cost.report()
		})
	}
}

// BenchmarkQueueAlone is one put and one get by the same task, which never
// suspends; the rival a channel with room.
func BenchmarkQueueAlone(b *testing.B) {
	b.Run("ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			var q queues.Queue[int]
			cost := measure(b)
			for i := 0; b.Loop(); i++ {
				if err := q.Put(co, i); err != nil {
					return err
				}
				if _, err := q.Get(co); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("channel", func(b *testing.B) {
		c := make(chan int, 1)
		b.ReportAllocs()
		cost := measure(b)
		for i := 0; b.Loop(); i++ {
			c <- i
			<-c
		}
		cost.report()
	})
}

// BenchmarkPriorityQueue is one put and one get, with 1,000 items in the queue; the
// floor is container/heap.
func BenchmarkPriorityQueue(b *testing.B) {
	const n = 1000
	b.Run("n=1000/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			q, random := queues.NewPriority[int](0), delays(1)
			for range n {
				if err := q.PutNowait(random.below(n)); err != nil {
					return err
				}
			}
			cost := measure(b)
			for b.Loop() {
				if err := q.PutNowait(random.below(n)); err != nil {
					return err
				}
				if _, err := q.GetNowait(); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("n=1000/floor", func(b *testing.B) {
		h, random := new(intHeap), delays(1)
		for range n {
			h.put(random.below(n))
		}
		b.ReportAllocs()
		cost := measure(b)
		for b.Loop() {
			h.put(random.below(n))
			h.get()
		}
		cost.report()
	})
}

// intHeap keeps what goes in and out beside the heap, where it need not be
// allocated for an interface.
type intHeap struct {
	items []int
	item  int
}

func (h *intHeap) Len() int           { return len(h.items) }
func (h *intHeap) Less(i, j int) bool { return h.items[i] < h.items[j] }
func (h *intHeap) Swap(i, j int)      { h.items[i], h.items[j] = h.items[j], h.items[i] }
func (h *intHeap) Push(any)           { h.items = append(h.items, h.item) }

func (h *intHeap) Pop() any {
	last := len(h.items) - 1
	h.item, h.items = h.items[last], h.items[:last]
	return nil
}

func (h *intHeap) put(v int) {
	h.item = v
	heap.Push(h, nil)
}

func (h *intHeap) get() int {
	heap.Pop(h)
	return h.item
}
